import { parentPort, workerData } from "node:worker_threads";
import type { ImageMapper } from "../camera/image-mapper.js";
import { mapImage } from "../camera/map-image.js";
import type { Channel } from "../config/config.js";
import { InputError } from "../errors.js";
import { writeChannels } from "../events/channels.js";
import { openEventFile } from "../events/event-file.js";
import { imagesPath, readImageBlocks } from "../events/read-images.js";
import { packError, type ThreadError } from "../events/thread-error.js";
import { KeyedRows } from "./keyed-rows.js";

/** Memory for a batch of one view. */
export interface StreamSlot {
  /** float32 `[batch, height, width, channels]` */
  readonly images: SharedArrayBuffer;
  /** int32 `[batch]`: which image of the file each is. */
  readonly rows: SharedArrayBuffer;
}

export interface StreamView {
  readonly channels: readonly Channel[];
  readonly slots: readonly StreamSlot[];
}

export interface StreamWorkerData {
  /** Number of this thread, and of threads. */
  readonly share: { readonly first: number; readonly step: number };
  readonly batchSize: number;
  readonly views: readonly StreamView[];
}

export interface StreamTelescope {
  readonly id: number;
  readonly firstRow: number;
  readonly pixels: number;
  /** Keys of its triggers, in shared memory. */
  readonly obsIds: Float64Array;
  readonly eventIds: Float64Array;
  /** By view: how the camera is mapped, and 1 for each trigger whose image is wanted. */
  readonly mappers: readonly ImageMapper[];
  readonly wanted: readonly Uint8Array[];
}

export interface StreamFile {
  readonly path: string;
  readonly telescopes: readonly StreamTelescope[];
}

export type StreamRequest =
  | { readonly kind: "read"; readonly file: StreamFile }
  | { readonly kind: "free"; readonly view: number; readonly slot: number };

export type StreamReply =
  | { readonly kind: "batch"; readonly view: number; readonly slot: number; readonly size: number }
  | { readonly kind: "end" }
  | { readonly kind: "failed"; readonly error: ThreadError };

/** Fills the slots of one view one after the other. */
class ViewFiller {
  private readonly images: readonly Float32Array[];
  private readonly rows: readonly Int32Array[];
  private readonly free: number[];
  private waiting: (() => void) | undefined;
  private slot: number | undefined;
  private filled = 0;

  constructor(
    private readonly number: number,
    readonly view: StreamView,
    private readonly batchSize: number,
  ) {
    this.images = view.slots.map(({ images }) => new Float32Array(images));
    this.rows = view.slots.map(({ rows }) => new Int32Array(rows));
    this.free = view.slots.map((_, i) => i);
  }

  release(slot: number): void {
    this.free.push(slot);
    this.waiting?.();
  }

  /** True when an image can be added at once. */
  get ready(): boolean {
    this.slot ??= this.free.shift();
    return this.slot !== undefined;
  }

  async untilReady(): Promise<void> {
    while (!this.ready) {
      await new Promise<void>((wake) => {
        this.waiting = wake;
      });
    }
  }

  add(row: number, vector: Float32Array, mapper: ImageMapper): void {
    const channels = this.view.channels.length;
    const size = mapper.height * mapper.width * channels;
    this.rows[this.slot!]![this.filled] = row;
    mapImage(mapper, vector, 0, channels, this.images[this.slot!]!, this.filled * size);
    if (++this.filled === this.batchSize) this.hand();
  }

  /** Gives away what is there. */
  hand(): void {
    if (this.slot === undefined || this.filled === 0) return;
    const reply: StreamReply = { kind: "batch", view: this.number, slot: this.slot, size: this.filled };
    parentPort!.postMessage(reply);
    this.slot = undefined;
    this.filled = 0;
  }
}

async function readFile(
  { path, telescopes }: StreamFile,
  fillers: readonly ViewFiller[],
  share: StreamWorkerData["share"],
): Promise<void> {
  const file = await openEventFile(path);
  const channels = [...new Set(fillers.flatMap(({ view }) => view.channels))];
  try {
    for (const telescope of telescopes) {
      const place = `${path}:${imagesPath(telescope.id)}`;
      const keys = new KeyedRows(telescope.obsIds, telescope.eventIds);
      const vectors = fillers.map(({ view }) => new Float32Array(telescope.pixels * view.channels.length));
      for (const block of readImageBlocks(file, telescope.id, channels, share)) {
        if (block.pixels !== telescope.pixels) {
          throw new InputError(`${place} has images of ${block.pixels} pixels, its camera has ${telescope.pixels}`, {
            place,
          });
        }
        for (let row = 0; row < block.rows; row++) {
          const trigger = keys.find(block.obsIds[row]!, block.eventIds[row]!);
          if (trigger < 0) continue;
          for (const [v, filler] of fillers.entries()) {
            if (!telescope.wanted[v]![trigger]) continue;
            if (!filler.ready) await filler.untilReady();
            writeChannels(filler.view.channels, block.image(row), vectors[v]!, 0);
            filler.add(telescope.firstRow + trigger, vectors[v]!, telescope.mappers[v]!);
          }
        }
      }
    }
    for (const filler of fillers) filler.hand();
  } finally {
    file.close();
  }
}

function serve({ share, batchSize, views }: StreamWorkerData): void {
  const fillers = views.map((view, i) => new ViewFiller(i, view, batchSize));
  const reply = (message: StreamReply): void => parentPort!.postMessage(message);
  parentPort!.on("message", (request: StreamRequest) => {
    if (request.kind === "free") {
      fillers[request.view]!.release(request.slot);
      return;
    }
    readFile(request.file, fillers, share).then(
      () => reply({ kind: "end" }),
      (error: unknown) => reply({ kind: "failed", error: packError(error) }),
    );
  });
}

serve(workerData as StreamWorkerData);
