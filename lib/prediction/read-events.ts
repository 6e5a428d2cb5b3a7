import { mapImage } from "../camera/map-image.js";
import { InputError } from "../errors.js";
import { writeChannels } from "../events/channels.js";
import type { EventFile } from "../events/event-file.js";
import { type ImageBlock, imagesPath, readImageRows } from "../events/read-images.js";
import type { StreamEvents, StreamView, StreamWorkerData } from "./stream-messages.js";
import type { ViewFiller } from "./view-filler.js";

/** What is wrong with images that do not belong to their camera. */
export function wrongPixels(place: string, found: number, wanted: number): string {
  return `${place} has images of ${found} pixels, its camera has ${wanted}`;
}

/** Events whose images are read together. */
const eventsTogether = 64;
/** Rows between two wanted ones that are read along rather than begun anew. */
const longestGap = 32;

/** The images of some rows of a telescope's table, read in few pieces. */
function readRows(
  file: EventFile,
  telescopeId: number,
  view: StreamView,
  rows: readonly number[],
): Map<number, { readonly block: ImageBlock; readonly row: number }> {
  const found = new Map<number, { block: ImageBlock; row: number }>();
  const sorted = [...rows].sort((a, b) => a - b);
  for (let first = 0; first < sorted.length; ) {
    let last = first;
    while (last + 1 < sorted.length && sorted[last + 1]! - sorted[last]! <= longestGap) last++;
    const start = sorted[first]!;
    const block = readImageRows(file, telescopeId, view.channels, start, sorted[last]! - start + 1);
    for (; first <= last; first++) found.set(sorted[first]!, { block, row: sorted[first]! - start });
  }
  return found;
}

/** Writes the image of one telescope of an event between those of the others. */
function stackImage(
  image: Float32Array,
  position: number,
  channels: number,
  stacked: number,
  out: Float32Array,
  offset: number,
): void {
  for (let from = 0, to = offset + position * channels; from < image.length; from += channels, to += stacked) {
    for (let k = 0; k < channels; k++) out[to + k] = image[from + k]!;
  }
}

/** The stacked images of events; each thread takes every so-many-th group of events. */
export async function readEvents(
  file: EventFile,
  { telescopes, numbers, obsIds, eventIds, imageRows }: StreamEvents,
  filler: ViewFiller,
  share: StreamWorkerData["share"],
): Promise<void> {
  const { view } = filler;
  const channels = view.channels.length;
  const [
    {
      mapper: { height, width },
    },
  ] = telescopes as [StreamEvents["telescopes"][0]];
  const cells = height * width;
  const stacked = channels * telescopes.length;
  const image = new Float32Array(cells * channels);
  for (let first = share.first * eventsTogether; first < numbers.length; first += share.step * eventsTogether) {
    const group = Array.from({ length: Math.min(eventsTogether, numbers.length - first) }, (_, i) => first + i);
    const blocks = telescopes.map(({ id }, k) => {
      const rows = group.map((event) => imageRows[event * telescopes.length + k]!).filter((row) => row >= 0);
      return readRows(file, id, view, rows);
    });
    for (const event of group) {
      if (!filler.ready) await filler.untilReady();
      filler.add(numbers[event]!, cells * stacked, (out, offset) => {
        out.fill(0, offset, offset + cells * stacked);
        for (const [k, { id, pixels, mapper }] of telescopes.entries()) {
          const found = blocks[k]!.get(imageRows[event * telescopes.length + k]!);
          if (!found) continue;
          const { block, row } = found;
          const place = `${file.path}:${imagesPath(id)}`;
          if (block.pixels !== pixels) throw new InputError(wrongPixels(place, block.pixels, pixels), { place });
          if (block.obsIds[row] !== obsIds[event] || block.eventIds[row] !== eventIds[event]) {
            throw new InputError(`${place} is in another order than the parameters of its images`, {
              place,
              remedy: "make the file again with ctapipe-process or ctapipe-merge",
            });
          }
          const vector = new Float32Array(pixels * channels);
          writeChannels(view.channels, block.image(row), vector, 0);
          mapImage(mapper, vector, 0, channels, image, 0);
          stackImage(image, k, channels, stacked, out, offset);
        }
      });
    }
  }
}
