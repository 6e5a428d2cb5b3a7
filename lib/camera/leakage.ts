import { borderPixels, type Neighbours } from "./neighbours.js";

/** Share of a cleaned image that lies in the outermost one or two rings of pixels, as in ctapipe's LeakageContainer. */
export interface Leakage {
  /** Share of the kept pixels. */
  readonly pixelsWidth1: number;
  readonly pixelsWidth2: number;
  /** Share of the kept charge. */
  readonly intensityWidth1: number;
  readonly intensityWidth2: number;
}

/** Masks of the outermost ring and of the two outermost rings of a camera, `[n_pixels]` each. */
export interface CameraBorder {
  readonly width1: Uint8Array;
  readonly width2: Uint8Array;
}

export function cameraBorder(list: Neighbours): CameraBorder {
  return { width1: borderPixels(list, 1), width2: borderPixels(list, 2) };
}

/**
 * Leakage of the pixels in `mask`; NaN when the mask is empty.
 * @param image charge in p.e., `[n_pixels]`
 * @param mask pixels that survived the cleaning, `[n_pixels]`
 */
export function leakage(border: CameraBorder, image: ArrayLike<number>, mask: Uint8Array): Leakage {
  let pixels = 0;
  let pixels1 = 0;
  let pixels2 = 0;
  let charge = 0;
  let charge1 = 0;
  let charge2 = 0;
  for (let i = 0; i < mask.length; i++) {
    if (!mask[i]) continue;
    pixels++;
    charge += image[i]!;
    if (border.width1[i]) {
      pixels1++;
      charge1 += image[i]!;
    }
    if (border.width2[i]) {
      pixels2++;
      charge2 += image[i]!;
    }
  }
  return {
    pixelsWidth1: pixels1 / pixels,
    pixelsWidth2: pixels2 / pixels,
    intensityWidth1: charge1 / charge,
    intensityWidth2: charge2 / charge,
  };
}
