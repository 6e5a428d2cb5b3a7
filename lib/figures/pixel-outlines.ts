import { type CameraGeometry, pixelWidthM } from "../camera/geometry.js";

/** Outline of each pixel in the telescope frame, deg: `corners` points a pixel, longitude and latitude. */
export interface PixelOutlines {
  readonly corners: number;
  /** `[n_pixels · corners]` */
  readonly lonDeg: Float64Array;
  readonly latDeg: Float64Array;
  /** Centres, `[n_pixels]`. */
  readonly centreLonDeg: Float64Array;
  readonly centreLatDeg: Float64Array;
}

const degPerRad = 180 / Math.PI;

/** Corners of a pixel of width 1 around (0, 0) in the camera frame, turned by the pixel rotation. */
function unitOutline({ pixelType, pixelRotationDeg }: CameraGeometry): { x: number; y: number }[] {
  const corners = { hexagon: 6, square: 4, circle: 12 }[pixelType];
  // circumscribed circle of a figure whose width across its sides is 1
  const radius = pixelType === "circle" ? 0.5 : 0.5 / Math.cos(Math.PI / corners);
  // without rotation a hexagon stands on a corner and a square on a side, as in ctapipe
  const first = pixelType === "hexagon" ? 90 : 45;
  return Array.from({ length: corners }, (_, k) => {
    const angle = (first + pixelRotationDeg + (360 * k) / corners) / degPerRad;
    return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
  });
}

/**
 * Outlines of a camera's pixels as ctapipe draws them in the telescope frame: longitude along the camera's y, latitude
 * along its x.
 */
export function pixelOutlines(geometry: CameraGeometry, focalLengthM: number): PixelOutlines {
  const outline = unitOutline(geometry);
  const width = pixelWidthM(geometry);
  const corners = outline.length;
  const degPerM = degPerRad / focalLengthM;
  const lonDeg = new Float64Array(width.length * corners);
  const latDeg = new Float64Array(width.length * corners);
  for (let pixel = 0; pixel < width.length; pixel++) {
    for (let k = 0; k < corners; k++) {
      lonDeg[pixel * corners + k] = (geometry.pixelY[pixel]! + width[pixel]! * outline[k]!.y) * degPerM;
      latDeg[pixel * corners + k] = (geometry.pixelX[pixel]! + width[pixel]! * outline[k]!.x) * degPerM;
    }
  }
  return {
    corners,
    lonDeg,
    latDeg,
    centreLonDeg: geometry.pixelY.map((y) => y * degPerM),
    centreLatDeg: geometry.pixelX.map((x) => x * degPerM),
  };
}
