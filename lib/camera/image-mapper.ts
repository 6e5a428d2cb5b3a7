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

/** Collects a mapping matrix cell by cell, row 0 of the image first. */
export class MapperBuilder {
  private readonly offsets: Uint32Array;
  private indices: Uint16Array | Uint32Array;
  private weights: Float32Array;
  private cell = 0;
  private entries = 0;

  constructor(
    private readonly name: string,
    private readonly side: number,
    private readonly pixels: number,
  ) {
    const expected = 2 * side * side;
    this.offsets = new Uint32Array(side * side + 1);
    this.indices = pixels <= 65_536 ? new Uint16Array(expected) : new Uint32Array(expected);
    this.weights = new Float32Array(expected);
  }

  /** One more pixel of the present cell. */
  add(pixel: number, weight: number): void {
    if (this.entries === this.weights.length) this.grow();
    this.indices[this.entries] = pixel;
    this.weights[this.entries++] = weight;
  }

  /** The present cell is complete. */
  nextCell(): void {
    this.offsets[++this.cell] = this.entries;
  }

  /** The mapper of all cells; weights are multiplied by `scale`. */
  finish(scale = 1): ImageMapper {
    const { name, side, pixels, offsets, entries } = this;
    const weights = this.weights.slice(0, entries);
    if (scale !== 1) for (let k = 0; k < entries; k++) weights[k]! *= scale;
    return { name, height: side, width: side, pixels, offsets, indices: this.indices.slice(0, entries), weights };
  }

  private grow(): void {
    const [indices, weights] = [this.indices, this.weights];
    const length = 2 * weights.length;
    this.indices = indices instanceof Uint16Array ? new Uint16Array(length) : new Uint32Array(length);
    this.weights = new Float32Array(length);
    this.indices.set(indices);
    this.weights.set(weights);
  }
}

/** A mapper that puts one pixel (or none, −1) into each cell, all with the same weight. */
export function cellMapper(
  name: string,
  side: number,
  pixels: number,
  pixelOfCell: Int32Array,
  weight = 1,
): ImageMapper {
  const builder = new MapperBuilder(name, side, pixels);
  for (const pixel of pixelOfCell) {
    if (pixel >= 0) builder.add(pixel, weight);
    builder.nextCell();
  }
  return builder.finish();
}
