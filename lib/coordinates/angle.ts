/** Degrees in a radian. */
export const degPerRad: number = 180 / Math.PI;

/** An angle in degrees brought into [0, 360). */
export function wrap360(angleDeg: number): number {
  const wrapped = angleDeg % 360;
  return wrapped < 0 ? wrapped + 360 : wrapped;
}

/** Angles of a horizontal direction: altitude above the horizon, azimuth from north through east, in degrees. */
export interface AltAz {
  readonly altDeg: number;
  readonly azDeg: number;
}

/** Single-precision pointings can lie a rounding error beyond the zenith. */
export function clampAltitude(altDeg: number): number {
  return Math.min(90, Math.max(-90, altDeg));
}
