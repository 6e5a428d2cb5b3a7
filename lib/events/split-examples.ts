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
  const events = new Map<string, { gamma: number; rows: number[] }>();
  const keys = ["file_index", "obs_id", "event_id"].map((name) => examples.column(name));
  const gamma = examples.column("true_shower_primary_class");
  for (let row = 0; row < examples.rows; row++) {
    const key = keys.map((column) => column[row]).join("/");
    const event = events.get(key) ?? { gamma: gamma[row]!, rows: [] };
    event.rows.push(row);
    events.set(key, event);
  }
  const list = [...events.values()];
  const order = Uint32Array.from(list, (_, i) => i);
  new NumpyLegacyRandom(seed).shuffle(order);
  const training: number[] = [];
  const validation: number[] = [];
  const wanted = [0, 1].map((value) => {
    const images = list.reduce((sum, event) => sum + (event.gamma === value ? event.rows.length : 0), 0);
    return Math.floor(validationSplit * images);
  });
  const taken = [0, 0];
  for (const index of order) {
    const { gamma: value, rows } = list[index]!;
    const side = taken[value]! < wanted[value]! ? validation : training;
    if (side === validation) taken[value]! += rows.length;
    side.push(...rows);
  }
  return { training: Uint32Array.from(training), validation: Uint32Array.from(validation) };
}

/** Divides the examples into those that are trained on and those that judge the training; seeded. */
export function splitExamples(examples: ExampleTable, options: SplitOptions): Split {
  return options.splitBy === "image" ? byImage(examples.rows, options) : byEvent(examples, options);
}
