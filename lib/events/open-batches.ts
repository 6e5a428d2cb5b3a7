import { Worker } from "node:worker_threads";
import { buildMapper } from "../camera/build-mapper.js";
import type { ImageMapper } from "../camera/image-mapper.js";
import { compileMappingKernel, sharedKernelMemory } from "../camera/mapping-kernel.js";
import type { Augmentation, ReaderConfig } from "../config/config.js";
import { type Task, taskOutputs } from "../config/task.js";
import { CherenkitError, ConfigError } from "../errors.js";
import { unpackError } from "../threads/thread-error.js";
import { ownedCores } from "../threads/worker-count.js";
import { augmentationTurns, type LabelTurner, labelTurner, turnOf } from "./augmentation.js";
import type { ImagePlaces } from "./batch-file-reader.js";
import {
  arenaBytes,
  type BatchReply,
  type BatchRequest,
  type BatchWorkerData,
  type VectorSource,
} from "./batch-worker.js";
import { arrangeByBlocks, type Batch, type BatchSource, type EpochOptions } from "./batches.js";
import type { ExampleTable } from "./example-table.js";
import type { ImageStore } from "./image-store.js";
import { readChecksums, storePaths } from "./image-store-files.js";
import { repairStore } from "./image-store-repair.js";
import { storeOrder } from "./image-store-tasks.js";
import { exampleLabels } from "./labels.js";

/** Batches that are being filled, full, or looked at, for each thread. */
const slotsPerWorker = 3;

/** A WebAssembly memory has no more. */
const mostMemoryBytes = 65_536 * 65_536;

/** Images whose places in a file are near each other, for reading without a store. */
const imagesPerBlock = 512;

export interface BatchOptions {
  readonly tasks: readonly Task[];
  /** Largest batch. */
  readonly batchSize: number;
  /** Whether batches may be asked for with turned images, and in which turns; by default not. */
  readonly augmentation?: Augmentation;
  /** Threads; 0 = one less than the cores of this job, at least one, at most four. */
  readonly workers?: number;
}

/** What of the reader's settings matters here. */
export type BatchReader = Pick<ReaderConfig, "mapper" | "imageShape" | "channels" | "stackTelescopeImages">;

interface Slot {
  readonly index: number;
  readonly images: Float32Array;
}

/** How the batches are filled. */
interface Filling {
  readonly data: Omit<BatchWorkerData, "arena">;
  /** First byte of each thread's own memory. */
  readonly arenas: readonly number[];
  readonly imageShape: readonly [number, number, number];
  /** Numbers of an example in a slot. */
  readonly exampleSize: number;
  readonly labels: Partial<Record<Task, Float32Array>>;
  /** Null = images are always as they are. */
  readonly augmentation: { readonly turns: number; readonly turnLabel: LabelTurner } | null;
  readonly batchSize: number;
  /** Block of each example in its file; null when any order is as fast. */
  readonly blocks: Uint32Array | null;
  /** Writes what is damaged in the image store anew. */
  readonly repair: () => Promise<unknown>;
}

/** Memory shared with the worker threads, which gather and map images into it. */
class WorkerBatches implements BatchSource {
  waitedMs = 0;
  readonly imageShape: readonly [number, number, number];
  readonly arrange?: (order: Uint32Array) => Uint32Array;
  private readonly workers: Worker[];
  private readonly free: Slot[];
  private readonly pending = new Map<
    number,
    { resolve: (reply: BatchReply) => void; reject: (error: Error) => void }
  >();
  private waitingForSlot: (() => void)[] = [];
  private repairing: Promise<unknown> | undefined;
  private failure: Error | undefined;
  private requests = 0;
  private closed = false;

  constructor(private readonly filling: Filling) {
    const { data, arenas, exampleSize, batchSize, blocks } = filling;
    this.imageShape = filling.imageShape;
    if (blocks) this.arrange = (order) => arrangeByBlocks(order, blocks);
    this.free = data.slots.map((at, index) => ({
      index,
      images: new Float32Array(data.memory.buffer, at, exampleSize * batchSize),
    }));
    this.workers = arenas.map((arena) => {
      const workerData: BatchWorkerData = { ...data, arena };
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

  private onReply(reply: BatchReply): void {
    const waiting = this.pending.get(reply.request);
    this.pending.delete(reply.request);
    waiting?.resolve(reply);
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
    for (const wake of this.waitingForSlot.splice(0)) wake();
  }

  private request(slot: Slot, indices: Uint32Array, turns: Uint8Array | null): Promise<BatchReply> {
    if (this.failure) return Promise.reject(this.failure);
    const request = this.requests++;
    const worker = this.workers[request % this.workers.length]!;
    // A thread with work to do keeps the process alive; idle threads do not.
    worker.ref();
    return new Promise<BatchReply>((resolve, reject) => {
      this.pending.set(request, { resolve, reject });
      worker.postMessage({ request, slot: slot.index, indices, turns } satisfies BatchRequest);
    }).finally(() => {
      if (this.pending.size === 0) for (const idle of this.workers) idle.unref();
    });
  }

  private async fill(slot: Slot, indices: Uint32Array, turns: Uint8Array | null): Promise<void> {
    let reply = await this.request(slot, indices, turns);
    if (reply.damaged) {
      this.repairing ??= this.filling.repair();
      await this.repairing;
      reply = await this.request(slot, indices, turns);
    }
    if (reply.error) throw unpackError(reply.error);
  }

  private labelsOf(indices: Uint32Array, turns: Uint8Array | null): Partial<Record<Task, Float32Array>> {
    const gathered: Partial<Record<Task, Float32Array>> = {};
    for (const [task, all] of Object.entries(this.filling.labels) as [Task, Float32Array][]) {
      const width = taskOutputs[task];
      const values = new Float32Array(indices.length * width);
      for (let i = 0; i < indices.length; i++) {
        for (let k = 0; k < width; k++) values[i * width + k] = all[indices[i]! * width + k]!;
        if (turns?.[i]) this.filling.augmentation!.turnLabel(task, indices[i]!, turns[i]!, values, i * width);
      }
      gathered[task] = values;
    }
    return gathered;
  }

  private turnsOf(indices: Uint32Array, seed: number | undefined): Uint8Array | null {
    const { augmentation } = this.filling;
    if (!augmentation || seed === undefined) return null;
    return Uint8Array.from(indices, (row) => turnOf(row, seed, augmentation.turns));
  }

  private give(slot: Slot): void {
    this.free.push(slot);
    for (const wake of this.waitingForSlot.splice(0)) wake();
  }

  async *epoch(order: Uint32Array, batchSize: number, options: EpochOptions = {}): AsyncGenerator<Batch> {
    if (batchSize > this.filling.batchSize) {
      throw new CherenkitError(`batches of ${batchSize} do not fit, they were opened for ${this.filling.batchSize}`);
    }
    const { start = 0, keepLast = false, turnSeed } = options;
    const end = keepLast ? order.length : order.length - (order.length % batchSize);
    const ahead: { slot: Slot; indices: Uint32Array; turns: Uint8Array | null; filled: Promise<void> }[] = [];
    let next = start;
    const prepare = (): void => {
      while (next < end && this.free.length > 0) {
        const slot = this.free.pop()!;
        const indices = order.slice(next, Math.min(next + batchSize, end));
        next += indices.length;
        const turns = this.turnsOf(indices, turnSeed);
        const filled = this.fill(slot, indices, turns);
        filled.catch(() => undefined); // told when its turn comes
        ahead.push({ slot, indices, turns, filled });
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
        const { slot, indices, turns, filled } = ahead[0]!;
        await filled;
        ahead.shift();
        this.waitedMs += performance.now() - began;
        let released = false;
        yield {
          size: indices.length,
          indices,
          images: slot.images.subarray(0, indices.length * this.filling.exampleSize),
          labels: this.labelsOf(indices, turns),
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

/** Where the images are, for reading without a store. */
function imagePlaces({ files, images }: ExampleTable): ImagePlaces {
  const [fileIndex, telescopes] = ["file_index", "tel_id"].map((name) => {
    const values = new Uint32Array(new SharedArrayBuffer(4 * images.rows));
    values.set(images.column(name));
    return values;
  }) as [Uint32Array, Uint32Array];
  const [obsIds, eventIds] = ["obs_id", "event_id"].map((name) => {
    const values = new Float64Array(new SharedArrayBuffer(8 * images.rows));
    values.set(images.column(name));
    return values;
  }) as [Float64Array, Float64Array];
  return { files: files.map(({ path }) => path), fileIndex, telescopes, obsIds, eventIds };
}

/** Numbers the blocks of the files and gives the block of each example; in stereo that of its first image. */
function blocksOf({ rows, images, imagesOf }: ExampleTable): Uint32Array {
  const [files, telescopes, places] = ["file_index", "tel_id", "table_index"].map((name) => images.column(name));
  const slots = imagesOf ? imagesOf.length / rows : 1;
  const numbers = new Map<string, number>();
  return Uint32Array.from({ length: rows }, (_, row) => {
    const image = imagesOf?.subarray(row * slots, (row + 1) * slots).find((index) => index >= 0) ?? row;
    const key = `${files![image]}/${telescopes![image]}/${Math.floor(places![image]! / imagesPerBlock)}`;
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
}

/** The images of each example in memory that the threads share, `[examples, telescopes]`; null in mono. */
function sharedImagesOf({ imagesOf }: ExampleTable): Int32Array | null {
  if (!imagesOf) return null;
  const shared = new Int32Array(new SharedArrayBuffer(imagesOf.byteLength));
  shared.set(imagesOf);
  return shared;
}

function vectorSource(examples: ExampleTable, store: ImageStore, channels: ReaderConfig["channels"]): VectorSource {
  if (store.folder === null) return { kind: "files", places: imagePlaces(examples), channels };
  const paths = storePaths(store.folder);
  const checksums = new Uint32Array(new SharedArrayBuffer(4 * store.examples));
  checksums.set(readChecksums(paths.checksums));
  const verified = new Uint8Array(new SharedArrayBuffer(Math.max(1, store.examples)));
  const placeOf = new Uint32Array(new SharedArrayBuffer(4 * store.examples));
  const order = storeOrder(examples);
  for (let place = 0; place < order.length; place++) placeOf[order[place]!] = place;
  return { kind: "store", path: paths.pixels, placeOf, checksums, verified };
}

/** Mappers of the cameras, whose images must have one size. */
function buildMappers(examples: ExampleTable, reader: Pick<ReaderConfig, "mapper" | "imageShape">): ImageMapper[] {
  const mappers = examples.cameras.map((camera) => buildMapper(reader.mapper, camera, reader.imageShape));
  const [first] = mappers as [ImageMapper];
  if (mappers.some(({ height, width }) => height !== first.height || width !== first.width)) {
    throw new ConfigError("the cameras give images of different size", {
      place: "interpolation_image_shape",
      remedy: "set interpolation_image_shape, or choose telescopes of one type",
    });
  }
  return mappers;
}

/** Divides one memory among slots and threads. @throws {ConfigError} when a batch is too large */
function divideMemory(
  slotBytes: number,
  arenaSize: number,
  workers: number,
): { slots: number[]; arenas: number[]; bytes: number } {
  const forSlots = mostMemoryBytes - workers * arenaSize;
  const count = Math.min(workers * slotsPerWorker + 1, Math.floor(forSlots / slotBytes));
  if (count < 2) {
    throw new ConfigError(`a batch takes ${(slotBytes / 1e9).toFixed(1)} GB, which is too much`, {
      place: "batch_size",
      remedy: "lower batch_size",
    });
  }
  const slots = Array.from({ length: count }, (_, i) => i * slotBytes);
  const arenas = Array.from({ length: workers }, (_, i) => count * slotBytes + i * arenaSize);
  return { slots, arenas, bytes: count * slotBytes + workers * arenaSize };
}

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/**
 * Opens batches of mapped images: worker threads gather pixel vectors from the image store (or, without one, from the DL1
 * files), map them and fill shared memory while the network trains on other batches.
 * @throws {ConfigError} for a mapper that does not fit the camera, and for batches too large for the memory
 */
export async function openBatches(
  examples: ExampleTable,
  store: ImageStore,
  reader: BatchReader,
  options: BatchOptions,
): Promise<BatchSource> {
  const mappers = buildMappers(examples, reader);
  const { height, width } = mappers[0]!;
  const channels = reader.channels.length;
  const imagesOf = sharedImagesOf(examples);
  const telescopes = imagesOf ? examples.telescopes.length : 1;
  const mapperOf = new Uint8Array(new SharedArrayBuffer(Math.max(1, examples.images.rows)));
  const telescopeIds = examples.images.column("tel_id");
  for (let row = 0; row < mapperOf.length; row++) mapperOf[row] = examples.cameraOfTelescope.get(telescopeIds[row]!)!;
  const { augmentation = "none" } = options;
  const turns = augmentation === "none" ? null : augmentationTurns(examples, augmentation);
  const workers = options.workers || Math.min(4, Math.max(1, ownedCores() - 1));
  const exampleSize = telescopes * height * width * channels;
  const slotBytes = aligned(options.batchSize * exampleSize * 4);
  const arenaSize = aligned(arenaBytes(mappers, store.pixels, channels));
  const { slots, arenas, bytes } = divideMemory(slotBytes, arenaSize, workers);
  return new WorkerBatches({
    data: {
      source: vectorSource(examples, store, reader.channels),
      pixels: store.pixels,
      layout: { telescopes, channels, stacked: reader.stackTelescopeImages },
      mappers,
      mapperOf,
      imagesOf,
      turnSources: turns?.map((ofCamera) => ofCamera.map(({ source }) => source)) ?? null,
      kernel: await compileMappingKernel(),
      memory: sharedKernelMemory(bytes),
      slots,
    },
    arenas,
    imageShape: [height, width, reader.stackTelescopeImages ? telescopes * channels : channels],
    exampleSize,
    labels: Object.fromEntries(options.tasks.map((task) => [task, exampleLabels(examples, task)])),
    augmentation: turns && { turns: turns[0]!.length, turnLabel: labelTurner(examples, turns) },
    batchSize: options.batchSize,
    blocks: store.folder === null ? blocksOf(examples) : null,
    repair: () => repairStore(store, examples, reader),
  });
}
