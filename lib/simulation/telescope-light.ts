import { degPerRad } from "../coordinates/angle.js";
import type { RandomGenerator } from "../random/generator.js";
import type { AirColumn } from "./air-column.js";
import { energyGroups, lateralSpreadM, lightOfGroup, lightTowards, placeLength } from "./cherenkov-light.js";
import { lightSpeed, type Observer } from "./observer.js";
import type { PixelFinder } from "./pixel-finder.js";
import { addElectrons, type PixelLight } from "./pixel-light.js";
import type { Shower } from "./shower.js";
import { maximumPieces, type ShowerProfile } from "./shower-profile.js";
import type { Directions } from "./sky-directions.js";
import { pointSpreadDeg } from "./telescope-type.js";

// what `expect` leaves of a piece: its place from the telescope, …
const xAt = 0;
const yAt = 1;
const zAt = 2;
/** … its way along the axis to the ground, m, … */
const lengthAt = 3;
/** … its expected photo-electrons, its number in the profile, and its place in the table of light. */
const sumAt = 4;
const pieceAt = 5;
const tableAt = 6;
const pieceLength = tableAt + placeLength;
/** Less expected charge than this, p.e., makes no piece. */
const faintestPiece = 1e-3;
/** From this many photo-electrons on, several are drawn at once: their pixels have light enough to hide it. */
const drawnAlone = 6000;
/** Time over which the light of a piece arrives, ns. */
const pieceNs = 0.8;

/** Light of one shower in one telescope: first what is expected of each piece of each cascade, then photo-electrons. */
export class TelescopeLight {
  private readonly pieces = new Float64Array(maximumPieces * pieceLength);
  private readonly groups = new Float64Array(energyGroups);
  /** Direction and time of a piece in the camera: longitude, latitude, deg, and ns. */
  private readonly here = new Float64Array(3);
  private readonly there = new Float64Array(3);
  private count = 0;
  private total = 0;

  /**
   * Finds the expected photo-electrons of the pieces of a shower.
   * @param sky directions about the shower's axis
   * @param air along the shower's axis
   * @returns their sum
   */
  expect(shower: Shower, sky: Directions, profile: ShowerProfile, air: AirColumn, observer: Observer): number {
    this.count = 0;
    this.total = 0;
    const { telescope, siteHeightM } = observer;
    const [fx, fy, fz] = sky.forward;
    const [ax, ay] = sky.azimuth;
    const [bx, by, bz] = sky.altitude;
    const collected = telescope.type.mirrorAreaM2 * telescope.type.efficiency;
    const fromX = shower.coreXM - telescope.xM;
    const fromY = shower.coreYM - telescope.yM;
    const fromZ = -telescope.zM;
    const { pieces } = this;
    for (let piece = 0; piece < profile.pieces; piece++) {
      const cascade = profile.cascade[piece]!;
      const node = profile.node[piece]!;
      const x = profile.x[piece]!;
      const y = profile.y[piece]!;
      const heightM = air.heightM[node]!;
      const length = (heightM - siteHeightM) / fz;
      const px = fromX + fx * length + ax * x + bx * y;
      const py = fromY + fy * length + ay * x + by * y;
      const pz = fromZ + fz * length + bz * y;
      // angle between the cascade's own way and the way to the telescope; slopes are small
      const along = px * fx + py * fy + pz * fz;
      const acrossX = (px * ax + py * ay) / along + cascade.slopeX;
      const acrossY = (px * bx + py * by + pz * bz) / along + cascade.slopeY;
      const angle = Math.sqrt(acrossX * acrossX + acrossY * acrossY);
      const at = this.count * pieceLength;
      const shine = lightTowards(heightM, profile.age[piece]!, angle, pieces, at + tableAt);
      const solidAngle = collected / (px * px + py * py + pz * pz);
      const sum = profile.trackM[piece]! * solidAngle * air.transmission[node]! * shine;
      if (sum < faintestPiece) continue;
      pieces[at + xAt] = px;
      pieces[at + yAt] = py;
      pieces[at + zAt] = pz;
      pieces[at + lengthAt] = length;
      pieces[at + sumAt] = sum;
      pieces[at + pieceAt] = piece;
      this.total += sum;
      this.count++;
    }
    return this.total;
  }

  /** Where in the camera the light of a piece arrives, and when. @returns its distance, m */
  private locate(index: number, profile: ShowerProfile, air: AirColumn, view: Directions, out: Float64Array): number {
    const { pieces } = this;
    const at = index * pieceLength;
    const x = pieces[at + xAt]!;
    const y = pieces[at + yAt]!;
    const z = pieces[at + zAt]!;
    const { azimuth, forward, altitude } = view;
    const distance = Math.sqrt(x * x + y * y + z * z);
    const ahead = x * forward[0] + y * forward[1] + z * forward[2];
    const up = x * altitude[0] + y * altitude[1] + z * altitude[2];
    out[0] = Math.atan2(x * azimuth[0] + y * azimuth[1], ahead) * degPerRad;
    out[1] = Math.asin(up / distance) * degPerRad;
    const node = profile.node[pieces[at + pieceAt]!]!;
    out[2] = (distance * (1 + air.refractivity[node]!) - pieces[at + lengthAt]!) / lightSpeed;
    return distance;
  }

  /** True where two pieces follow each other in one cascade. */
  private follow(first: number, second: number, profile: ShowerProfile): boolean {
    if (first < 0 || second >= this.count) return false;
    const from = this.pieces[first * pieceLength + pieceAt]!;
    const to = this.pieces[second * pieceLength + pieceAt]!;
    return to === from + 1 && profile.cascade[from] === profile.cascade[to];
  }

  /** Draws the photo-electrons of what `expect` found last and adds them to the pixels they fall into. */
  sample(
    random: RandomGenerator,
    profile: ShowerProfile,
    air: AirColumn,
    { telescope, view }: Observer,
    finder: PixelFinder,
    light: PixelLight,
  ): void {
    const { pieces, groups, here, there } = this;
    const together = Math.max(1, Math.ceil(this.total / drawnAlone));
    for (let index = 0; index < this.count; index++) {
      const at = index * pieceLength;
      const drawn = random.poisson(pieces[at + sumAt]! / together);
      if (drawn === 0) continue;
      const distance = this.locate(index, profile, air, view, here);
      // photo-electrons are strewn over the step from piece to piece
      let step = 0;
      if (this.follow(index - 1, index, profile)) step = -1;
      else if (this.follow(index, index + 1, profile)) step = 1;
      this.locate(index + step, profile, air, view, there);
      const piece = pieces[at + pieceAt]!;
      const heightM = air.heightM[profile.node[piece]!]!;
      const psf = pointSpreadDeg(telescope.type, here[0]!, here[1]!);
      const scatter = (profile.cascade[piece]!.scatterM / distance) * degPerRad;
      const fixed = psf * psf + scatter * scatter;
      let sum = 0;
      for (let group = 0; group < energyGroups; group++) {
        sum += lightOfGroup(group, pieces, at + tableAt);
        groups[group] = sum;
      }
      for (let k = 0; k < drawn; k++) {
        const chosen = random.uniform() * sum;
        let group = 0;
        while (group < energyGroups - 1 && chosen > groups[group]!) group++;
        const spread = (lateralSpreadM(heightM, group) / distance) * degPerRad;
        // a normal distribution of exponentially distributed variance: a cusp with long tails
        const width = Math.sqrt(spread * spread * random.exponential(1) + fixed);
        const along = random.uniform() - 0.5;
        const lon = here[0]! + along * (there[0]! - here[0]!) + width * random.normal();
        const lat = here[1]! + along * (there[1]! - here[1]!) + width * random.normal();
        const time = here[2]! + along * (there[2]! - here[2]!) + random.exponential(pieceNs);
        addElectrons(finder, light, lon, lat, time, together);
      }
    }
  }
}
