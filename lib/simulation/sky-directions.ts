import { type AltAz, degPerRad } from "../coordinates/angle.js";

/** x to the north, y to the west, z up. */
export type Vector = readonly [number, number, number];

/** Unit vectors towards a place in the sky, and in the direction of growing azimuth and altitude there. */
export interface Directions {
  readonly forward: Vector;
  readonly azimuth: Vector;
  readonly altitude: Vector;
}

/** Directions about a place in the sky. */
export function directions({ altDeg, azDeg }: AltAz): Directions {
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

/** Scalar product. */
export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** a + f·b + g·c */
export function sum(a: Vector, b: Vector, f: number, c: Vector, g: number): Vector {
  return [a[0] + f * b[0] + g * c[0], a[1] + f * b[1] + g * c[1], a[2] + f * b[2] + g * c[2]];
}
