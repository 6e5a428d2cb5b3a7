import { RandomGenerator } from "../random/generator.js";
import type { Readout } from "./telescope-type.js";

const tableBits = 16;
const mask = (1 << tableBits) - 1;

/** Spread of the night sky's highest pulse in units of its mean. */
const peakSpread = 0.58;

/** The light of the night sky in the pixels of one readout. */
export class NightSky {
  /** Spread of the charge in a pixel without light of a shower, p.e.; its mean is 0, as the baseline is subtracted. */
  readonly spread: number;
  /** Charges to draw from: faster than a new gamma deviate for each pixel. */
  private readonly charges: Float32Array;
  private readonly peak: number;
  private readonly peakSpread: number;

  /** @param level light of the night sky; 1 is dark, 0 is none */
  constructor({ noise, nightSkyPeak }: Readout, level: number) {
    const light = noise.spread ** 2 - noise.electronics ** 2;
    this.spread = Math.sqrt(noise.electronics ** 2 + level * light);
    // the more photo-electrons, the less skewed: a gamma distribution of growing shape
    const shape = noise.shape * Math.max(0.1, level);
    const random = new RandomGenerator(0, 0x5e1f);
    const unit = Math.sqrt(shape) * (level > 0 ? 1 : Number.POSITIVE_INFINITY);
    const electronics = level > 0 ? 0 : noise.electronics;
    this.charges = Float32Array.from({ length: mask + 1 }, () => {
      const light = ((random.gamma(shape) - shape) / unit) * this.spread;
      return light + electronics * random.normal();
    });
    this.peak = nightSkyPeak * Math.sqrt(level);
    this.peakSpread = peakSpread * this.peak;
  }

  /** Charge in p.e. that the night sky leaves in a pixel, chosen by 16 random bits. */
  charge(bits: number): number {
    return this.charges[bits & mask]!;
  }

  /**
   * Charge in p.e. of the night sky's highest pulse during a readout in the neighbours of a pixel together; where the
   * shower's pulse is lower, the pixel's window is put elsewhere.
   * @param deviate of the standard normal distribution
   */
  highestPulse(deviate: number): number {
    return this.peak + this.peakSpread * deviate;
  }
}
