import { InputError } from "../errors.js";
import type { EventFile } from "../events/event-file.js";
import { type ImageBlock, imagesPath, readImageRows } from "../events/read-images.js";
import { StackMapper } from "./stack-mapper.js";
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

interface FoundImage {
  readonly block: ImageBlock;
  readonly row: number;
}

/** The images of some rows of a telescope's table, read in few pieces. */
function readRows(
  file: EventFile,
  telescopeId: number,
  view: StreamView,
  rows: readonly number[],
): Map<number, FoundImage> {
  const found = new Map<number, FoundImage>();
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

/** The stacked images of events; each thread takes every so-many-th group of events. */
export async function readEvents(
  file: EventFile,
  { telescopes, numbers, obsIds, eventIds, imageRows, places }: StreamEvents,
  filler: ViewFiller,
  share: StreamWorkerData["share"],
  kernel: WebAssembly.Module,
): Promise<void> {
  const { view } = filler;
  const mapper = new StackMapper(
    kernel,
    telescopes.map((telescope) => telescope.mapper),
    view.channels,
  );
  for (let first = share.first * eventsTogether; first < numbers.length; first += share.step * eventsTogether) {
    const group = Array.from({ length: Math.min(eventsTogether, numbers.length - first) }, (_, i) => first + i);
    const blocks = telescopes.map(({ id }, k) => {
      const rows = group.map((event) => imageRows[event * telescopes.length + k]!).filter((row) => row >= 0);
      return readRows(file, id, view, rows);
    });
    const imageOf = (event: number, k: number): FoundImage | undefined => {
      const { id, pixels } = telescopes[k]!;
      const found = blocks[k]!.get(imageRows[event * telescopes.length + k]!);
      if (!found) return undefined;
      const { block, row } = found;
      const place = `${file.path}:${imagesPath(id)}`;
      if (block.pixels !== pixels) throw new InputError(wrongPixels(place, block.pixels, pixels), { place });
      if (block.obsIds[row] !== obsIds[event] || block.eventIds[row] !== eventIds[event]) {
        throw new InputError(`${place} is in another order than the parameters of its images`, {
          place,
          remedy: "make the file again with ctapipe-process or ctapipe-merge",
        });
      }
      return found;
    };
    for (let begin = 0; begin < group.length; begin += mapper.together) {
      const some = group.slice(begin, begin + mapper.together);
      const stacks = mapper.map(
        some.map((event) =>
          telescopes.map((_, k) => {
            const found = imageOf(event, k);
            return found ? found.block.image(found.row) : null;
          }),
        ),
        (i, k) => places[some[i]! * telescopes.length + k]!,
      );
      for (const [i, event] of some.entries()) {
        if (!filler.ready) await filler.untilReady();
        const stack = stacks[i]!;
        filler.add(numbers[event]!, stack.length, (out, offset) => out.set(stack, offset));
      }
    }
  }
}
