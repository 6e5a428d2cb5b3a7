/**
 * Turns pixel vectors into square images by one sparse matrix: cell c of the image is the sum of
 * `weights[k] · pixel[indices[k]]` for k from `offsets[c]` to `offsets[c + 1]`. Row 0 of an image is at the largest y,
 * column 0 at the smallest x.
 */
export interface ImageMapper {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly pixels: number;
  readonly offsets: Uint32Array;
  readonly indices: Uint16Array | Uint32Array;
  readonly weights: Float32Array;
}

/** An entry of a mapping matrix: pixel, cell (row · width + column), weight. */
export interface MapperEntry {
  readonly pixel: number;
  readonly cell: number;
  readonly weight: number;
}

/** A mapper from its matrix entries in any order. */
export function imageMapper(name: string, side: number, pixels: number, entries: readonly MapperEntry[]): ImageMapper {
  const sorted = [...entries].sort((a, b) => a.cell - b.cell || a.pixel - b.pixel);
  const offsets = new Uint32Array(side * side + 1);
  for (const { cell } of sorted) offsets[cell + 1]!++;
  for (let cell = 0; cell < side * side; cell++) offsets[cell + 1]! += offsets[cell]!;
  const indices = pixels < 65_536 ? new Uint16Array(sorted.length) : new Uint32Array(sorted.length);
  const weights = new Float32Array(sorted.length);
  for (const [i, { pixel, weight }] of sorted.entries()) {
    indices[i] = pixel;
    weights[i] = weight;
  }
  return { name, height: side, width: side, pixels, offsets, indices, weights };
}
