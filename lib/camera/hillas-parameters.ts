import { type CameraGeometry, pixelWidthM } from "./geometry.js";

/** Moments of a cleaned image as in ctapipe's HillasParametersContainer; angles in degrees. */
export interface HillasParameters {
  /** Sum of the charges, p.e. */
  readonly intensity: number;
  /** Centre of gravity in the telescope frame. */
  readonly fovLonDeg: number;
  readonly fovLatDeg: number;
  readonly rDeg: number;
  readonly phiDeg: number;
  readonly lengthDeg: number;
  readonly lengthUncertaintyDeg: number;
  readonly widthDeg: number;
  readonly widthUncertaintyDeg: number;
  /** Angle of the long axis, in (−90, 90]. */
  readonly psiDeg: number;
  readonly psiUncertaintyDeg: number;
  readonly transverseCogUncertaintyDeg: number;
  readonly skewness: number;
  readonly kurtosis: number;
}

/** Pixel centres and widths as angles, as ctapipe's transformation of a camera to the telescope frame gives them. */
export interface TelescopeFramePixels {
  /** Along the optical plane's y, deg. */
  readonly lonDeg: Float64Array;
  /** Along the optical plane's x, deg. */
  readonly latDeg: Float64Array;
  readonly areaDeg2: Float64Array;
  readonly widthDeg: Float64Array;
}

export function telescopeFramePixels(geometry: CameraGeometry, focalLengthM: number): TelescopeFramePixels {
  const degPerM = 180 / Math.PI / focalLengthM;
  return {
    lonDeg: geometry.pixelY.map((y) => y * degPerM),
    latDeg: geometry.pixelX.map((x) => x * degPerM),
    areaDeg2: geometry.pixelArea.map((area) => area * degPerM ** 2),
    widthDeg: pixelWidthM(geometry).map((width) => width * degPerM),
  };
}

const deg = 180 / Math.PI;

/** Major axis of a symmetric 2×2 matrix: its eigenvalues, descending, and the angle of the first eigenvector. */
function principalAxis(xx: number, yy: number, xy: number): { major: number; minor: number; psi: number } {
  const mean = (xx + yy) / 2;
  const spread = Math.hypot((xx - yy) / 2, xy);
  const clean = (value: number): number => (Math.abs(value) < 1e-9 ? 0 : value);
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  return { major: clean(mean + spread), minor: clean(mean - spread), psi: angle };
}

/**
 * Hillas parameters of the pixels in `mask`, by ctapipe's definitions (weighted covariance without correction).
 * @param image charge in p.e., `[n_pixels]`
 * @param mask pixels that survived the cleaning, `[n_pixels]`
 * @returns null when no charge is left
 */
export function hillasParameters(
  pixels: TelescopeFramePixels,
  image: ArrayLike<number>,
  mask: Uint8Array,
): HillasParameters | null {
  const { lonDeg: x, latDeg: y, areaDeg2 } = pixels;
  let size = 0;
  let sumX = 0;
  let sumY = 0;
  for (let i = 0; i < mask.length; i++) {
    if (!mask[i]) continue;
    size += image[i]!;
    sumX += image[i]! * x[i]!;
    sumY += image[i]! * y[i]!;
  }
  if (size === 0) return null;
  const cogX = sumX / size;
  const cogY = sumY / size;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < mask.length; i++) {
    if (!mask[i]) continue;
    const dx = x[i]! - cogX;
    const dy = y[i]! - cogY;
    xx += (image[i]! * dx * dx) / size;
    yy += (image[i]! * dy * dy) / size;
    xy += (image[i]! * dx * dy) / size;
  }
  const { major, minor, psi } = principalAxis(xx, yy, xy);
  const length = Math.sqrt(major);
  const width = Math.sqrt(Math.max(0, minor));
  const cos = Math.cos(psi);
  const sin = Math.sin(psi);
  const a = cos * cos;
  const b = sin * sin;
  const c = 2 * sin * cos;
  let m3 = 0;
  let m4 = 0;
  let lengthVariance = 0;
  let widthVariance = 0;
  // sums of the straight-line fit across the long axis: weights w, longitudinal l, transverse t
  let w = 0;
  let wl = 0;
  let wll = 0;
  let wt = 0;
  let wlt = 0;
  for (let i = 0; i < mask.length; i++) {
    if (!mask[i]) continue;
    const dx = x[i]! - cogX;
    const dy = y[i]! - cogY;
    const charge = image[i]!;
    const long = dx * cos + dy * sin;
    const across = -dx * sin + dy * cos;
    const square = long * long;
    m3 += (charge * square * long) / size;
    m4 += (charge * square * square) / size;
    const residualXX = (dx * dx - xx) / size;
    const residualYY = (dy * dy - yy) / size;
    const residualXY = (dx * dy - xy) / size;
    const alongResidual = a * residualXX + b * residualYY + c * residualXY;
    const acrossResidual = b * residualXX + a * residualYY - c * residualXY;
    lengthVariance += alongResidual * alongResidual * charge;
    widthVariance += acrossResidual * acrossResidual * charge;
    const weight = charge / areaDeg2[i]!;
    w += weight;
    wl += weight * long;
    wll += weight * long * long;
    wt += weight * across;
    wlt += weight * long * across;
  }
  const determinant = w * wll - wl * wl;
  const slope = (w * wlt - wl * wt) / determinant;
  const slopeVariance = w / determinant;
  const interceptVariance = wll / determinant;
  const elongation = 1 + Math.tan(((width / length) * Math.PI) / 2) ** 2;
  const extended = length > 0;
  return {
    intensity: size,
    fovLonDeg: cogX,
    fovLatDeg: cogY,
    rDeg: Math.hypot(cogX, cogY),
    phiDeg: Math.atan2(cogY, cogX) * deg,
    lengthDeg: length,
    lengthUncertaintyDeg: extended ? Math.sqrt(lengthVariance) / (2 * length) : Number.NaN,
    widthDeg: width,
    widthUncertaintyDeg: extended && width > 0 ? Math.sqrt(widthVariance) / (2 * width) : Number.NaN,
    psiDeg: extended ? psi * deg : Number.NaN,
    psiUncertaintyDeg: extended ? Math.sqrt(slopeVariance + slope * slope) * elongation * deg : Number.NaN,
    transverseCogUncertaintyDeg: extended ? Math.sqrt(interceptVariance * (1 + Math.sin(slope) ** 2)) : Number.NaN,
    skewness: extended ? m3 / length ** 3 : Number.NaN,
    kurtosis: extended ? m4 / length ** 4 : Number.NaN,
  };
}
