import { degPerRad } from "../coordinates/angle.js";
import type { RandomGenerator } from "../random/generator.js";
import { heightOfThickness, meanRefractivity, refractivity, transmission } from "./atmosphere.js";
import { photonsPerMetre } from "./cherenkov-light.js";
import type { Muon } from "./hadronic-cascades.js";
import { lightSpeed, type Observer } from "./observer.js";
import type { PixelFinder } from "./pixel-finder.js";
import { addElectrons, type PixelLight } from "./pixel-light.js";
import type { Shower } from "./shower.js";
import { type Directions, dot, sum, type Vector } from "./sky-directions.js";
import { mirrorRadiusM, pointSpreadDeg } from "./telescope-type.js";

const muonMassTeV = 0.10566e-3;
const muonReachM = 80;
/** Spread of a ring by the muon's scattering and the colours of the light, deg. */
const ringSpreadDeg = 0.04;

/**
 * Adds the light of a shower's muons to the pixels: rings and arcs, as a telescope on their way would see. Muons that
 * pass far from the telescope leave too little light.
 */
export function sampleMuons(
  random: RandomGenerator,
  shower: Shower,
  sky: Directions,
  observer: Observer,
  finder: PixelFinder,
  light: PixelLight,
): void {
  const radiusM = mirrorRadiusM(observer.telescope.type);
  for (const muon of shower.muons) {
    const ring = muonRing(shower, muon, sky, observer);
    if (!ring) continue;
    const electrons = random.poisson(ring.electrons);
    for (let k = 0; k < electrons; k++) {
      const azimuth = ring.azimuth + ringAzimuth(random, ring.missM / radiusM);
      const lon = ring.lonDeg + ring.radiusDeg * Math.cos(azimuth) + ring.spreadDeg * random.normal();
      const lat = ring.latDeg + ring.radiusDeg * Math.sin(azimuth) + ring.spreadDeg * random.normal();
      addElectrons(finder, light, lon, lat, ring.timeNs + random.exponential(0.5), 1);
    }
  }
}

/**
 * Length of the line across a round mirror of radius 1 that the light of a muon at one azimuth falls on (Vacanti et al.,
 * Astropart. Phys. 2 (1994) 1). @param miss distance of the muon from the mirror's middle @param azimuth rad, 0 towards it
 */
export function chord(miss: number, azimuth: number): number {
  const across = 1 - (miss * Math.sin(azimuth)) ** 2;
  if (across <= 0) return 0;
  const towards = miss * Math.cos(azimuth);
  if (miss <= 1) return Math.sqrt(across) + towards;
  return towards > 0 ? 2 * Math.sqrt(across) : 0;
}

const chordSteps = 90;

function meanChord(miss: number): number {
  // outside the mirror only the azimuths towards it count
  const half = miss <= 1 ? Math.PI : Math.asin(1 / miss);
  let total = 0;
  for (let k = 0; k < chordSteps; k++) total += chord(miss, half * (2 * ((k + 0.5) / chordSteps) - 1));
  return ((total / chordSteps) * half) / Math.PI;
}

function ringAzimuth(random: RandomGenerator, miss: number): number {
  const half = miss <= 1 ? Math.PI : Math.asin(1 / miss);
  const longest = miss <= 1 ? 1 + miss : 2;
  for (;;) {
    const azimuth = half * (2 * random.uniform() - 1);
    if (random.uniform() * longest < chord(miss, azimuth)) return azimuth;
  }
}

interface MuonRing {
  /** Expected photo-electrons. */
  readonly electrons: number;
  /** Distance of the muon from the mirror's middle, m. */
  readonly missM: number;
  /** Middle of the ring: where the muon comes from. */
  readonly lonDeg: number;
  readonly latDeg: number;
  readonly radiusDeg: number;
  /** Brightest azimuth of the ring, rad. */
  readonly azimuth: number;
  readonly spreadDeg: number;
  readonly timeNs: number;
}

/** Cherenkov angle of a muon, rad; 0 below the threshold. */
export function muonAngle(energyTeV: number, heightM: number): number {
  return Math.sqrt(Math.max(0, 2 * refractivity(heightM) - (muonMassTeV / energyTeV) ** 2));
}

function muonRing(
  shower: Shower,
  muon: Muon,
  sky: Directions,
  { telescope, view, siteHeightM }: Observer,
): MuonRing | null {
  const cosZenith = sky.forward[2];
  const startM = (heightOfThickness(muon.startGCm2 * cosZenith) - siteHeightM) / cosZenith;
  // where the muon passes the telescope, in the plane across the axis
  const away: Vector = [shower.coreXM - telescope.xM, shower.coreYM - telescope.yM, -telescope.zM];
  const x = dot(away, sky.azimuth) + muon.x + muon.slopeX * startM;
  const y = dot(away, sky.altitude) + muon.y + muon.slopeY * startM;
  const missM = Math.hypot(x, y);
  if (missM > muonReachM) return null;
  const radiusM = mirrorRadiusM(telescope.type);
  // the light comes from where the telescope lies on the Cherenkov cone, whose opening changes with the height
  let angle = muonAngle(muon.energyTeV, siteHeightM);
  let lengthM = 0;
  for (let turn = 0; turn < 2 && angle > 0; turn++) {
    lengthM = Math.max(missM, radiusM / 2) / angle;
    angle = muonAngle(muon.energyTeV, siteHeightM + Math.min(lengthM, startM) * cosZenith);
  }
  if (angle <= 0 || lengthM > startM) return null;
  const heightM = siteHeightM + lengthM * cosZenith;
  // photons of one metre go as the squared angle
  const photonsPerM = photonsPerMetre(heightM) * (angle ** 2 / (2 * refractivity(heightM)));
  const photons = (photonsPerM * radiusM * meanChord(missM / radiusM)) / angle;
  const back = sum(sky.forward, sky.azimuth, -muon.slopeX, sky.altitude, -muon.slopeY);
  const towards = sum([0, 0, 0], sky.azimuth, x, sky.altitude, y);
  const lonDeg = Math.atan2(dot(back, view.azimuth), dot(back, view.forward)) * degPerRad;
  const latDeg = Math.asin(dot(back, view.altitude) / Math.sqrt(dot(back, back))) * degPerRad;
  return {
    electrons: photons * telescope.type.efficiency * transmission(heightM, siteHeightM, cosZenith),
    missM,
    lonDeg,
    latDeg,
    radiusDeg: angle * degPerRad,
    azimuth: Math.atan2(dot(towards, view.altitude), dot(towards, view.azimuth)),
    spreadDeg: Math.hypot(pointSpreadDeg(telescope.type, lonDeg, latDeg), ringSpreadDeg),
    timeNs: (Math.hypot(lengthM, missM) * (1 + meanRefractivity(heightM, siteHeightM)) - lengthM) / lightSpeed,
  };
}
