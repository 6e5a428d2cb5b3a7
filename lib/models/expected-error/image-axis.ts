import { degPerRad } from "../../coordinates/angle.js";
import type { SkyOffset } from "../../coordinates/sky-offset.js";

/** Columns of ctapipe's image parameters that say where the long axis of an image lies: degrees in the field of view. */
export const imageAxisColumns = ["hillas_fov_lon", "hillas_fov_lat", "hillas_psi"] as const;
type ImageAxisColumn = (typeof imageAxisColumns)[number];

/** The long axis of an image through its centroid, degrees in the field of view: x is longitude, y latitude. */
export interface ImageAxis {
  readonly x: number;
  readonly y: number;
  /** Direction, of length 1; which of both ends it points to means nothing. */
  readonly cos: number;
  readonly sin: number;
}

/** @param of value of a column; NaN where a file has none, and so is the axis then */
export function imageAxis(of: (column: ImageAxisColumn) => number): ImageAxis {
  const psi = of("hillas_psi") / degPerRad;
  return { x: of("hillas_fov_lon"), y: of("hillas_fov_lat"), cos: Math.cos(psi), sin: Math.sin(psi) };
}

/** How far a place lies from the centroid along the axis, and beside it, with sign. */
export function onAxis({ x, y, cos, sin }: ImageAxis, place: SkyOffset): { along: number; across: number } {
  const [dx, dy] = [place.fovLonDeg - x, place.fovLatDeg - y];
  return { along: dx * cos + dy * sin, across: dy * cos - dx * sin };
}
