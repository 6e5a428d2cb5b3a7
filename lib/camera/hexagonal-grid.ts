import { ConfigError } from "../errors.js";
import { type CameraGeometry, rotateBack } from "./geometry.js";

/**
 * A hexagonal camera turned so that its pixels stand in rows, with virtual pixels that fill the lattice to a rectangle.
 * "First" is the axis with fewer ticks (the rows), "second" the one with half-pixel steps.
 */
export interface HexagonalGrid {
  /** Real pixels in file order, then virtual ones, m. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly realPixels: number;
  /** Rows of the camera itself, without padding. */
  readonly rows: number;
}

const toMillimetres = (value: number): number => Math.round(value * 1000) / 1000;

/** Positions that belong to one row but differ by up to 2 mm through rounding are put on one tick. */
const sameTickM = 0.002;

/**
 * Snaps positions to ticks. dl1-data-handler rounds to millimetres and merges neighbouring ticks for some cameras by
 * name only; with the 24.3 mm pitch of SST-1M rounding tears columns apart and a third of the charge is lost. Merging on
 * both axes for every camera changes nothing where the ticks are apart and keeps the charge where they are not.
 */
function snap(values: Float64Array): Float64Array {
  const rounded = values.map(toMillimetres);
  const ticks = [...new Set(rounded)].sort((a, b) => a - b);
  const target = new Map<number, number>();
  for (let i = ticks.length - 1; i >= 0; i--) {
    const next = ticks[i + 1];
    const close = next !== undefined && next - ticks[i]! <= sameTickM + 1e-9;
    target.set(ticks[i]!, close ? target.get(next)! : ticks[i]!);
  }
  return rounded.map((value) => target.get(value)!);
}

const ticksOf = (values: Float64Array): number[] => [...new Set(values)].sort((a, b) => a - b);

function extend(ticks: readonly number[], step: number, before: number, after: number): number[] {
  const first = ticks[0]!;
  const last = ticks.at(-1)!;
  const low = Array.from({ length: before }, (_, i) => toMillimetres(first - (before - i) * step));
  const high = Array.from({ length: after }, (_, i) => toMillimetres(last + (i + 1) * step));
  return [...low, ...ticks, ...high];
}

/**
 * Completes a hexagonal camera to a rectangular lattice with `padding` more rows on every side.
 * @throws {ConfigError} for cameras whose pixels are not hexagons.
 */
export function hexagonalGrid(geometry: CameraGeometry, padding: number): HexagonalGrid {
  if (geometry.pixelType !== "hexagon") {
    throw new ConfigError(`${geometry.name} has ${geometry.pixelType} pixels, this mapper needs hexagons`, {
      place: "image_mapper_type",
      remedy: "use SquareMapper",
    });
  }
  const turned = rotateBack(geometry.pixelX, geometry.pixelY, geometry.pixelRotationDeg);
  const x = snap(turned.x);
  const y = snap(turned.y);
  const xTicks = ticksOf(x);
  const yTicks = ticksOf(y);
  const xIsFirst = xTicks.length < yTicks.length;
  const first = xIsFirst ? xTicks : yTicks;
  const second = xIsFirst ? yTicks : xTicks;
  const firstStep = toMillimetres(first[1]! - first[0]!);
  const secondStep = toMillimetres(second[1]! - second[0]!);
  const missing = 2 * first.length - second.length;
  const sides = Math.floor(missing / 2) + 2 * padding;
  const odd = ((missing % 2) + 2) % 2;
  const rows = extend(first, firstStep, padding, padding);
  const places = extend(second, secondStep, sides + odd, sides);
  const key = (a: number, b: number): string => `${toMillimetres(a)},${toMillimetres(b)}`;
  const taken = new Set(Array.from(x, (value, i) => (xIsFirst ? key(value, y[i]!) : key(y[i]!, value))));
  const virtual: [number, number][] = [];
  for (const parity of [0, 1]) {
    const lines = rows.filter((_, i) => i % 2 === parity);
    // Of the two ways to stagger these rows, the right one is that which meets the real pixels.
    const candidates = [0, 1].map((shift) =>
      lines.flatMap((line) =>
        places
          .filter((_, i) => i % 2 === shift)
          .filter((place) => !taken.has(key(line, place)))
          .map((place): [number, number] => [line, place]),
      ),
    );
    virtual.push(...(candidates[0]!.length <= candidates[1]!.length ? candidates[0]! : candidates[1]!));
  }
  const lines = virtual.map(([line]) => line);
  const crossings = virtual.map(([, place]) => place);
  return {
    x: Float64Array.from([...x, ...(xIsFirst ? lines : crossings)]),
    y: Float64Array.from([...y, ...(xIsFirst ? crossings : lines)]),
    realPixels: x.length,
    rows: first.length,
  };
}

/** `count` evenly spaced values from the smallest to the largest of `values`. */
export function linearGrid(values: Float64Array, count: number): Float64Array {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return Float64Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}
