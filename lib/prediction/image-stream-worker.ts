import { parentPort, workerData } from "node:worker_threads";
import { mapImage } from "../camera/map-image.js";
import { InputError } from "../errors.js";
import { writeChannels } from "../events/channels.js";
import { type EventFile, openEventFile } from "../events/event-file.js";
import { imagesPath, readImageBlocks } from "../events/read-images.js";
import { packError } from "../events/thread-error.js";
import { KeyedRows } from "./keyed-rows.js";
import { readEvents, wrongPixels } from "./read-events.js";
import type { StreamFile, StreamReply, StreamRequest, StreamTelescope, StreamWorkerData } from "./stream-messages.js";
import { ViewFiller } from "./view-filler.js";

/** Images of single telescopes, in the order of the file. */
async function readImages(
  file: EventFile,
  telescopes: readonly StreamTelescope[],
  fillers: readonly ViewFiller[],
  share: StreamWorkerData["share"],
): Promise<void> {
  const { path } = file;
  const channels = [...new Set(fillers.flatMap(({ view }) => view.channels))];
  for (const telescope of telescopes) {
    const place = `${path}:${imagesPath(telescope.id)}`;
    const keys = new KeyedRows(telescope.obsIds, telescope.eventIds);
    const vectors = fillers.map(({ view }) => new Float32Array(telescope.pixels * view.channels.length));
    for (const block of readImageBlocks(file, telescope.id, channels, share)) {
      if (block.pixels !== telescope.pixels) {
        throw new InputError(wrongPixels(place, block.pixels, telescope.pixels), { place });
      }
      for (let row = 0; row < block.rows; row++) {
        const trigger = keys.find(block.obsIds[row]!, block.eventIds[row]!);
        if (trigger < 0) continue;
        for (const [v, filler] of fillers.entries()) {
          if (!telescope.wanted[v]![trigger]) continue;
          if (!filler.ready) await filler.untilReady();
          const { channels } = filler.view;
          const mapper = telescope.mappers[v]!;
          writeChannels(channels, block.image(row), vectors[v]!, 0);
          filler.add(telescope.firstRow + trigger, mapper.height * mapper.width * channels.length, (out, offset) =>
            mapImage(mapper, vectors[v]!, 0, channels.length, out, offset),
          );
        }
      }
    }
  }
}

async function readFile(
  { path, telescopes, events }: StreamFile,
  fillers: readonly ViewFiller[],
  share: StreamWorkerData["share"],
): Promise<void> {
  const file = await openEventFile(path);
  try {
    if (telescopes.length > 0) await readImages(file, telescopes, fillers, share);
    for (const one of events) await readEvents(file, one, fillers[one.view]!, share);
    for (const filler of fillers) filler.hand();
  } finally {
    file.close();
  }
}

function serve({ share, batchSize, views }: StreamWorkerData): void {
  const reply = (message: StreamReply): void => parentPort!.postMessage(message);
  const fillers = views.map((view, i) => new ViewFiller(i, view, batchSize, reply));
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
