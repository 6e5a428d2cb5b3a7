import { degPerRad } from "../coordinates/angle.js";
import type { RandomGenerator } from "../random/generator.js";
import { heightOfThickness, meanRefractivity, transmission } from "./atmosphere.js";
import { cherenkovAngle, photonsPerMetre } from "./cherenkov-light.js";
import type { Muon } from "./hadronic-cascades.js";
import { efficiency, lightSpeed, type Observer, pointSpreadDeg } from "./observer.js";
import type { PixelFinder } from "./pixel-finder.js";
import { addElectron, type PixelLight } from "./pixel-light.js";
import type { Shower } from "./shower.js";
import { type Directions, directions, dot, sum, type Vector } from "./sky-directions.js";

const mirrorRadiusM = 1.73;
const muonReachM = 80;

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
