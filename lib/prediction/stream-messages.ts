import type { ImageMapper } from "../camera/image-mapper.js";
import type { Channel } from "../config/channel.js";
import type { ThreadError } from "../threads/thread-error.js";

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
  /** The compiled inner loops of the mapping. */
  readonly kernel: WebAssembly.Module;
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

/** The events of a stereo view: which images stand for each. */
export interface StreamEvents {
  readonly view: number;
  readonly telescopes: readonly { readonly id: number; readonly pixels: number; readonly mapper: ImageMapper }[];
  /** Number of each event among the triggers of the array, with its keys. */
  readonly numbers: Int32Array;
  readonly obsIds: Float64Array;
  readonly eventIds: Float64Array;
  /** Rows in the telescopes' image tables, `[events, telescopes]`; −1 for a telescope that did not see the event. */
  readonly imageRows: Int32Array;
  /** Where in the stack the image of each telescope stands, `[events, telescopes]`. */
  readonly places: Uint16Array;
}

export interface StreamFile {
  readonly path: string;
  readonly telescopes: readonly StreamTelescope[];
  readonly events: readonly StreamEvents[];
}

export type StreamRequest =
  | { readonly kind: "read"; readonly file: StreamFile }
  | { readonly kind: "free"; readonly view: number; readonly slot: number };

export type StreamReply =
  | { readonly kind: "batch"; readonly view: number; readonly slot: number; readonly size: number }
  | { readonly kind: "end" }
  | { readonly kind: "failed"; readonly error: ThreadError };
