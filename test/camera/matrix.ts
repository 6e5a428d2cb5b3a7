import type { ImageMapper } from "../../lib/camera/image-mapper.js";

/** A mapping matrix as dl1-data-handler has it: one entry a place. */
export interface Matrix {
  readonly image_shape: number;
  readonly pixel: readonly number[];
  readonly out: readonly number[];
  readonly weight: readonly number[];
}

/** Weights by pixel and cell. */
export type Entries = ReadonlyMap<string, number>;

export function entriesOf(mapper: ImageMapper): Entries {
  const entries = new Map<string, number>();
  for (let cell = 0; cell < mapper.height * mapper.width; cell++) {
    for (let k = mapper.offsets[cell]!; k < mapper.offsets[cell + 1]!; k++) {
      entries.set(`${mapper.indices[k]},${cell}`, mapper.weights[k]!);
    }
  }
  return entries;
}

export function entriesOfMatrix({ pixel, out, weight }: Matrix): Entries {
  return new Map(weight.map((value, i) => [`${pixel[i]},${out[i]}`, value]));
}

/** Cells where two matrices differ by more than a tolerance, the second multiplied by `factor`. */
export function differingCells(ours: Entries, theirs: Entries, factor: number, tolerance: number): number[] {
  const cells = new Set<number>();
  for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
    const difference = Math.abs((ours.get(key) ?? 0) - factor * (theirs.get(key) ?? 0));
    if (difference > tolerance) cells.add(Number(key.split(",")[1]));
  }
  return [...cells];
}

/** Median ratio of the larger weights. */
export function commonFactor(ours: Entries, theirs: Entries): number {
  const ratios = [...theirs].filter(([, weight]) => weight > 0.1).map(([key, weight]) => (ours.get(key) ?? 0) / weight);
  return ratios.sort((a, b) => a - b)[ratios.length >> 1]!;
}

/** Sum of the weights of each pixel. */
export function weightOfPixels(mapper: ImageMapper): Float64Array {
  const sums = new Float64Array(mapper.pixels);
  for (const [k, pixel] of mapper.indices.entries()) sums[pixel]! += mapper.weights[k]!;
  return sums;
}
