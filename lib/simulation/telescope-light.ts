import { type AltAz, degPerRad } from "../coordinates/angle.js";
import type { RandomGenerator } from "../random/generator.js";
import type { AirColumn } from "./air-column.js";
import { heightOfThickness, meanRefractivity, transmission } from "./atmosphere.js";
import { cherenkovAngle, energyGroups, lateralSpreadM, lightTowards, photonsPerMetre } from "./cherenkov-light.js";
import type { PixelFinder } from "./pixel-finder.js";
import type { Muon, Shower, ShowerAxis } from "./shower.js";
import { maximumPieces, type ShowerProfile } from "./shower-profile.js";

type Vector = readonly [number, number, number];

/** Directions of a horizontal frame (x north, y west, z up): towards the sky, and of growing azimuth and altitude. */
interface Directions {
  readonly forward: Vector;
  readonly azimuth: Vector;
  readonly altitude: Vector;
}

function directions({ altDeg, azDeg }: AltAz): Directions {
  const cosAlt = Math.cos(altDeg / degPerRad);
  const sinAlt = Math.sin(altDeg / degPerRad);
  const cosAz = Math.cos(azDeg / degPerRad);
  const sinAz = Math.sin(azDeg / degPerRad);
  return {
    forward: [cosAlt * cosAz, -cosAlt * sinAz, sinAlt],
    azimuth: [-sinAz, -cosAz, 0],
    altitude: [-sinAlt * cosAz, sinAlt * sinAz, cosAlt],
  };
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** a + f·b + g·c */
function sum(a: Vector, b: Vector, f: number, c: Vector, g: number): Vector {
  return [a[0] + f * b[0] + g * c[0], a[1] + f * b[1] + g * c[1], a[2] + f * b[2] + g * c[2]];
}

/** A telescope as the light sees it. */
export interface Observer {
  readonly xM: number;
  readonly yM: number;
  readonly zM: number;
  readonly mirrorAreaM2: number;
  readonly pointing: AltAz;
  /** Height of the array over the sea, m. */
  readonly siteHeightM: number;
}

/** Distance between a telescope and the axis of a shower, m. */
export function impactDistanceM(shower: ShowerAxis, telescope: { xM: number; yM: number; zM: number }): number {
  const { forward } = directions(shower);
  const away: Vector = [telescope.xM - shower.coreXM, telescope.yM - shower.coreYM, telescope.zM];
  return Math.sqrt(Math.max(0, dot(away, away) - dot(away, forward) ** 2));
}

/** Photo-electrons in each pixel of one telescope. */
export interface PixelLight {
  /** Photo-electrons, `[n_pixels]`. */
  readonly counts: Uint32Array;
  /** Sum of their arrival times, ns since the shower's front reached the array's plane, `[n_pixels]`. */
  readonly times: Float64Array;
  total: number;
}

/** Metres per nanosecond. */
const lightSpeed = 0.299792458;
/**
 * Share of the Cherenkov photons on the mirror that become photo-electrons: mirror, window, light guides, sensors and
 * shadows together. Set by the charges of the official SST-1M simulations.
 */
const efficiency = 0.125;
const mirrorRadiusM = 1.73;
const muonReachM = 80;

// one piece: what `collect` writes and `sample` reads
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

/** Spread of a point in the camera by the mirror facets, deg: worse with the distance from the centre. */
function pointSpreadDeg(lonDeg: number, latDeg: number): number {
  return 0.045 + 0.0025 * (lonDeg * lonDeg + latDeg * latDeg);
}

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

/**
 * Adds the light of a shower's muons to the pixels: arcs of the ring that a telescope on their way would see. Muons that
 * pass far from the telescope leave too little light.
 */
export function sampleMuons(
  random: RandomGenerator,
  shower: Shower,
  observer: Observer,
  finder: PixelFinder,
  light: PixelLight,
): void {
  const sky = directions(shower);
  const telescope = directions(observer.pointing);
  for (const muon of shower.muons) {
    const arc = muonArc(shower, muon, sky, telescope, observer);
    if (!arc) continue;
    const electrons = random.poisson(arc.electrons);
    for (let k = 0; k < electrons; k++) {
      const azimuth = arc.azimuth + arc.halfOpening * (2 * random.uniform() - 1);
      const lon = arc.lonDeg + arc.radiusDeg * Math.cos(azimuth) + arc.spreadDeg * random.normal();
      const lat = arc.latDeg + arc.radiusDeg * Math.sin(azimuth) + arc.spreadDeg * random.normal();
      addElectron(finder, light, lon, lat, arc.timeNs + random.exponential(0.5));
    }
  }
}

/** Part of a muon's ring. */
interface MuonArc {
  /** Expected photo-electrons. */
  readonly electrons: number;
  /** Middle of the ring: where the muon comes from. */
  readonly lonDeg: number;
  readonly latDeg: number;
  readonly radiusDeg: number;
  /** Middle of the arc on the ring and half of its opening, rad. */
  readonly azimuth: number;
  readonly halfOpening: number;
  readonly spreadDeg: number;
  readonly timeNs: number;
}

function muonArc(
  shower: Shower,
  muon: Muon,
  sky: Directions,
  telescope: Directions,
  observer: Observer,
): MuonArc | null {
  const cosZenith = sky.forward[2];
  const startM = (heightOfThickness(muon.startGCm2 * cosZenith) - observer.siteHeightM) / cosZenith;
  // where the muon passes the telescope, in the plane across the axis
  const away: Vector = [shower.coreXM - observer.xM, shower.coreYM - observer.yM, -observer.zM];
  const x = dot(away, sky.azimuth) + muon.x + muon.slopeX * startM;
  const y = dot(away, sky.altitude) + muon.y + muon.slopeY * startM;
  const miss = Math.hypot(x, y);
  if (miss > muonReachM) return null;
  // the light comes from where the telescope lies on the Cherenkov cone, whose opening changes with the height
  let angle = cherenkovAngle(observer.siteHeightM);
  let lengthM = miss / angle;
  for (let turn = 0; turn < 2; turn++) {
    angle = cherenkovAngle(observer.siteHeightM + Math.min(lengthM, startM) * cosZenith);
    lengthM = miss / angle;
  }
  if (lengthM > startM) return null;
  const heightM = observer.siteHeightM + lengthM * cosZenith;
  const photonsPerM2 = photonsPerMetre(heightM) / (2 * Math.PI * Math.max(miss, 0.7 * mirrorRadiusM) * angle);
  const seen = efficiency * transmission(heightM, observer.siteHeightM, cosZenith);
  const back = sum(sky.forward, sky.azimuth, -muon.slopeX, sky.altitude, -muon.slopeY);
  const towards = sum([0, 0, 0], sky.azimuth, x, sky.altitude, y);
  const lonDeg = Math.atan2(dot(back, telescope.azimuth), dot(back, telescope.forward)) * degPerRad;
  const latDeg = Math.asin(dot(back, telescope.altitude) / Math.sqrt(dot(back, back))) * degPerRad;
  return {
    electrons: photonsPerM2 * observer.mirrorAreaM2 * seen,
    lonDeg,
    latDeg,
    radiusDeg: angle * degPerRad,
    azimuth: Math.atan2(dot(towards, telescope.altitude), dot(towards, telescope.azimuth)),
    halfOpening: miss <= mirrorRadiusM ? Math.PI : Math.asin(mirrorRadiusM / miss),
    spreadDeg: Math.hypot(pointSpreadDeg(lonDeg, latDeg), 0.05),
    timeNs: (Math.hypot(lengthM, miss) * (1 + meanRefractivity(heightM, observer.siteHeightM)) - lengthM) / lightSpeed,
  };
}

function addElectron(finder: PixelFinder, light: PixelLight, lon: number, lat: number, time: number): void {
  const pixel = finder.find(lon, lat);
  if (pixel < 0) return;
  light.counts[pixel]!++;
  light.times[pixel]! += time;
  light.total++;
}
