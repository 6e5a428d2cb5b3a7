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
  readonly seed: number;
}

/** The former split: numpy's seeded shuffle of all rows, the first share is validation. */
function byImage(rows: number, { validationSplit, seed }: SplitOptions): Split {
  const order = Uint32Array.from({ length: rows }, (_, i) => i);
  new NumpyLegacyRandom(seed).shuffle(order);
  const count = Math.floor(validationSplit * rows);
  return { validation: order.slice(0, count), training: order.slice(count) };
}

/** Whole events go to one side, in each class the same share, so that no shower is on both sides. */
function byEvent(examples: ExampleTable, { validationSplit, seed }: SplitOptions): Split {
  const eventOf = examples.eventNumbers();
  let events = 0;
  for (const event of eventOf) events = Math.max(events, event + 1);
  const files = examples.rows > 0 ? examples.column("file_index") : [];
  const rowsOf = new Uint32Array(events);
  const classOf = new Uint8Array(events);
  const wanted = [0, 0];
  for (let row = 0; row < examples.rows; row++) {
    const signal = examples.files[files[row]!]!.signal ? 1 : 0;
    classOf[eventOf[row]!] = signal;
    rowsOf[eventOf[row]!]!++;
    wanted[signal]!++;
  }
  for (const value of [0, 1]) wanted[value] = Math.floor(validationSplit * wanted[value]!);
  const order = Uint32Array.from({ length: events }, (_, i) => i);
  new NumpyLegacyRandom(seed).shuffle(order);
  const isValidation = new Uint8Array(events);
  const taken = [0, 0];
  for (const event of order) {
    const value = classOf[event]!;
    if (taken[value]! >= wanted[value]!) continue;
    isValidation[event] = 1;
    taken[value]! += rowsOf[event]!;
  }
  const count = taken[0]! + taken[1]!;
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
