import { type AltAz, degPerRad } from "./angle.js";

/** A place on the ground, m: x to the north, y to the west, z up. */
export type GroundPlace = readonly [number, number, number];

/** Distance of a place from the axis of a shower that hits the ground (z = 0) at `core`, m, as ctapipe defines it. */
export function impactDistanceM(direction: AltAz, core: readonly [number, number], place: GroundPlace): number {
  const alt = direction.altDeg / degPerRad;
  const az = direction.azDeg / degPerRad;
  const axis = [Math.cos(alt) * Math.cos(az), -Math.cos(alt) * Math.sin(az), Math.sin(alt)] as const;
  const [x, y, z] = [core[0] - place[0], core[1] - place[1], -place[2]];
  return Math.hypot(y * axis[2] - z * axis[1], z * axis[0] - x * axis[2], x * axis[1] - y * axis[0]);
}
