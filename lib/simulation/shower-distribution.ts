import type { Particle } from "./particle.js";
import type { ShowerAxis } from "./shower.js";

export const energyBins = 40;
export const distanceBins = 30;

/** Counts of the showers thrown, by energy and distance of the core. */
export class ShowerDistribution {
  total = 0;
  readonly energyEdges: Float64Array;
  readonly distanceEdges: Float64Array;
  readonly histogram = new Float32Array(energyBins * distanceBins);
  private readonly particle: Particle;
  private readonly coreRadiusM: number;

  constructor(particle: Particle, coreRadiusM: number) {
    this.particle = particle;
    this.coreRadiusM = coreRadiusM;
    const { minimumTeV, maximumTeV } = particle;
    const ratio = maximumTeV / minimumTeV;
    this.energyEdges = Float64Array.from({ length: energyBins + 1 }, (_, i) => minimumTeV * ratio ** (i / energyBins));
    this.distanceEdges = Float64Array.from({ length: distanceBins + 1 }, (_, i) => (coreRadiusM * i) / distanceBins);
  }

  add({ energyTeV, coreXM, coreYM }: ShowerAxis): void {
    const { minimumTeV, maximumTeV } = this.particle;
    const place = Math.log(energyTeV / minimumTeV) / Math.log(maximumTeV / minimumTeV);
    const row = Math.min(energyBins - 1, Math.max(0, Math.floor(place * energyBins)));
    const distance = Math.floor((Math.hypot(coreXM, coreYM) / this.coreRadiusM) * distanceBins);
    this.histogram[row * distanceBins + Math.min(distanceBins - 1, distance)]!++;
    this.total++;
  }

  /** Adds the counts of another, of the same particle. */
  merge(other: Pick<ShowerDistribution, "total" | "histogram">): void {
    for (let i = 0; i < this.histogram.length; i++) this.histogram[i]! += other.histogram[i]!;
    this.total += other.total;
  }
}
