/** Pixels of a camera in its own frame (metres), turned back by CAM_ROT. */
export interface CameraGeometry {
  readonly name: string;
  readonly pixelType: "hexagon" | "square" | "circle";
  /** Pixel centres, `[n_pixels]`, m. */
  readonly pixelX: Float64Array;
  readonly pixelY: Float64Array;
  /** Pixel areas, `[n_pixels]`, m². */
  readonly pixelArea: Float64Array;
  /** Angle by which the pixels are turned, PIX_ROT. */
  readonly pixelRotationDeg: number;
  /** Angle by which the file's positions were turned; 0 here. */
  readonly cameraRotationDeg: number;
}

/** Positions turned by −`angleDeg`: x' = x cos + y sin, y' = −x sin + y cos. */
export function rotateBack(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  angleDeg: number,
): { x: Float64Array; y: Float64Array } {
  const cos = Math.cos((angleDeg * Math.PI) / 180);
  const sin = Math.sin((angleDeg * Math.PI) / 180);
  const turned = { x: new Float64Array(x.length), y: new Float64Array(x.length) };
  for (let i = 0; i < x.length; i++) {
    turned.x[i] = x[i]! * cos + y[i]! * sin;
    turned.y[i] = -x[i]! * sin + y[i]! * cos;
  }
  return turned;
}

/** A geometry as read from a file: its pixels are turned back by CAM_ROT, and PIX_ROT with them, as ctapipe does. */
export function derotate(geometry: CameraGeometry): CameraGeometry {
  const angle = geometry.cameraRotationDeg;
  if (angle === 0) return geometry;
  const { x, y } = rotateBack(geometry.pixelX, geometry.pixelY, angle);
  return {
    ...geometry,
    pixelX: x,
    pixelY: y,
    pixelRotationDeg: geometry.pixelRotationDeg - angle,
    cameraRotationDeg: 0,
  };
}

/** Width of each pixel, m: across flats for hexagons, side for squares, diameter for circles. */
export function pixelWidthM(geometry: CameraGeometry): Float64Array {
  const factor = { hexagon: 2 / Math.sqrt(3), square: 1, circle: 4 / Math.PI }[geometry.pixelType];
  return geometry.pixelArea.map((area) => Math.sqrt(area * factor));
}

/** Width of a usual pixel of the camera, m. */
export function medianPixelWidthM(geometry: CameraGeometry): number {
  const widths = pixelWidthM(geometry).sort();
  return widths[widths.length >> 1]!;
}
