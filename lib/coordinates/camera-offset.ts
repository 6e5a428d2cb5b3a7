import { type AltAz, degPerRad } from "./angle.js";
import { fromSkyOffset, type SkyOffset, skyOffset } from "./sky-offset.js";

/** A point in the camera plane turned back by the pixel rotation, in metres: the label of `cameradirection`. */
export interface CameraOffset {
  readonly xM: number;
  readonly yM: number;
}

/** What turns directions into places in a camera. */
export interface CameraOptics {
  readonly focalLengthM: number;
  /** PIX_ROT of the camera after it was turned back by CAM_ROT, in degrees. */
  readonly pixelRotationDeg: number;
}

/** Where a direction falls in the camera: angle times focal length (equidistant plate), as dl1-data-handler defines it. */
export function cameraOffset(direction: AltAz, pointing: AltAz, optics: CameraOptics): CameraOffset {
  const { fovLonDeg, fovLatDeg } = skyOffset(direction, pointing);
  const x = (optics.focalLengthM * fovLatDeg) / degPerRad;
  const y = (optics.focalLengthM * fovLonDeg) / degPerRad;
  const cos = Math.cos(optics.pixelRotationDeg / degPerRad);
  const sin = Math.sin(optics.pixelRotationDeg / degPerRad);
  return { xM: x * cos + y * sin, yM: -x * sin + y * cos };
}

/** Where a place in the camera lies in the field of view. */
export function fieldOffset(offset: CameraOffset, optics: CameraOptics): SkyOffset {
  const cos = Math.cos(optics.pixelRotationDeg / degPerRad);
  const sin = Math.sin(optics.pixelRotationDeg / degPerRad);
  const x = offset.xM * cos - offset.yM * sin;
  const y = offset.xM * sin + offset.yM * cos;
  const fovLatDeg = (x / optics.focalLengthM) * degPerRad;
  const fovLonDeg = (y / optics.focalLengthM) * degPerRad;
  return { fovLonDeg, fovLatDeg };
}

/** The direction of a place in the camera: inverse of `cameraOffset`. */
export function fromCameraOffset(offset: CameraOffset, pointing: AltAz, optics: CameraOptics): AltAz {
  return fromSkyOffset(fieldOffset(offset, optics), pointing);
}
