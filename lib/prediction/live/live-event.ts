import type { DL1Image } from "../../events/channels.js";
import type { PointingRad } from "../../events/pointing.js";
import type { Subarray } from "../../events/subarray.js";

/** Telescopes that events come from, and where their description was read. */
export interface LiveArray {
  readonly path: string;
  readonly subarray: Subarray;
}

/** One telescope image that has just come. */
export interface LiveEvent {
  readonly array: LiveArray;
  readonly obsId: number;
  readonly eventId: number;
  readonly telId: number;
  readonly image: DL1Image;
  /** Values of quality criteria, `hillas_intensity` and so on. */
  readonly parameter: (name: string) => number;
  /** NaN where it is not known. */
  readonly pointing: PointingRad;
  /** When it was seen, ms of `performance.now()`. */
  readonly seenMs: number;
}

/** Events in the groups in which they came; the next group is asked for when this one is done. */
export type LiveSource = AsyncIterable<readonly LiveEvent[]>;
