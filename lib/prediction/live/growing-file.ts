import { constants } from "node:fs";
import { copyFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { InputError } from "../../errors.js";
import { type EventFile, openEventFile, telescopeTable } from "../../events/event-file.js";
import { type Pointing, telescopePointing } from "../../events/pointing.js";
import { imagesPath, readImageRows } from "../../events/read-images.js";
import { timesS } from "../../events/time.js";
import { makeTemporaryFolder } from "../../files/temporary-folder.js";
import { numbers } from "../../hdf5/column.js";
import { parameterColumns } from "../../simulation/dl1-columns.js";
import type { LiveArray, LiveEvent, LiveSource } from "./live-event.js";
import type { LivePredictor } from "./live-predictor.js";

/** How often a file or folder is looked at, ms. */
export const pollMs: number = 25;
/** Rows that are read together. */
const rowsTogether = 64;
/** A file that cannot be read for so long is damaged, not being written. */
const patienceMs = 10_000;

/** When following ends. */
export interface Until {
  readonly signal: AbortSignal;
  /** End when nothing new has come for so long; never when it is not given. */
  readonly idleMs?: number;
}

const parameterNames = new Set(parameterColumns.map(({ schema }) => schema.name));

/** A DL1 file of which some rows have been read; more may have come since. */
export class GrowingFile {
  private readonly nextRow = new Map<number, number>();
  private readonly times = new Map<string, number>();
  private triggerRows = 0;
  private array: LiveArray | undefined;
  /** After a failed read the HDF5 library keeps what it knows of a file: it is read from copies from then on. */
  private spoilt = false;

  constructor(
    readonly path: string,
    private readonly predictor: LivePredictor,
  ) {}

  /**
   * The rows that have come since the last call, telescope by telescope.
   * @throws {InputError} when the file cannot be read
   */
  async *news(): LiveSource {
    if (!this.spoilt) {
      try {
        yield* this.read(this.path);
      } catch (error) {
        this.spoilt = true;
        throw error;
      }
      return;
    }
    const folder = await makeTemporaryFolder("cherenkit-live-");
    try {
      const copy = join(folder, "copy.h5");
      await copyFile(this.path, copy, constants.COPYFILE_FICLONE);
      yield* this.read(copy);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private async *read(path: string): LiveSource {
    const file = await openEventFile(path);
    try {
      this.array ??= { path: this.path, subarray: file.subarray };
      const { telescopes } = this.predictor.fit(this.array);
      const ids = new Set([...telescopes.values()].flatMap((own) => [...own.keys()]));
      for (const id of [...ids].sort((a, b) => a - b)) yield* this.telescope(file, id);
    } finally {
      file.close();
    }
  }

  /** Reads the times of the triggers that have come since. */
  private readTimes({ hdf5 }: EventFile): void {
    const path = "/dl1/event/telescope/trigger";
    if (hdf5.kind(path) !== "table") return;
    const table = hdf5.table(path);
    const { columns } = table.read({ columns: ["obs_id", "event_id", "tel_id", "time"], start: this.triggerRows });
    const [obsIds, eventIds, telIds] = ["obs_id", "event_id", "tel_id"].map((name) => numbers(columns.get(name)!));
    for (const [row, time] of timesS(columns.get("time")!).entries()) {
      this.times.set([obsIds![row], eventIds![row], telIds![row]].join(), time);
    }
    this.triggerRows = table.rows;
  }

  private async *telescope(file: EventFile, id: number): LiveSource {
    const { hdf5 } = file;
    if (hdf5.kind(imagesPath(id)) !== "table") return;
    const parameters = `/dl1/event/telescope/parameters/${telescopeTable(id)}`;
    const parameterTable = hdf5.kind(parameters) === "table" ? hdf5.table(parameters) : null;
    const rows = hdf5.table(imagesPath(id)).rows;
    const end = parameterTable ? Math.min(rows, parameterTable.rows) : rows;
    let row = this.nextRow.get(id) ?? 0;
    if (row >= end) return;
    const pointing = telescopePointing(file, id);
    if (pointing.timed) this.readTimes(file);
    const names = parameterTable?.scalarNames.filter((name) => parameterNames.has(name)) ?? [];
    for (; row < end; row += rowsTogether) {
      const seenMs = performance.now();
      const count = Math.min(rowsTogether, end - row);
      const channels = this.predictor.channels;
      const images = readImageRows(file, id, channels, row, count);
      const read = parameterTable?.read({ columns: ["obs_id", "event_id", ...names], start: row, count });
      const columns = new Map(names.map((name) => [name, numbers(read!.columns.get(name)!)]));
      const ordered = read && [numbers(read.columns.get("obs_id")!), numbers(read.columns.get("event_id")!)];
      const events = Array.from({ length: count }, (_, i): LiveEvent => {
        const [obsId, eventId] = [images.obsIds[i]!, images.eventIds[i]!];
        if (ordered && (ordered[0]![i] !== obsId || ordered[1]![i] !== eventId)) {
          const place = `${file.path}:${parameters}`;
          throw new InputError(`${place} is in another order than the images`, {
            place,
            remedy: "make the file again with ctapipe-process",
          });
        }
        return {
          array: this.array!,
          obsId,
          eventId,
          telId: id,
          image: images.image(i),
          parameter: (name) => columns.get(name)?.[i] ?? Number.NaN,
          pointing: this.pointing(pointing, obsId, eventId, id),
          seenMs,
        };
      });
      this.nextRow.set(id, row + count);
      yield events;
    }
  }

  private pointing(at: Pointing, obsId: number, eventId: number, id: number): LiveEvent["pointing"] {
    if (!at.timed) return at(obsId, Number.NaN);
    const key = [obsId, eventId, id].join();
    const time = this.times.get(key);
    this.times.delete(key);
    return time === undefined ? { altRad: Number.NaN, azRad: Number.NaN } : at(obsId, time);
  }
}

/** True when the wait was not cut short. */
async function waited(signal: AbortSignal): Promise<boolean> {
  return wait(pollMs, true, { signal }).catch(() => false);
}

/** When a file was changed last and how long it is; null when it is not there. */
async function stateOf(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  return found && `${found.mtimeMs} ${found.size} ${found.ino}`;
}

/**
 * The events of a DL1 file from its first row on, and those that are appended to it, until it is told to end.
 * @throws {InputError} when the file is not there, or cannot be read for ten seconds
 */
export async function* followFile(path: string, predictor: LivePredictor, { signal, idleMs }: Until): LiveSource {
  const file = new GrowingFile(path, predictor);
  let known: string | null = null;
  let lastMs = performance.now();
  let before: string | null = null;
  let failingSinceMs: number | undefined;
  while (!signal.aborted) {
    const state = await stateOf(path);
    if (state === null)
      throw new InputError(`${path} is not there`, { place: path, remedy: "name a DL1 file that grows" });
    // A file that has just been changed may be in the middle of it.
    if (state !== known && state === before) {
      try {
        for await (const events of file.news()) {
          lastMs = performance.now();
          yield events;
          if (signal.aborted) return;
        }
        known = state;
        failingSinceMs = undefined;
      } catch (error) {
        // Half of the change may be on disk yet.
        failingSinceMs ??= performance.now();
        if (!(error instanceof InputError) || performance.now() - failingSinceMs > patienceMs) throw error;
      }
    }
    before = state;
    if (idleMs !== undefined && performance.now() - lastMs > idleMs) return;
    if (!(await waited(signal))) return;
  }
}
