import type { RandomGenerator } from "../random/generator.js";
import type { AirColumn } from "./air-column.js";
import { heightOfThickness } from "./atmosphere.js";
import { type Cascade, cascadeMaximum } from "./cascade.js";
import { heightShare, lightRow, radiationLengthGCm2 } from "./cherenkov-light.js";
import type { Shower } from "./shower.js";

/** Nodes of the air column per piece, of a cascade that makes much of the shower and of others. */
const strongStride = 2;
const weakStride = 7;
/** Share of the shower's energy from which a cascade makes much of it. */
const strongShare = 0.08;
/** Fewer particles than this make no piece. */
const fewestParticles = 0.3;
/** Pieces that one shower may have; the cascades that `simulateShower` leaves fill less than half. */
export const maximumPieces = 4096;

/** Light of old cascades, whose electrons have left the axis, is lost. Set by the lengths of the official SST-1M images. */
const lateLossFactor = 6;

/** Where a shower shines: its cascades cut into pieces, as every telescope sees them. */
export class ShowerProfile {
  pieces = 0;
  /** Cascade that a piece is of. */
  readonly cascade: Cascade[] = [];
  /** Node of the air column in its middle. */
  readonly node: Int32Array = new Int32Array(maximumPieces);
  /** Length of the way of all its charged particles, m, times the share of their light that reaches the ground. */
  readonly trackM: Float64Array = new Float64Array(maximumPieces);
  /** Place from where the axis meets the ground, m: across the axis, along azimuth and altitude, … */
  readonly x: Float64Array = new Float64Array(maximumPieces);
  readonly y: Float64Array = new Float64Array(maximumPieces);
  /** … and along it. */
  readonly lengthM: Float64Array = new Float64Array(maximumPieces);
  /** Direction of the cascade, rad from the axis. */
  readonly slopeX: Float64Array = new Float64Array(maximumPieces);
  readonly slopeY: Float64Array = new Float64Array(maximumPieces);
  /** Its row in the table of light, and its height between two rows. */
  readonly row: Int32Array = new Int32Array(maximumPieces);
  readonly rowShare: Float64Array = new Float64Array(maximumPieces);

  /** Cuts the cascades of a shower into pieces. @param air along its axis */
  fill(random: RandomGenerator, shower: Shower, air: AirColumn): void {
    this.pieces = 0;
    const strong = strongShare * shower.energyTeV;
    for (const cascade of shower.cascades) this.add(random, cascade, air, cascade.energyTeV > strong);
  }

  private add(random: RandomGenerator, cascade: Cascade, air: AirColumn, strong: boolean): void {
    const { cosZenith } = air;
    const stride = strong ? strongStride : weakStride;
    const maximum = cascadeMaximum(cascade.energyTeV);
    const scale = cascade.weight * (0.31 / Math.sqrt(maximum));
    const startHeightM = heightOfThickness(cascade.startGCm2 * cosZenith);
    const last = cascade.startGCm2 + radiationLengthGCm2 * (2.3 * maximum + 2);
    const end = Math.min(air.nodes, Math.floor(last / air.stepGCm2));
    let node = Math.max(0, Math.floor(cascade.startGCm2 / air.stepGCm2)) + random.integer(stride);
    for (; node < end && this.pieces < maximumPieces; node += stride) {
      const depth = ((node + 1) * air.stepGCm2 - cascade.startGCm2) / radiationLengthGCm2;
      if (depth <= 0) continue;
      // Greisen's formula, as particlesAt has it, with one logarithm less
      const age = (3 * depth) / (depth + 2 * maximum);
      const late = age > 1 ? age - 1 : 0;
      const particles = scale * Math.exp(depth * (1 - 1.5 * Math.log(age)) - lateLossFactor * late * late);
      if (particles < fewestParticles) continue;
      const heightM = air.heightM[node]!;
      const run = (startHeightM - heightM) / cosZenith;
      const piece = this.pieces++;
      this.cascade[piece] = cascade;
      this.node[piece] = node;
      this.trackM[piece] = particles * stride * air.stepM[node]! * air.transmission[node]!;
      this.x[piece] = cascade.x + cascade.slopeX * run;
      this.y[piece] = cascade.y + cascade.slopeY * run;
      this.lengthM[piece] = (heightM - air.siteHeightM) / cosZenith;
      this.slopeX[piece] = cascade.slopeX;
      this.slopeY[piece] = cascade.slopeY;
      this.row[piece] = lightRow(heightM, age);
      this.rowShare[piece] = heightShare(heightM);
    }
  }
}
