import type { AttributeValue, NumericArray } from "./column.js";

/** How ctapipe stores floats as integers: `stored = round(value · scale) + offset`, three values kept for NaN and ±inf. */
export interface FixedPoint {
  readonly scale: number;
  readonly offset: number;
  readonly nan: number | bigint;
  readonly positiveInfinity: number | bigint;
  readonly negativeInfinity: number | bigint;
}

/** Range of an integer array's type: [smallest, largest]. */
function range(data: NumericArray): [bigint, bigint] {
  const bits = BigInt(8 * data.BYTES_PER_ELEMENT);
  const signed = data instanceof BigInt64Array || data.constructor.name.startsWith("Int");
  return signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
}

/**
 * The fixed-point transform that a column's metadata tells of, or undefined when there is none.
 * Sentinels follow from the integer type as in ctapipe: signed −inf = min, NaN = min + 1, +inf = max;
 * unsigned −inf = max − 2, NaN = max − 1, +inf = max.
 */
export function fixedPointOf(
  metadata: Readonly<Record<string, AttributeValue>>,
  data: NumericArray,
): FixedPoint | undefined {
  const scale = metadata.TRANSFORM_SCALE;
  if (scale === undefined || data instanceof Float32Array || data instanceof Float64Array) return undefined;
  const [smallest, largest] = range(data);
  const unsigned = smallest === 0n;
  const sentinel = (value: bigint): number | bigint => (data.BYTES_PER_ELEMENT === 8 ? value : Number(value));
  return {
    scale: Number(scale),
    offset: Number(metadata.TRANSFORM_OFFSET ?? 0),
    nan: sentinel(unsigned ? largest - 1n : smallest + 1n),
    positiveInfinity: sentinel(largest),
    negativeInfinity: sentinel(unsigned ? largest - 2n : smallest),
  };
}

/** Floats from fixed-point integers: `(stored − offset) / scale`, sentinels back to NaN, +inf and −inf. */
export function undoFixedPoint(data: NumericArray, transform: FixedPoint): Float32Array {
  const result = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value === transform.nan) result[i] = Number.NaN;
    else if (value === transform.positiveInfinity) result[i] = Number.POSITIVE_INFINITY;
    else if (value === transform.negativeInfinity) result[i] = Number.NEGATIVE_INFINITY;
    else result[i] = (Number(value) - transform.offset) / transform.scale;
  }
  return result;
}
