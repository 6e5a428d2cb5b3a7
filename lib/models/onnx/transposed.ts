import type { NetworkWeight } from "../network.js";

/** A weight with its dimensions in another order, as NumPy's `transpose(order)`. */
export function transposed({ shape, values }: NetworkWeight, order: readonly number[]): NetworkWeight {
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((product, length) => product * length, 1));
  const lengths = order.map((axis) => shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  const result = new Float32Array(values.length);
  const place = lengths.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = values[from]!;
    for (let axis = lengths.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++place[axis]! < lengths[axis]!) break;
      from -= steps[axis]! * lengths[axis]!;
      place[axis] = 0;
    }
  }
  return { shape: lengths, values: result };
}
