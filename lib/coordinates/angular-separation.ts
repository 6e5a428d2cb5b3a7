import { degPerRad } from "./angle.js";

/**
 * Great-circle separation of two directions in degrees, by Vincenty's formula: exact for small and for large angles.
 * Longitudes and latitudes (or azimuths and altitudes) in degrees.
 */
export function angularSeparationDeg(lon1Deg: number, lat1Deg: number, lon2Deg: number, lat2Deg: number): number {
  const delta = (lon2Deg - lon1Deg) / degPerRad;
  const sin1 = Math.sin(lat1Deg / degPerRad);
  const cos1 = Math.cos(lat1Deg / degPerRad);
  const sin2 = Math.sin(lat2Deg / degPerRad);
  const cos2 = Math.cos(lat2Deg / degPerRad);
  const across = Math.hypot(cos2 * Math.sin(delta), cos1 * sin2 - sin1 * cos2 * Math.cos(delta));
  const along = sin1 * sin2 + cos1 * cos2 * Math.cos(delta);
  return Math.atan2(across, along) * degPerRad;
}
