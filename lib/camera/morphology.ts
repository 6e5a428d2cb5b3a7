import type { Neighbours } from "./neighbours.js";

/** Connected groups of kept pixels, as in ctapipe's MorphologyContainer. */
export interface Morphology {
  readonly pixels: number;
  readonly islands: number;
  /** Islands of one or two pixels. */
  readonly smallIslands: number;
  /** Islands of 3 to 50 pixels. */
  readonly mediumIslands: number;
  /** Islands of more than 50 pixels. */
  readonly largeIslands: number;
}

/**
 * Sizes of the islands of a mask, in the order of their first pixel.
 * @param mask pixels that survived the cleaning, `[n_pixels]`
 */
export function islandSizes(list: Neighbours, mask: Uint8Array): number[] {
  const open = Uint8Array.from(mask);
  const sizes: number[] = [];
  const waiting: number[] = [];
  for (let start = 0; start < mask.length; start++) {
    if (!open[start]) continue;
    open[start] = 0;
    waiting.push(start);
    let size = 0;
    for (let pixel = waiting.pop(); pixel !== undefined; pixel = waiting.pop()) {
      size++;
      for (let k = list.offsets[pixel]!; k < list.offsets[pixel + 1]!; k++) {
        const next = list.indices[k]!;
        if (!open[next]) continue;
        open[next] = 0;
        waiting.push(next);
      }
    }
    sizes.push(size);
  }
  return sizes;
}

/** Number of kept pixels and of the islands they form. */
export function morphology(list: Neighbours, mask: Uint8Array): Morphology {
  const sizes = islandSizes(list, mask);
  const smallIslands = sizes.filter((size) => size <= 2).length;
  const largeIslands = sizes.filter((size) => size > 50).length;
  return {
    pixels: sizes.reduce((sum, size) => sum + size, 0),
    islands: sizes.length,
    smallIslands,
    mediumIslands: sizes.length - smallIslands - largeIslands,
    largeIslands,
  };
}
