import type { ImageMapper } from "./image-mapper.js";

/** Where a mapped image shows pixels: for each row of the image a text with `1` in such cells and `0` in the others. */
export function pixelCells({ height, width, offsets }: ImageMapper): string[] {
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => {
      const cell = row * width + column;
      return offsets[cell + 1]! > offsets[cell]! ? "1" : "0";
    }).join(""),
  );
}
