import { degPerRad } from "../coordinates/angle.js";
import type { RandomGenerator } from "../random/generator.js";
import type { AirColumn } from "./air-column.js";
import { energyGroups, lateralSpreadM, lightTowards } from "./cherenkov-light.js";
import { efficiency, lightSpeed, type Observer, pointSpreadDeg } from "./observer.js";
import type { PixelFinder } from "./pixel-finder.js";
import { addElectron, type PixelLight } from "./pixel-light.js";
import type { Shower } from "./shower.js";
import { maximumPieces, type ShowerProfile } from "./shower-profile.js";
import { type Directions, directions, dot, type Vector } from "./sky-directions.js";

// one piece: what `expect` writes and `sample` reads
const lonAt = 0;
const latAt = 1;
const timeAt = 2;
const linked = 3;
const lonStep = 3;
const latStep = 4;
const timeStep = 5;
const distanceAt = 6;
const heightAt = 7;
const scatterAt = 8;
const firstGroup = 9;
const pieceLength = firstGroup + energyGroups;
/** Less expected charge than this, p.e., makes no piece. */
const faintestPiece = 1e-3;

/** Light of one shower in one telescope: first what is expected of each piece of each cascade, then photo-electrons. */
export class TelescopeLight {
  private readonly pieces = new Float64Array(maximumPieces * pieceLength);
  private count = 0;
  private readonly groups = new Float64Array(energyGroups);

  /**
   * Finds the expected photo-electrons of the pieces of a shower.
   * @param air along the shower's axis
   * @returns their sum
   */
  expect(shower: Shower, profile: ShowerProfile, air: AirColumn, observer: Observer): number {
    this.count = 0;
    const sky = directions(shower);
    const telescope = directions(observer.pointing);
    let total = 0;
    let previous = -2;
    for (let piece = 0; piece < profile.pieces; piece++) {
      const cascade = profile.cascade[piece]!;
      const node = profile.node[piece]!;
      const x = profile.x[piece]!;
      const y = profile.y[piece]!;
      const heightM = air.heightM[node]!;
      // the place of the piece, from the telescope
      const length = (heightM - observer.siteHeightM) / sky.forward[2];
      const p: Vector = [
        shower.coreXM + sky.forward[0] * length + sky.azimuth[0] * x + sky.altitude[0] * y - observer.xM,
        shower.coreYM + sky.forward[1] * length + sky.azimuth[1] * x + sky.altitude[1] * y - observer.yM,
        sky.forward[2] * length + sky.altitude[2] * y - observer.zM,
      ];
      const distance = Math.sqrt(dot(p, p));
      // angle between the cascade's own way and the way to the telescope; slopes are small
      const along = dot(p, sky.forward);
      const acrossX = dot(p, sky.azimuth) / along + cascade.slopeX;
      const acrossY = dot(p, sky.altitude) / along + cascade.slopeY;
      const angle = Math.sqrt(acrossX * acrossX + acrossY * acrossY);
      const shine = lightTowards(heightM, profile.age[piece]!, angle, this.groups);
      const solidAngle = observer.mirrorAreaM2 / (distance * distance);
      const factor = profile.trackM[piece]! * solidAngle * efficiency * air.transmission[node]!;
      if (factor * shine < faintestPiece) continue;
      const at = this.count * pieceLength;
      this.place(p, distance, telescope, at);
      this.pieces[at + timeAt] = (distance * (1 + air.refractivity[node]!) - length) / lightSpeed;
      this.pieces[at + distanceAt] = distance;
      this.pieces[at + heightAt] = heightM;
      this.pieces[at + scatterAt] = cascade.scatterM;
      for (let group = 0; group < energyGroups; group++) {
        this.pieces[at + firstGroup + group] = factor * this.groups[group]!;
      }
      this.link(at, previous === piece - 1 && profile.cascade[previous] === cascade);
      previous = piece;
      total += factor * shine;
      this.count++;
    }
    return total;
  }

  /** Direction of a point in the field of view, deg, into a piece. */
  private place(p: Vector, distance: number, telescope: Directions, at: number): void {
    this.pieces[at + lonAt] = Math.atan2(dot(p, telescope.azimuth), dot(p, telescope.forward)) * degPerRad;
    this.pieces[at + latAt] = Math.asin(dot(p, telescope.altitude) / distance) * degPerRad;
  }

  /** Steps from piece to piece of one cascade, over which photo-electrons are strewn. */
  private link(at: number, follows: boolean): void {
    const { pieces } = this;
    for (let i = 0; i < linked; i++) {
      const difference = follows ? pieces[at + lonAt + i]! - pieces[at - pieceLength + lonAt + i]! : 0;
      pieces[at + lonStep + i] = difference;
      // the first piece of a cascade is as long as the second
      if (follows && pieces[at - pieceLength + lonStep + i] === 0) pieces[at - pieceLength + lonStep + i] = difference;
    }
  }

  /** Draws the photo-electrons of what `expect` found last and adds them to the pixels they fall into. */
  sample(random: RandomGenerator, finder: PixelFinder, light: PixelLight): void {
    const { pieces } = this;
    for (let piece = 0; piece < this.count; piece++) {
      const at = piece * pieceLength;
      const distance = pieces[at + distanceAt]!;
      const psf = pointSpreadDeg(pieces[at + lonAt]!, pieces[at + latAt]!);
      for (let group = 0; group < energyGroups; group++) {
        const electrons = random.poisson(pieces[at + firstGroup + group]!);
        if (electrons === 0) continue;
        const spread = (lateralSpreadM(pieces[at + heightAt]!, group) / distance) * degPerRad;
        const scatter = (pieces[at + scatterAt]! / distance) * degPerRad;
        for (let k = 0; k < electrons; k++) {
          // a normal distribution of exponentially distributed variance: a cusp with long tails
          const width = Math.sqrt(spread * spread * random.exponential(1) + psf * psf + scatter * scatter);
          const along = random.uniform() - 0.5;
          const lon = pieces[at + lonAt]! + along * pieces[at + lonStep]! + width * random.normal();
          const lat = pieces[at + latAt]! + along * pieces[at + latStep]! + width * random.normal();
          const time = pieces[at + timeAt]! + along * pieces[at + timeStep]! + random.exponential(0.8);
          addElectron(finder, light, lon, lat, time);
        }
      }
    }
  }
}
