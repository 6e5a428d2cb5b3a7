import { openSync, readSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import type { ImageMapper } from "../camera/image-mapper.js";
import { mapImage } from "../camera/map-image.js";
import { InputError } from "../errors.js";

export interface BatchWorkerData {
  /** Flat file of the image store. */
  readonly store: string;
  readonly pixels: number;
  readonly channels: number;
  readonly mappers: readonly ImageMapper[];
  /** Which mapper an example takes, `[examples]`. */
  readonly mapperOf: Uint8Array;
  readonly slots: readonly SharedArrayBuffer[];
}

export interface BatchRequest {
  readonly request: number;
  readonly slot: number;
  /** Rows of the example table. */
  readonly indices: Uint32Array;
}

export interface BatchReply {
  readonly request: number;
  readonly error?: string;
}

function serve({ store, pixels, channels, mappers, mapperOf, slots }: BatchWorkerData): void {
  const file = openSync(store, "r");
  const vector = new Float32Array(pixels * channels);
  const bytes = new Uint8Array(vector.buffer);
  const images = slots.map((slot) => new Float32Array(slot));

  const fill = ({ slot, indices }: BatchRequest): void => {
    const out = images[slot]!;
    for (const [i, index] of indices.entries()) {
      if (readSync(file, bytes, 0, bytes.length, index * bytes.length) !== bytes.length) {
        throw new InputError(`the image store ${store} is truncated`, {
          place: store,
          remedy: "run 'cherenkit cache prune', then run again",
        });
      }
      const mapper = mappers[mapperOf[index]!]!;
      mapImage(mapper, vector, 0, channels, out, i * mapper.height * mapper.width * channels);
    }
  };

  parentPort!.on("message", (request: BatchRequest) => {
    let error: string | undefined;
    try {
      fill(request);
    } catch (cause) {
      error = cause instanceof Error ? cause.message : String(cause);
    }
    parentPort!.postMessage({ request: request.request, error } satisfies BatchReply);
  });
}

serve(workerData as BatchWorkerData);
