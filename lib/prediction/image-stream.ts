import { Worker } from "node:worker_threads";
import { compileMappingKernel } from "../camera/mapping-kernel.js";
import { CherenkitError } from "../errors.js";
import { unpackError } from "../threads/thread-error.js";
import type { StreamFile, StreamReply, StreamRequest, StreamSlot, StreamWorkerData } from "./stream-messages.js";
import type { View } from "./views.js";

/** Batches of a view that a thread may fill before the first of them is given back. */
const slotsPerWorker = 3;

/** Room of a thread for short-lived objects: it makes few, and V8 would let them fill 48 MB before it looks. */
const youngMegabytes = 6;

/** Mapped images of one view. */
export interface MappedImages {
  /** Index into the views. */
  readonly view: number;
  readonly size: number;
  /** Which images of the file these are, `[size]`. */
  readonly rows: Int32Array;
  /** `[size, height, width, channels]`; shared memory, valid until `release`. */
  readonly images: Float32Array;
  release(): void;
}

interface Reader {
  readonly worker: Worker;
  readonly views: readonly { readonly images: Float32Array; readonly rows: Int32Array }[][];
}

/** Reads files from front to back with several threads, each image once, and maps it for every view. */
export class ImageStream {
  private readonly readers: readonly Reader[];
  private readonly views: readonly View[];
  private readonly replies: { readonly reader: Reader; readonly reply: StreamReply }[] = [];
  private wake: (() => void) | undefined;
  private failure: Error | undefined;
  private closed = false;

  private constructor(views: readonly View[], batchSize: number, threads: number, kernel: WebAssembly.Module) {
    this.views = views;
    this.readers = Array.from({ length: threads }, (_, first) =>
      this.start(views, batchSize, kernel, { first, step: threads }),
    );
  }

  /** Starts the threads. @param batchSize images that are handed out together */
  static async open(views: readonly View[], batchSize: number, threads: number): Promise<ImageStream> {
    return new ImageStream(views, batchSize, threads, await compileMappingKernel());
  }

  private start(
    views: readonly View[],
    batchSize: number,
    kernel: WebAssembly.Module,
    share: StreamWorkerData["share"],
  ): Reader {
    const slots = views.map(({ imageShape: [height, width, channels] }) =>
      Array.from(
        { length: slotsPerWorker },
        (): StreamSlot => ({
          images: new SharedArrayBuffer(4 * batchSize * height * width * channels),
          rows: new SharedArrayBuffer(4 * batchSize),
        }),
      ),
    );
    const workerData: StreamWorkerData = {
      share,
      batchSize,
      kernel,
      views: views.map(({ reader }, i) => ({ channels: reader.channels, slots: slots[i]! })),
    };
    const worker = new Worker(new URL("./image-stream-worker.js", import.meta.url), {
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes },
    });
    worker.unref();
    const reader: Reader = {
      worker,
      views: slots.map((list) =>
        list.map(({ images, rows }) => ({ images: new Float32Array(images), rows: new Int32Array(rows) })),
      ),
    };
    worker.on("message", (reply: StreamReply) => {
      this.replies.push({ reader, reply });
      this.wake?.();
    });
    const fail = (error: Error): void => {
      this.failure ??= error;
      this.wake?.();
    };
    worker.on("error", fail);
    worker.on("exit", (code) => {
      if (!this.closed) fail(new CherenkitError(`a thread that reads images ended (${code})`));
    });
    return reader;
  }

  /**
   * The wanted images of a file, each once a view; the last batch of each thread may be smaller. Every batch must be
   * released, and the file read to its end or the stream closed.
   * @throws {InputError} when the file cannot be read
   */
  async *read(file: StreamFile): AsyncGenerator<MappedImages> {
    const ask = (reader: Reader, request: StreamRequest): void => reader.worker.postMessage(request);
    for (const reader of this.readers) {
      reader.worker.ref();
      ask(reader, { kind: "read", file });
    }
    let reading = this.readers.length;
    try {
      while (reading > 0) {
        while (this.replies.length === 0) {
          if (this.failure) throw this.failure;
          await new Promise<void>((wake) => {
            this.wake = wake;
          });
        }
        const { reader, reply } = this.replies.shift()!;
        if (reply.kind === "failed") throw unpackError(reply.error);
        if (reply.kind === "end") {
          reading--;
          continue;
        }
        const { view, slot, size } = reply;
        const { images, rows } = reader.views[view]![slot]!;
        const pixels = this.views[view]!.imageShape.reduce((product, length) => product * length, 1);
        yield {
          view,
          size,
          rows: rows.subarray(0, size),
          images: images.subarray(0, size * pixels),
          release: () => ask(reader, { kind: "free", view, slot }),
        };
      }
    } finally {
      for (const { worker } of this.readers) worker.unref();
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.readers.map(({ worker }) => worker.terminate()));
  }
}
