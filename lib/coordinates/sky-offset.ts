import { type AltAz, clampAltitude, degPerRad, wrap360 } from "./angle.js";

/** Direction in the nominal frame around a pointing, in degrees: longitude in (−180, 180], latitude. */
export interface SkyOffset {
  readonly fovLonDeg: number;
  readonly fovLatDeg: number;
}

/** A horizontal direction seen from a pointing, as ctapipe's NominalFrame. */
export function skyOffset(direction: AltAz, pointing: AltAz): SkyOffset {
  const alt = clampAltitude(direction.altDeg) / degPerRad;
  const alt0 = clampAltitude(pointing.altDeg) / degPerRad;
  const delta = (direction.azDeg - pointing.azDeg) / degPerRad;
  const sinLat = Math.sin(alt) * Math.cos(alt0) - Math.cos(alt) * Math.sin(alt0) * Math.cos(delta);
  const forward = Math.cos(alt) * Math.cos(alt0) * Math.cos(delta) + Math.sin(alt) * Math.sin(alt0);
  const side = Math.cos(alt) * Math.sin(delta);
  return {
    fovLonDeg: Math.atan2(side, forward) * degPerRad,
    // atan2 keeps its precision where asin loses it
    fovLatDeg: Math.atan2(sinLat, Math.hypot(forward, side)) * degPerRad,
  };
}

/** The horizontal direction of an offset: inverse of `skyOffset`, azimuth in [0, 360). */
export function fromSkyOffset(offset: SkyOffset, pointing: AltAz): AltAz {
  const lon = offset.fovLonDeg / degPerRad;
  const lat = offset.fovLatDeg / degPerRad;
  const alt0 = clampAltitude(pointing.altDeg) / degPerRad;
  const forward = Math.cos(lat) * Math.cos(lon);
  const side = Math.cos(lat) * Math.sin(lon);
  const up = Math.sin(lat);
  const north = Math.cos(alt0) * forward - Math.sin(alt0) * up;
  const height = Math.sin(alt0) * forward + Math.cos(alt0) * up;
  return {
    altDeg: Math.atan2(height, Math.hypot(north, side)) * degPerRad,
    azDeg: wrap360(pointing.azDeg + Math.atan2(side, north) * degPerRad),
  };
}
