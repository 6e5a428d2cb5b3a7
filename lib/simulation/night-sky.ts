import { RandomGenerator } from "../random/generator.js";

/** Spread of the charge that the night sky leaves in a pixel, p.e.; mean 0, as the baseline is subtracted. */
const spread = 0.95;
/** Shape of the gamma distribution whose skewness and lowest value the dark pixels of official SST-1M images have. */
const shape = 4.5;

const tableSize = 32_768;
let table: Float32Array | undefined;

/** Charges to draw from: faster than a new gamma deviate for each of 1296 pixels. */
function charges(): Float32Array {
  if (table) return table;
  const random = new RandomGenerator(0, 0x5e1f);
  table = Float32Array.from({ length: tableSize }, () => ((random.gamma(shape) - shape) / Math.sqrt(shape)) * spread);
  return table;
}

/** Charge in p.e. that the night sky leaves in a pixel. */
export function nightSkyCharge(random: RandomGenerator): number {
  return charges()[random.integer(tableSize)]!;
}

/** Height in p.e. of the night sky's highest pulse during a readout; lower pulses of showers are lost beside it. */
export function nightSkyPeak(random: RandomGenerator): number {
  return 2.4 + 0.8 * random.normal();
}
