import type { Neighbours } from "./neighbours.js";

export interface TailcutsOptions {
  /** Charge, p.e., from which a pixel belongs to the picture. */
  readonly pictureThreshold: number;
  /** Charge, p.e., from which a neighbour of the picture is kept. */
  readonly boundaryThreshold: number;
  /** Keep picture pixels that have no kept neighbour. */
  readonly keepIsolated?: boolean;
  /** Picture pixels that a picture pixel needs as neighbours. */
  readonly minPictureNeighbours?: number;
}

/**
 * Two-threshold cleaning, ctapipe's `tailcuts_clean`.
 * @param image charge in p.e., `[n_pixels]`
 * @returns mask of the kept pixels, 0 or 1, `[n_pixels]`
 */
export function tailcutsClean(list: Neighbours, image: ArrayLike<number>, options: TailcutsOptions): Uint8Array {
  const { pictureThreshold, boundaryThreshold, keepIsolated = false, minPictureNeighbours = 0 } = options;
  const count = image.length;
  const above = new Uint8Array(count);
  const boundary = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    above[i] = image[i]! >= pictureThreshold ? 1 : 0;
    boundary[i] = image[i]! >= boundaryThreshold ? 1 : 0;
  }
  const neighboursIn = (mask: Uint8Array, i: number): number => {
    let sum = 0;
    for (let k = list.offsets[i]!; k < list.offsets[i + 1]!; k++) sum += mask[list.indices[k]!]!;
    return sum;
  };
  let picture = above;
  if (!keepIsolated && minPictureNeighbours > 0) {
    picture = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      if (above[i] && neighboursIn(above, i) >= minPictureNeighbours) picture[i] = 1;
    }
  }
  const kept = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    if (boundary[i] && neighboursIn(picture, i) > 0) kept[i] = 1;
    else if (picture[i]) kept[i] = keepIsolated || neighboursIn(boundary, i) > 0 ? 1 : 0;
  }
  return kept;
}
