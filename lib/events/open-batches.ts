import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { buildMapper } from "../camera/build-mapper.js";
import type { ReaderConfig } from "../config/config.js";
import { type Task, taskOutputs } from "../config/task.js";
import { CherenkitError } from "../errors.js";
import type { BatchReply, BatchRequest, BatchWorkerData } from "./batch-worker.js";
import type { Batch, BatchSource, EpochOptions } from "./batches.js";
import type { ExampleTable } from "./example-table.js";
import type { ImageStore } from "./image-store.js";
import { exampleLabels } from "./labels.js";

/** Batches that are being filled, full, or looked at, for each thread. */
const slotsPerWorker = 3;

export interface BatchOptions {
  readonly tasks: readonly Task[];
  /** Largest batch. */
  readonly batchSize: number;
  /** Threads; 0 = one a core of this process, at most four. */
  readonly workers?: number;
}

interface Slot {
  readonly index: number;
  readonly images: Float32Array;
}

/** Memory shared with the worker threads, which gather and map images into it. */
class WorkerBatches implements BatchSource {
  waitedMs = 0;
  readonly imageShape: readonly [number, number, number];
  private readonly workers: Worker[];
  private readonly free: Slot[];
  private readonly pending = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  private waitingForSlot: (() => void)[] = [];
  private failure: Error | undefined;
  private requests = 0;
  private closed = false;

  constructor(
    data: Omit<BatchWorkerData, "slots">,
    slotBytes: number,
    slotCount: number,
    workerCount: number,
    private readonly labels: Partial<Record<Task, Float32Array>>,
    private readonly batchSize: number,
  ) {
    const { height, width } = data.mappers[0]!;
    this.imageShape = [height, width, data.channels];
    const slots = Array.from({ length: slotCount }, () => new SharedArrayBuffer(slotBytes));
    this.free = slots.map((buffer, index) => ({ index, images: new Float32Array(buffer) }));
    const workerData: BatchWorkerData = { ...data, slots };
    this.workers = Array.from({ length: workerCount }, () => {
      const worker = new Worker(new URL("./batch-worker.js", import.meta.url), { workerData });
      worker.unref();
      worker.on("message", (reply: BatchReply) => this.onReply(reply));
      worker.on("error", (error) => this.fail(error));
      worker.on("exit", (code) => {
        if (!this.closed) this.fail(new CherenkitError(`a thread that prepares batches ended (${code})`));
      });
      return worker;
    });
  }

  private onReply({ request, error }: BatchReply): void {
    const waiting = this.pending.get(request);
    this.pending.delete(request);
    if (error === undefined) waiting?.resolve();
    else waiting?.reject(new CherenkitError(error));
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
    for (const wake of this.waitingForSlot.splice(0)) wake();
  }

  private fill(slot: Slot, indices: Uint32Array): Promise<void> {
    const request = this.requests++;
    const worker = this.workers[request % this.workers.length]!;
    // A thread with work to do keeps the process alive; idle threads do not.
    worker.ref();
    return new Promise<void>((resolve, reject) => {
      this.pending.set(request, { resolve, reject });
      worker.postMessage({ request, slot: slot.index, indices } satisfies BatchRequest);
    }).finally(() => {
      if (this.pending.size === 0) for (const idle of this.workers) idle.unref();
    });
  }

  private labelsOf(indices: Uint32Array): Partial<Record<Task, Float32Array>> {
    const gathered: Partial<Record<Task, Float32Array>> = {};
    for (const [task, all] of Object.entries(this.labels) as [Task, Float32Array][]) {
      const width = taskOutputs[task];
      const values = new Float32Array(indices.length * width);
      for (let i = 0; i < indices.length; i++) {
        for (let k = 0; k < width; k++) values[i * width + k] = all[indices[i]! * width + k]!;
      }
      gathered[task] = values;
    }
    return gathered;
  }

  private give(slot: Slot): void {
    this.free.push(slot);
    for (const wake of this.waitingForSlot.splice(0)) wake();
  }

  async *epoch(order: Uint32Array, batchSize: number, options: EpochOptions = {}): AsyncGenerator<Batch> {
    if (batchSize > this.batchSize) {
      throw new CherenkitError(`batches of ${batchSize} do not fit, they were opened for ${this.batchSize}`);
    }
    const { start = 0, keepLast = false } = options;
    const end = keepLast ? order.length : order.length - (order.length % batchSize);
    const ahead: { slot: Slot; indices: Uint32Array; filled: Promise<void> }[] = [];
    let next = start;
    const prepare = (): void => {
      while (next < end && this.free.length > 0) {
        const slot = this.free.pop()!;
        const indices = order.slice(next, Math.min(next + batchSize, end));
        next += indices.length;
        const filled = this.fill(slot, indices);
        filled.catch(() => undefined); // told when its turn comes
        ahead.push({ slot, indices, filled });
      }
    };
    try {
      for (prepare(); ahead.length > 0 || next < end; prepare()) {
        const began = performance.now();
        while (ahead.length === 0) {
          if (this.failure) throw this.failure;
          await new Promise<void>((wake) => this.waitingForSlot.push(wake));
          prepare();
        }
        const { slot, indices, filled } = ahead[0]!;
        await filled;
        ahead.shift();
        this.waitedMs += performance.now() - began;
        let released = false;
        const [height, width, channels] = this.imageShape;
        yield {
          size: indices.length,
          indices,
          images: slot.images.subarray(0, indices.length * height * width * channels),
          labels: this.labelsOf(indices),
          release: () => {
            if (!released) this.give(slot);
            released = true;
          },
        };
      }
    } finally {
      // An epoch that was left early gives its slots back when the threads are done with them.
      for (const { slot, filled } of ahead) filled.then(() => this.give(slot)).catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}

/**
 * Opens batches of mapped images: worker threads gather pixel vectors from the image store, map them and fill shared
 * memory while the network trains on other batches.
 * @throws {ConfigError} for a mapper that does not fit the camera
 */
export function openBatches(
  examples: ExampleTable,
  store: ImageStore,
  reader: Pick<ReaderConfig, "mapper" | "imageShape" | "channels">,
  options: BatchOptions,
): BatchSource {
  const mappers = examples.cameras.map((camera) => buildMapper(reader.mapper, camera, reader.imageShape));
  const [{ height, width }] = mappers as [(typeof mappers)[0]];
  if (mappers.some((mapper) => mapper.height !== height || mapper.width !== width)) {
    throw new CherenkitError("the cameras give images of different size", {
      remedy: "set image_mapper_shape in the configuration",
    });
  }
  const telescopes = examples.column("tel_id");
  const mapperOf = Uint8Array.from(telescopes, (id) => examples.cameraOfTelescope.get(id)!);
  const workers = options.workers || Math.min(4, Math.max(1, availableParallelism() - 1));
  const slots = workers * slotsPerWorker + 1;
  const channels = reader.channels.length;
  const labels = Object.fromEntries(options.tasks.map((task) => [task, exampleLabels(examples, task)]));
  return new WorkerBatches(
    { store: store.path, pixels: store.pixels, channels, mappers, mapperOf },
    options.batchSize * height * width * channels * 4,
    slots,
    workers,
    labels,
    options.batchSize,
  );
}
