import type { Task } from "../config/task.js";

/** Images of a few examples with their labels. */
export interface Batch {
  readonly size: number;
  /** Rows of the example table, `[size]`. */
  readonly indices: Uint32Array;
  /**
   * `[size, height, width, channels]`; shared memory, valid until `release`. In stereo the channels of telescope after
   * telescope, or, when they are not stacked, `[size, telescopes, height, width, channels]`; blank where there is no image.
   */
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
  /** Seed of the turns in which the images are shown, where the source was opened with augmentation; none without it. */
  readonly turnSeed?: number;
}

/** Gives the examples of a table in any order as batches. */
export interface BatchSource {
  /** [height, width, channels] */
  readonly imageShape: readonly [number, number, number];
  /** Time that takers spent waiting for batches, ms since the beginning. */
  readonly waitedMs: number;
  epoch(order: Uint32Array, batchSize: number, options?: EpochOptions): AsyncIterable<Batch>;
  /**
   * The rows of an epoch in an order that this source reads fast; absent when any order is as fast. It depends on `order`
   * alone.
   */
  arrange?(order: Uint32Array): Uint32Array;
  close(): Promise<void>;
}

/** Blocks of images that are mixed with each other. */
const blocksPerPool = 8;

/**
 * The same rows so that those of a few blocks come together: blocks in the order in which `order` meets them, within a few
 * blocks the order as it was. With `order` shuffled, blocks are shuffled, and so are the rows of eight blocks at a time.
 * @param blocks block of each row of the example table
 */
export function arrangeByBlocks(order: Uint32Array, blocks: Uint32Array): Uint32Array {
  const poolOfBlock = new Map<number, number>();
  const pools: number[][] = [];
  for (const row of order) {
    const block = blocks[row]!;
    let pool = poolOfBlock.get(block);
    if (pool === undefined) {
      pool = Math.floor(poolOfBlock.size / blocksPerPool);
      poolOfBlock.set(block, pool);
      pools[pool] ??= [];
    }
    pools[pool]!.push(row);
  }
  return Uint32Array.from(pools.flat());
}
