import type { Task } from "../config/task.js";

/** Images of a few examples with their labels. */
export interface Batch {
  readonly size: number;
  /** Rows of the example table, `[size]`. */
  readonly indices: Uint32Array;
  /** `[size, height, width, channels]`; shared memory, valid until `release`. */
  readonly images: Float32Array;
  /** `[size, outputs of the task]`. */
  readonly labels: Partial<Record<Task, Float32Array>>;
  /** Gives the memory back; the images must not be looked at afterwards. */
  release(): void;
}

export interface EpochOptions {
  /** Example of `order` to begin with, a multiple of the batch size. */
  readonly start?: number;
  /** Give the last batch even when it is not full. */
  readonly keepLast?: boolean;
}

/** Gives the examples of a table in any order as batches. */
export interface BatchSource {
  /** [height, width, channels] */
  readonly imageShape: readonly [number, number, number];
  /** Time that takers spent waiting for batches, ms since the beginning. */
  readonly waitedMs: number;
  epoch(order: Uint32Array, batchSize: number, options?: EpochOptions): AsyncIterable<Batch>;
  close(): Promise<void>;
}
