import { NumpyLegacyRandom } from "../random/numpy-legacy.js";
import type { ExampleTable } from "./example-table.js";

export interface Split {
  /** Rows of the example table. */
  readonly training: Uint32Array;
  readonly validation: Uint32Array;
}

export interface SplitOptions {
  /** Share of the examples that is kept for validation. */
  readonly validationSplit: number;
  readonly splitBy: "image" | "event";
  /** Instead of the share: the part (from 1) of so many equal ones, for cross-validation. */
  readonly fold?: { readonly index: number; readonly of: number } | null;
  readonly seed: number;
}

/** The stretch of a shuffled list that is for validation, `[start, end)`. */
function stretch(length: number, { validationSplit, fold }: SplitOptions): [number, number] {
  if (!fold) return [0, Math.floor(validationSplit * length)];
  return [Math.floor(((fold.index - 1) * length) / fold.of), Math.floor((fold.index * length) / fold.of)];
}

/** The former split: numpy's seeded shuffle of all rows, the first share is validation. */
function byImage(rows: number, options: SplitOptions): Split {
  const order = Uint32Array.from({ length: rows }, (_, i) => i);
  new NumpyLegacyRandom(options.seed).shuffle(order);
  const [start, end] = stretch(rows, options);
  const training = new Uint32Array(rows - (end - start));
  training.set(order.subarray(0, start));
  training.set(order.subarray(end), start);
  return { validation: order.slice(start, end), training };
}

/** Whole events go to one side, in each class the same share, so that no shower is on both sides. */
function byEvent(examples: ExampleTable, options: SplitOptions): Split {
  const eventOf = examples.eventNumbers();
  let events = 0;
  for (const event of eventOf) events = Math.max(events, event + 1);
  const files = examples.rows > 0 ? examples.column("file_index") : [];
  const rowsOf = new Uint32Array(events);
  const classOf = new Uint8Array(events);
  const images = [0, 0];
  for (let row = 0; row < examples.rows; row++) {
    const signal = examples.files[files[row]!]!.signal ? 1 : 0;
    classOf[eventOf[row]!] = signal;
    rowsOf[eventOf[row]!]!++;
    images[signal]!++;
  }
  const stretches = images.map((count) => stretch(count, options));
  const order = Uint32Array.from({ length: events }, (_, i) => i);
  new NumpyLegacyRandom(options.seed).shuffle(order);
  const isValidation = new Uint8Array(events);
  const passed = [0, 0];
  let count = 0;
  for (const event of order) {
    // An event belongs to the stretch that its first image lies in, so that each event is in one part only.
    const value = classOf[event]!;
    const [start, end] = stretches[value]!;
    if (passed[value]! >= start && passed[value]! < end) {
      isValidation[event] = 1;
      count += rowsOf[event]!;
    }
    passed[value]! += rowsOf[event]!;
  }
  const split = { validation: new Uint32Array(count), training: new Uint32Array(examples.rows - count) };
  const next = { validation: 0, training: 0 };
  for (let row = 0; row < examples.rows; row++) {
    const side = isValidation[eventOf[row]!] ? "validation" : "training";
    split[side][next[side]++] = row;
  }
  return split;
}

/** Divides the examples into those that are trained on and those that judge the training; seeded. */
export function splitExamples(examples: ExampleTable, options: SplitOptions): Split {
  return options.splitBy === "image" ? byImage(examples.rows, options) : byEvent(examples, options);
}
