import { degPerRad } from "../coordinates/angle.js";
import type { RandomGenerator } from "../random/generator.js";
import { exponentialQuantiles, halfWord, normalQuantiles, quantiles } from "../random/quantile-tables.js";
import type { AirColumn } from "./air-column.js";
import { anglePlace, energyGroups, lateralSpreadM, lightOfGroup, totalLight } from "./cherenkov-light.js";
import { lightSpeed, type Observer } from "./observer.js";
import type { PixelFinder } from "./pixel-finder.js";
import { addElectrons, type PixelLight } from "./pixel-light.js";
import type { Shower } from "./shower.js";
import { maximumPieces, type ShowerProfile } from "./shower-profile.js";
import { type Directions, dot, type Vector } from "./sky-directions.js";
import { pointSpreadDeg } from "./telescope-type.js";

/** Less expected charge than this, p.e., makes no piece. */
const faintestPiece = 1e-3;
/** From this many photo-electrons on, several are drawn at once: their pixels have light enough to hide it. */
const drawnAlone = 6000;
/** Time over which the light of a piece arrives, ns. */
const pieceNs = 0.8;

/** Light from so far outside of the camera does not stray into it, deg. */
const strayDeg = 1.5;

/** Only so many pieces are looked at first, … */
const roughStride = 4;
/** … and a telescope that they leave with less than this share of the light it needs is done with. */
const roughShare = 0.6;

/** Arc tangent of the small angles in a camera, good to 1e-7; larger ones by the library. */
function arcTangent(x: number): number {
  if (!(Math.abs(x) < 0.2)) return Math.atan(x);
  const square = x * x;
  return x * (1 - square * (1 / 3 - square * (1 / 5 - square / 7)));
}

/** Light of one shower in one telescope: first what is expected of each piece of each cascade, then photo-electrons. */
export class TelescopeLight {
  /** Pieces of the profile with light enough, and what is known of each. */
  private readonly piece = new Int32Array(maximumPieces);
  private readonly electrons = new Float64Array(maximumPieces);
  private readonly shine = new Float64Array(maximumPieces);
  private readonly place = new Float64Array(maximumPieces);
  private readonly groups = new Float64Array(energyGroups);
  private readonly spreads = new Float64Array(energyGroups);
  /** Direction and time of a piece in the camera: longitude, latitude, deg, and ns. */
  private readonly here = new Float64Array(3);
  private readonly there = new Float64Array(3);
  /** Where the axis meets the ground, from the telescope, m: across the shower's axis and along it. */
  private readonly core = new Float64Array(3);
  /** Axes of the camera (longitude, latitude, forward) in those of the shower (azimuth, altitude, forward). */
  private readonly turn = new Float64Array(9);
  /** Square of the cosine of the widest angle from which light is looked at. */
  private cosSquare = 0;
  private count = 0;
  private total = 0;

  /**
   * Finds the expected photo-electrons of the pieces of a shower.
   * @param sky directions about the shower's axis
   * @param fieldDeg radius of the camera; what shines from farther outside is not looked at
   * @param faintest photo-electrons below which nothing needs to be known of the pieces
   * @returns their sum, a rough one where it is far below `faintest`
   */
  expect(
    shower: Shower,
    sky: Directions,
    profile: ShowerProfile,
    observer: Observer,
    fieldDeg: number,
    faintest: number,
  ): number {
    this.count = 0;
    this.cosSquare = Math.cos((fieldDeg + strayDeg) / degPerRad) ** 2;
    this.total = 0;
    const { telescope, view } = observer;
    const from: Vector = [shower.coreXM - telescope.xM, shower.coreYM - telescope.yM, -telescope.zM];
    const axes = [sky.azimuth, sky.altitude, sky.forward];
    for (const [i, axis] of axes.entries()) {
      this.core[i] = dot(from, axis);
      for (const [k, own] of [view.azimuth, view.altitude, view.forward].entries())
        this.turn[3 * k + i] = dot(own, axis);
    }
    const collected = telescope.type.mirrorAreaM2 * telescope.type.efficiency;
    const rough = roughStride * this.look(profile, collected, roughStride >> 1, roughStride);
    if (rough < roughShare * faintest) return rough;
    this.total = this.look(profile, collected, 0, 1);
    return this.total;
  }

  /** Goes through every so-many-th piece; keeps all that have light where it goes through all. @returns photo-electrons */
  private look(profile: ShowerProfile, collected: number, first: number, stride: number): number {
    const { x, y, lengthM, slopeX, slopeY, row, rowShare, trackM } = profile;
    const [coreX, coreY, coreZ] = [this.core[0]!, this.core[1]!, this.core[2]!];
    const [turnX, turnY, turnZ] = [this.turn[6]!, this.turn[7]!, this.turn[8]!];
    const { cosSquare } = this;
    let total = 0;
    for (let piece = first; piece < profile.pieces; piece += stride) {
      const u = x[piece]! + coreX;
      const v = y[piece]! + coreY;
      const w = lengthM[piece]! + coreZ;
      const square = u * u + v * v + w * w;
      const ahead = u * turnX + v * turnY + w * turnZ;
      if (ahead * ahead < cosSquare * square) continue;
      // angle between the cascade's own way and the way to the telescope; slopes are small
      const acrossX = u / w + slopeX[piece]!;
      const acrossY = v / w + slopeY[piece]!;
      const place = anglePlace(acrossX * acrossX + acrossY * acrossY);
      const shine = totalLight(row[piece]!, rowShare[piece]!, place);
      const electrons = (trackM[piece]! * collected * shine) / square;
      if (electrons < faintestPiece) continue;
      total += electrons;
      if (stride > 1) continue;
      this.piece[this.count] = piece;
      this.electrons[this.count] = electrons;
      this.shine[this.count] = shine;
      this.place[this.count] = place;
      this.count++;
    }
    return total;
  }

  /** Where in the camera the light of a piece arrives, and when. @returns its distance, m */
  private locate(piece: number, profile: ShowerProfile, air: AirColumn, out: Float64Array): number {
    const { core, turn } = this;
    const lengthM = profile.lengthM[piece]!;
    const u = profile.x[piece]! + core[0]!;
    const v = profile.y[piece]! + core[1]!;
    const w = lengthM + core[2]!;
    const distance = Math.sqrt(u * u + v * v + w * w);
    const aside = u * turn[0]! + v * turn[1]! + w * turn[2]!;
    const up = u * turn[3]! + v * turn[4]! + w * turn[5]!;
    const ahead = u * turn[6]! + v * turn[7]! + w * turn[8]!;
    out[0] = (ahead > 0 ? arcTangent(aside / ahead) : Math.atan2(aside, ahead)) * degPerRad;
    out[1] = arcTangent(up / Math.sqrt(aside * aside + ahead * ahead)) * degPerRad;
    out[2] = (distance * (1 + air.refractivity[profile.node[piece]!]!) - lengthM) / lightSpeed;
    return distance;
  }

  /** True where two pieces, by their numbers here, follow each other in one cascade. */
  private follow(first: number, second: number, profile: ShowerProfile): boolean {
    if (first < 0 || second >= this.count) return false;
    const from = this.piece[first]!;
    const to = this.piece[second]!;
    return to === from + 1 && profile.cascade[from] === profile.cascade[to];
  }

  /** Draws the photo-electrons of what `expect` found last and adds them to the pixels they fall into. */
  sample(
    random: RandomGenerator,
    profile: ShowerProfile,
    air: AirColumn,
    { telescope }: Observer,
    finder: PixelFinder,
    light: PixelLight,
  ): void {
    const { groups, spreads, here, there } = this;
    const [normal, exponential] = [normalQuantiles(), exponentialQuantiles()];
    const together = Math.max(1, Math.ceil(this.total / drawnAlone));
    let located = -1;
    for (let index = 0; index < this.count; index++) {
      const drawn = random.poisson(this.electrons[index]! / together);
      if (drawn === 0) continue;
      const piece = this.piece[index]!;
      // photo-electrons are strewn over the step from piece to piece
      let step = 0;
      if (this.follow(index - 1, index, profile)) step = -1;
      else if (this.follow(index, index + 1, profile)) step = 1;
      if (step === -1 && located === index - 1) there.set(here);
      else this.locate(piece + step, profile, air, there);
      const distance = this.locate(piece, profile, air, here);
      located = index;
      const heightM = air.heightM[profile.node[piece]!]!;
      const psf = pointSpreadDeg(telescope.type, here[0]!, here[1]!);
      const scatter = (profile.cascade[piece]!.scatterM / distance) * degPerRad;
      const fixed = psf * psf + scatter * scatter;
      const perBit = this.shine[index]! / quantiles;
      let known = 0;
      let sum = 0;
      for (let k = 0; k < drawn; k++) {
        const first = random.word();
        const second = random.word();
        const third = random.word();
        const chosen = ((first & halfWord) + 0.5) * perBit;
        let group = 0;
        for (; group < energyGroups; group++) {
          if (group === known) {
            sum += lightOfGroup(group, profile.row[piece]!, profile.rowShare[piece]!, this.place[index]!);
            groups[group] = sum;
            const spread = (lateralSpreadM(heightM, group) / distance) * degPerRad;
            spreads[group] = spread * spread;
            known++;
          }
          if (chosen <= groups[group]! || group === energyGroups - 1) break;
        }
        // a normal distribution of exponentially distributed variance: a cusp with long tails
        const width = Math.sqrt(spreads[group]! * exponential[first >>> 16]! + fixed);
        const along = ((third & halfWord) + 0.5) / quantiles - 0.5;
        const lon = here[0]! + along * (there[0]! - here[0]!) + width * normal[second & halfWord]!;
        const lat = here[1]! + along * (there[1]! - here[1]!) + width * normal[second >>> 16]!;
        const time = here[2]! + along * (there[2]! - here[2]!) + pieceNs * exponential[third >>> 16]!;
        addElectrons(finder, light, lon, lat, time, together);
      }
    }
  }
}
