import { parentPort, workerData } from "node:worker_threads";
import type { ImageMapper } from "../camera/image-mapper.js";
import { imagesPerPass, MappingKernel, workspaceBytes } from "../camera/mapping-kernel.js";
import type { Channel } from "../config/channel.js";
import { packError, type ThreadError } from "../threads/thread-error.js";
import { turnPixels } from "./augmentation.js";
import type { FileReader, ImagePlaces } from "./batch-file-reader.js";
import { DamagedImageError, StoreReader } from "./image-store-reader.js";

/** Where pixel vectors come from: an image store, or the DL1 files. */
export type VectorSource =
  | {
      readonly kind: "store";
      readonly path: string;
      /** Where each image is in the store, `[images]`. */
      readonly placeOf: Uint32Array;
      readonly checksums: Uint32Array;
      readonly verified: Uint8Array;
    }
  | { readonly kind: "files"; readonly places: ImagePlaces; readonly channels: readonly Channel[] };

/** How the images of one example lie in a slot. */
export interface ExampleLayout {
  /** Images of an example; 1 in mono. */
  readonly telescopes: number;
  /** Channels of an image. */
  readonly channels: number;
  /** True: the telescopes' channels are interleaved in one image; false: one image follows the other. */
  readonly stacked: boolean;
}

export interface BatchWorkerData {
  readonly source: VectorSource;
  readonly pixels: number;
  readonly layout: ExampleLayout;
  readonly mappers: readonly ImageMapper[];
  /** Which mapper an image takes, `[images]`. */
  readonly mapperOf: Uint8Array;
  /** Images of each example, `[examples, telescopes]`, −1 = blank; null = example i is image i. */
  readonly imagesOf: Int32Array | null;
  /** Pixels that a turned image shows, by mapper and turn; null = no turns. */
  readonly turnSources: readonly (readonly Int32Array[])[] | null;
  readonly kernel: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** First byte of this thread's own part of the memory. */
  readonly arena: number;
  /** First byte of each slot. */
  readonly slots: readonly number[];
}

export interface BatchRequest {
  readonly request: number;
  readonly slot: number;
  /** Rows of the example table. */
  readonly indices: Uint32Array;
  /** Number of the turn of each example; null = as they are. */
  readonly turns: Uint8Array | null;
}

export interface BatchReply {
  readonly request: number;
  readonly error?: ThreadError;
  /** True when the image store has to be repaired before the request can be served. */
  readonly damaged?: boolean;
}

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Bytes of a thread's own part of the memory: pixel vectors of one pass, and the mappers' workspaces. */
export function arenaBytes(mappers: readonly ImageMapper[], pixels: number, channels: number): number {
  const vectors = aligned(imagesPerPass(channels) * pixels * channels * 4);
  return mappers.reduce((sum, mapper) => sum + aligned(workspaceBytes(mapper, channels)), vectors);
}

/** An image to be mapped, and where it goes. */
interface Job {
  /** Its place in the store, or its row without one. */
  readonly place: number;
  readonly to: number;
  readonly turn: number;
}

/** HDF5 is loaded only where the files are read: it takes longer than the rest of a thread's start. */
async function openReader(source: VectorSource, pixels: number, channels: number): Promise<StoreReader | FileReader> {
  if (source.kind === "store") {
    return new StoreReader(source.path, pixels * channels * 4, source.checksums, source.verified);
  }
  const { FileReader: Reader } = await import("./batch-file-reader.js");
  return new Reader(source.places, source.channels, pixels);
}

class BatchFiller {
  private readonly kernels: MappingKernel[] = [];
  private readonly reader: Promise<StoreReader | FileReader>;
  private readonly staging: Float32Array;
  private readonly passSize: number;
  /** An image before it is turned. */
  private readonly unturned: Float32Array;

  constructor(private readonly data: BatchWorkerData) {
    const { source, pixels, layout, mappers, memory, arena, kernel } = data;
    const { channels, telescopes, stacked } = layout;
    const size = pixels * channels;
    this.passSize = imagesPerPass(channels);
    this.unturned = new Float32Array(size);
    this.staging = new Float32Array(memory.buffer, arena, this.passSize * size);
    let base = arena + aligned(this.passSize * size * 4);
    for (const mapper of mappers) {
      const cellBytes = (stacked ? telescopes : 1) * channels * 4;
      this.kernels.push(new MappingKernel(kernel, memory, base, mapper, channels, cellBytes));
      base += aligned(workspaceBytes(mapper, channels));
    }
    this.reader = openReader(source, pixels, channels);
  }

  async fill({ slot, indices, turns }: BatchRequest): Promise<void> {
    for (const [number, jobs] of this.jobsByMapper(slot, indices, turns).entries()) {
      // In the order of the store, so that neighbours are read at once; but images of one event together, since they are
      // written between each other.
      if (!this.data.imagesOf) jobs.sort((a, b) => a.place - b.place);
      for (let first = 0; first < jobs.length; first += this.passSize) {
        await this.mapTogether(number, jobs.slice(first, first + this.passSize));
      }
    }
  }

  private jobsByMapper(slot: number, indices: Uint32Array, turns: BatchRequest["turns"]): Job[][] {
    const { source, layout, mappers, mapperOf, imagesOf, slots } = this.data;
    const { telescopes, channels, stacked } = layout;
    const { height, width } = mappers[0]!;
    const imageBytes = height * width * channels * 4;
    const jobs: Job[][] = mappers.map(() => []);
    for (const [i, index] of indices.entries()) {
      for (let telescope = 0; telescope < telescopes; telescope++) {
        const row = imagesOf ? imagesOf[index * telescopes + telescope]! : index;
        const offset = stacked ? telescope * channels * 4 : telescope * imageBytes;
        const to = slots[slot]! + i * telescopes * imageBytes + offset;
        if (row < 0) {
          this.kernels[0]!.blank(to);
          continue;
        }
        const place = source.kind === "store" ? source.placeOf[row]! : row;
        jobs[mapperOf[row]!]!.push({ place, to, turn: turns ? turns[i]! : 0 });
      }
    }
    return jobs;
  }

  private async mapTogether(mapper: number, jobs: readonly Job[]): Promise<void> {
    const places = jobs.map(({ place }) => place);
    const { arena, pixels, layout, turnSources } = this.data;
    const size = pixels * layout.channels;
    const imageBytes = size * 4;
    const reader = await this.reader;
    if (reader instanceof StoreReader) {
      reader.read(places, new Uint8Array(this.staging.buffer, this.staging.byteOffset, this.staging.byteLength));
    } else await reader.read(places, this.staging);
    for (const [i, { turn }] of jobs.entries()) {
      if (turn === 0) continue;
      const image = this.staging.subarray(i * size, (i + 1) * size);
      turnPixels(turnSources![mapper]![turn]!, image, this.unturned, layout.channels);
    }
    this.kernels[mapper]!.map(
      jobs.map((_, i) => arena + i * imageBytes),
      jobs.map(({ to }) => to),
    );
  }
}

function serve(data: BatchWorkerData): void {
  const filler = new BatchFiller(data);
  const waiting: BatchRequest[] = [];
  let busy = false;

  const work = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    for (let request = waiting.shift(); request; request = waiting.shift()) {
      const reply: BatchReply = await filler.fill(request).then(
        () => ({ request: request.request }),
        (error: unknown) => ({
          request: request.request,
          error: packError(error),
          damaged: error instanceof DamagedImageError,
        }),
      );
      parentPort!.postMessage(reply);
    }
    busy = false;
  };

  parentPort!.on("message", (request: BatchRequest) => {
    waiting.push(request);
    void work();
  });
}

if (parentPort) serve(workerData as BatchWorkerData);
