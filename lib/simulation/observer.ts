import type { Telescope } from "./array.js";
import type { ShowerAxis } from "./shower.js";
import type { Directions, Vector } from "./sky-directions.js";

/** A telescope as the light sees it. */
export interface Observer {
  readonly telescope: Telescope;
  /** Where it points, and the axes of its camera. */
  readonly view: Directions;
  /** Height of the array over the sea, m. */
  readonly siteHeightM: number;
}

/**
 * Distance between a telescope and the axis of a shower, m.
 * @param forward unit vector towards where the shower comes from
 */
export function impactDistanceM(
  { coreXM, coreYM }: Pick<ShowerAxis, "coreXM" | "coreYM">,
  forward: Vector,
  { xM, yM, zM }: Pick<Telescope, "xM" | "yM" | "zM">,
): number {
  const x = xM - coreXM;
  const y = yM - coreYM;
  const along = x * forward[0] + y * forward[1] + zM * forward[2];
  return Math.sqrt(Math.max(0, x * x + y * y + zM * zM - along * along));
}

/** Metres per nanosecond. */
export const lightSpeed: number = 0.299792458;
