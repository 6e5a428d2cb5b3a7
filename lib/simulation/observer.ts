import type { Telescope } from "./array.js";
import type { ShowerAxis } from "./shower.js";
import { type Directions, directions, dot, type Vector } from "./sky-directions.js";

/** A telescope as the light sees it. */
export interface Observer {
  readonly telescope: Telescope;
  /** Where it points, and the axes of its camera. */
  readonly view: Directions;
  /** Height of the array over the sea, m. */
  readonly siteHeightM: number;
}

/** Distance between a telescope and the axis of a shower, m. */
export function impactDistanceM(
  shower: ShowerAxis,
  telescope: { readonly xM: number; readonly yM: number; readonly zM: number },
): number {
  const { forward } = directions(shower);
  const away: Vector = [telescope.xM - shower.coreXM, telescope.yM - shower.coreYM, telescope.zM];
  return Math.sqrt(Math.max(0, dot(away, away) - dot(away, forward) ** 2));
}

/** Metres per nanosecond. */
export const lightSpeed: number = 0.299792458;
