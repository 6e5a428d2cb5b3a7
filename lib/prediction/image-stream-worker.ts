import { parentPort, workerData } from "node:worker_threads";
import type { ImageMapper } from "../camera/image-mapper.js";
import { InputError } from "../errors.js";
import { type EventFile, openEventFile } from "../events/event-file.js";
import { imagesPath, readImageBlocks } from "../events/read-images.js";
import { packError } from "../threads/thread-error.js";
import { KeyedRows } from "./keyed-rows.js";
import { readEvents, wrongPixels } from "./read-events.js";
import type { StreamFile, StreamReply, StreamRequest, StreamTelescope, StreamWorkerData } from "./stream-messages.js";
import { ViewFiller } from "./view-filler.js";
import { type ViewMapper, ViewMappers } from "./view-mapper.js";

/** Images of single telescopes, in the order of the file. */
async function readImages(
  file: EventFile,
  telescopes: readonly StreamTelescope[],
  fillers: readonly ViewFiller[],
  mappers: readonly ReadonlyMap<ImageMapper, ViewMapper>[],
  share: StreamWorkerData["share"],
): Promise<void> {
  const { path } = file;
  const channels = [...new Set(fillers.flatMap(({ view }) => view.channels))];
  for (const telescope of telescopes) {
    const place = `${path}:${imagesPath(telescope.id)}`;
    const keys = new KeyedRows(telescope.obsIds, telescope.eventIds);
    const views = mappers.map((byMapper, v) => byMapper.get(telescope.mappers[v]!));
    for (const block of readImageBlocks(file, telescope.id, channels, share)) {
      if (block.pixels !== telescope.pixels) {
        throw new InputError(wrongPixels(place, block.pixels, telescope.pixels), { place });
      }
      for (let row = 0; row < block.rows; row++) {
        const trigger = keys.find(block.obsIds[row]!, block.eventIds[row]!);
        if (trigger < 0) continue;
        const image = block.image(row);
        for (const [v, view] of views.entries()) {
          if (!view || !telescope.wanted[v]![trigger]) continue;
          if (view.add(telescope.firstRow + trigger, image)) await view.flush();
        }
      }
    }
    for (const view of views) await view?.flush();
  }
}

/** By view the mappers of those telescopes whose images it wants. */
function mappersOf(telescopes: readonly StreamTelescope[], views: number): Set<ImageMapper>[] {
  return Array.from({ length: views }, (_, v) => {
    const wanting = telescopes.filter(({ wanted }) => wanted[v]!.includes(1));
    return new Set(wanting.map(({ mappers }) => mappers[v]!));
  });
}

async function readFile(
  { path, telescopes, events }: StreamFile,
  fillers: readonly ViewFiller[],
  mappers: ViewMappers,
  share: StreamWorkerData["share"],
  kernel: WebAssembly.Module,
): Promise<void> {
  const file = await openEventFile(path);
  try {
    if (telescopes.length > 0) {
      await readImages(file, telescopes, fillers, mappers.open(mappersOf(telescopes, fillers.length)), share);
    }
    for (const one of events) await readEvents(file, one, fillers[one.view]!, share, kernel);
    for (const filler of fillers) filler.hand();
  } finally {
    file.close();
  }
}

function serve({ share, batchSize, views, kernel }: StreamWorkerData): void {
  const reply = (message: StreamReply): void => parentPort!.postMessage(message);
  const fillers = views.map((view, i) => new ViewFiller(i, view, batchSize, reply));
  const mappers = new ViewMappers(kernel, fillers);
  parentPort!.on("message", (request: StreamRequest) => {
    if (request.kind === "free") {
      fillers[request.view]!.release(request.slot);
      return;
    }
    readFile(request.file, fillers, mappers, share, kernel).then(
      () => reply({ kind: "end" }),
      (error: unknown) => reply({ kind: "failed", error: packError(error) }),
    );
  });
}

serve(workerData as StreamWorkerData);
