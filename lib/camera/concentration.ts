import type { HillasParameters, TelescopeFramePixels } from "./hillas-parameters.js";

/** Share of the charge in the middle of an image, as in ctapipe's ConcentrationContainer. */
export interface Concentration {
  /** Within one pixel width of the centre of gravity. */
  readonly cog: number;
  /** Inside the Hillas ellipse. */
  readonly core: number;
  /** In the brightest pixel. */
  readonly pixel: number;
}

/**
 * Concentrations of the pixels in `mask`.
 * @param image charge in p.e., `[n_pixels]`
 * @param mask pixels that survived the cleaning, `[n_pixels]`
 * @param hillas parameters of the same pixels
 */
export function concentration(
  pixels: TelescopeFramePixels,
  image: ArrayLike<number>,
  mask: Uint8Array,
  hillas: HillasParameters,
): Concentration {
  const cos = Math.cos((hillas.psiDeg * Math.PI) / 180);
  const sin = Math.sin((hillas.psiDeg * Math.PI) / 180);
  let cog = 0;
  let core = 0;
  let brightest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < mask.length; i++) {
    if (!mask[i]) continue;
    const charge = image[i]!;
    const dx = pixels.lonDeg[i]! - hillas.fovLonDeg;
    const dy = pixels.latDeg[i]! - hillas.fovLatDeg;
    const along = (dx * cos + dy * sin) / hillas.lengthDeg;
    const across = (dy * cos - dx * sin) / hillas.widthDeg;
    if (dx * dx + dy * dy < pixels.widthDeg[i]! ** 2) cog += charge;
    if (along * along + across * across <= 1) core += charge;
    brightest = Math.max(brightest, charge);
  }
  return {
    cog: cog / hillas.intensity,
    // an image without width has no ellipse
    core: hillas.widthDeg === 0 ? 0 : core / hillas.intensity,
    pixel: brightest / hillas.intensity,
  };
}
