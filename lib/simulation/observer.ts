import type { AltAz } from "../coordinates/angle.js";
import type { ShowerAxis } from "./shower.js";
import { directions, dot, type Vector } from "./sky-directions.js";

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

/** Metres per nanosecond. */
export const lightSpeed: number = 0.299792458;
/**
 * Share of the Cherenkov photons on the mirror that become photo-electrons: mirror, window, light guides, sensors and
 * shadows together. Set by the charges of the official SST-1M simulations.
 */
export const efficiency: number = 0.125;

/** Spread of a point in the camera by the mirror facets, deg: worse with the distance from the centre. */
export function pointSpreadDeg(lonDeg: number, latDeg: number): number {
  return 0.045 + 0.0025 * (lonDeg * lonDeg + latDeg * latDeg);
}
