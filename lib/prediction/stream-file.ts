import type { EventFile } from "../events/event-file.js";
import { mappersFor } from "./fit-model.js";
import type { Job } from "./job.js";
import type { PredictionModel } from "./prediction-model.js";
import type { StreamEvents, StreamFile, StreamTelescope } from "./stream-messages.js";
import type { FileTriggers } from "./triggers.js";
import type { View } from "./views.js";

type Jobs = ReadonlyMap<PredictionModel, Job>;

function telescopesOf(views: readonly View[], jobs: Jobs, file: EventFile, triggers: FileTriggers): StreamTelescope[] {
  const mono = views.map(({ mode, models }) => (mode === "mono" ? models.map((model) => jobs.get(model)!) : []));
  if (mono.every((list) => list.length === 0)) return [];
  const wantedOf = mono.map((list) => {
    const wanted = new Uint8Array(new SharedArrayBuffer(triggers.images));
    for (const job of list) for (const [row, value] of job.wanted.entries()) if (value) wanted[row] = 1;
    return wanted;
  });
  const mappers = mono.map((list) => {
    const used = [...new Map(list.flatMap((job) => job.telescopes.map((one) => [one.id, one] as const))).values()];
    return list.length > 0 ? mappersFor(list[0]!.model, file, used) : new Map();
  });
  const any = mappers.flatMap((view) => [...view.values()])[0]!;
  return triggers.telescopes.map(({ telescope, firstRow, rows, obsIds, eventIds }) => ({
    id: telescope.id,
    firstRow,
    pixels: file.subarray.cameras.get(telescope.cameraIndex)!.pixelX.length,
    obsIds,
    eventIds,
    // A view that does not use this telescope wants none of its images, and any mapper does.
    mappers: mappers.map((view) => view.get(telescope.id) ?? any),
    wanted: wantedOf.map((wanted) => wanted.subarray(firstRow, firstRow + rows)),
  }));
}

function eventsOf(views: readonly View[], jobs: Jobs, file: EventFile, { events }: FileTriggers): StreamEvents[] {
  return views.flatMap(({ mode, models }, view): StreamEvents[] => {
    if (mode !== "stereo") return [];
    const { telescopes, numbers, imageRows, places } = jobs.get(models[0]!)!.events!;
    const mappers = mappersFor(models[0]!, file, telescopes);
    return [
      {
        view,
        telescopes: telescopes.map(({ id, cameraIndex }) => ({
          id,
          pixels: file.subarray.cameras.get(cameraIndex)!.pixelX.length,
          mapper: mappers.get(id)!,
        })),
        numbers,
        obsIds: Float64Array.from(numbers, (number) => events.obsIds[number]!),
        eventIds: Float64Array.from(numbers, (number) => events.eventIds[number]!),
        imageRows,
        places,
      },
    ];
  });
}

/**
 * What the reading threads must know of a file: which images of it each view wants, and how they are mapped.
 * @throws {InputError} when the images have another size than a network takes
 */
export function streamFile(views: readonly View[], jobs: Jobs, file: EventFile, triggers: FileTriggers): StreamFile {
  return {
    path: file.path,
    telescopes: telescopesOf(views, jobs, file, triggers),
    events: eventsOf(views, jobs, file, triggers),
  };
}
