import { degPerRad } from "../../coordinates/angle.js";

/** Solid angle of a cone of this half opening angle, sr. */
export function coneSolidAngle(radiusDeg: number): number {
  return 2 * Math.PI * (1 - Math.cos(radiusDeg / degPerRad));
}

/** Solid angle between the edges of each bin of the distance from an axis, sr. */
export function ringSolidAngles(edgesDeg: readonly number[]): number[] {
  return edgesDeg.slice(1).map((outer, i) => coneSolidAngle(outer) - coneSolidAngle(edgesDeg[i]!));
}
