import { closeSync, fsyncSync, openSync, statSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import { CherenkitError } from "../errors.js";
import { productAttributes } from "../events/product-attributes.js";
import { makeFolder } from "../files/make-folder.js";
import { beginFile, finishFile } from "../files/unfinished-files.js";
import { outputError, temporaryName } from "../files/write-atomically.js";
import { typeOfArray } from "../hdf5/column.js";
import { copyTable, storedBlocks } from "../hdf5/copy.js";
import { Hdf5File } from "../hdf5/hdf5-file.js";
import { TableFiller } from "../hdf5/table-filler.js";
import { createHdf5, type Hdf5Writer } from "../hdf5/writer.js";
import { type MergePlan, planMerge } from "./merge-plan.js";
import { RunRows, StatisticsRows } from "./run-rows.js";
import { tableKind } from "./table-kind.js";

export interface MergeOptions {
  /** Name of the command, which the new file keeps. */
  readonly activity: string;
  /** False for groups and tables that are left out, with everything below them; all is kept without it. */
  readonly keep?: (path: string) => boolean;
  readonly onProgress?: (rows: number, total: number) => void;
}

/** A file that was written of others. */
export interface MergedFile {
  readonly path: string;
  readonly files: readonly string[];
  readonly obsIds: readonly number[];
  readonly events: number;
  /** Sizes of the files together, and of the new one. */
  readonly bytesBefore: number;
  readonly bytes: number;
}

/** Group of a file → data level that its metadata tells of. */
const levels: Readonly<Record<string, string>> = {
  R0: "/r0/event",
  R1: "/r1/event",
  DL0: "/dl0/event",
  DL1_IMAGES: "/dl1/event/telescope/images",
  DL1_PARAMETERS: "/dl1/event/telescope/parameters",
  DL1_MUON: "/dl1/event/telescope/muon",
  DL2: "/dl2/event",
};

function rootAttributes({ groups, obsIds }: MergePlan, activity: string): Parameters<Hdf5Writer["group"]>[1] {
  const root = groups.get("/")!;
  const told = String(root["CTA PRODUCT DATA LEVELS"] ?? "").split(",");
  const kept = told.filter((level) => level !== "" && (!levels[level] || groups.has(levels[level])));
  return {
    ...root,
    ...productAttributes(activity, kept),
    ...(obsIds.length > 0 ? { "CTA PROCESS ID": obsIds.join(",") } : {}),
  };
}

/** Calls `use` with each file, one after the other. */
async function eachFile(files: readonly string[], use: (file: Hdf5File) => void | Promise<void>): Promise<void> {
  for (const path of files) {
    const file = await Hdf5File.open(path);
    try {
      await use(file);
    } finally {
      file.close();
    }
  }
}

/** Writes groups, and all tables but those of events, which are declared only. */
async function writeFrame(plan: MergePlan, to: Hdf5Writer, activity: string): Promise<void> {
  for (const [path, attributes] of plan.groups) if (path !== "/") to.group(path, attributes);
  to.group("/", rootAttributes(plan, activity));
  const runs = new Map<string, RunRows>();
  const statistics = new Map<string, StatisticsRows>();
  const copied = new Set<string>();
  for (const [path, table] of plan.tables) {
    const kind = tableKind(path);
    if (kind === "events") to.emptyTable(path, table.columns, table.rows, table);
    else if (kind === "runs") runs.set(path, new RunRows(to, path, table.columns, table));
    else if (kind === "statistics") statistics.set(path, new StatisticsRows(path, table.columns));
  }
  await eachFile(plan.files, (file) => {
    for (const path of plan.tables.keys()) {
      if (!file.has(path)) continue;
      if (tableKind(path) === "instrument" && !copied.has(path)) copyTable(file, path, to, { deflate: true });
      copied.add(path);
      runs.get(path)?.append(file);
      statistics.get(path)?.append(file);
    }
    for (const [path, owner] of plan.arrays) {
      if (owner !== file.path) continue;
      const { shape, data } = file.array(path);
      if (Array.isArray(data) || shape.length === 0) continue;
      to.array(path, typeOfArray(data), shape.slice(1)).append(data);
    }
  });
  for (const [path, rows] of statistics) rows.write(to, plan.tables.get(path)!);
}

async function fillEvents(plan: MergePlan, path: string, onProgress: MergeOptions["onProgress"]): Promise<void> {
  const tables = [...plan.tables].filter(([table]) => tableKind(table) === "events");
  const total = tables.reduce((sum, [, { rows }]) => sum + rows, 0);
  let done = 0;
  const filler = await TableFiller.open(path);
  try {
    await eachFile(plan.files, async (file) => {
      for (const [table, { columns }] of tables) {
        if (!file.has(table)) continue;
        for (const block of storedBlocks(file.table(table))) {
          filler.append(table, columns, block);
          done += block[columns[0]!.name]!.length;
          onProgress?.(done, total);
          await setImmediate(); // so that the progress is drawn, and Ctrl-C heard
        }
      }
    });
    filler.close();
  } finally {
    filler.abort();
  }
}

function sync(path: string): void {
  const fd = openSync(path, "r+");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Writes ctapipe files of one array as one: rows of events one file after the other, what belongs to a run once, counts
 * added up. With a single file and `keep`, the same file without what is left out.
 * Compression and checksums are ctapipe's; memory does not grow with the files but for the numbers of their events.
 * @throws {InputError} when a file cannot be read or does not fit the others, or an event is there twice
 * @throws {OutputError} when the file cannot be written; nothing stands under its name then
 */
export async function mergeFiles(files: readonly string[], output: string, options: MergeOptions): Promise<MergedFile> {
  const plan = await planMerge(files, options.keep ?? (() => true));
  const temporary = temporaryName(output);
  let writer: Hdf5Writer | undefined;
  beginFile(temporary);
  try {
    makeFolder(dirname(output));
    writer = await createHdf5(temporary);
    await writeFrame(plan, writer, options.activity);
    await writer.close();
    await fillEvents(plan, temporary, options.onProgress);
    sync(temporary);
    await rename(temporary, output);
  } catch (cause) {
    writer?.abort();
    await rm(temporary, { force: true });
    throw cause instanceof CherenkitError ? cause : outputError(output, cause);
  } finally {
    finishFile(temporary);
  }
  const size = (path: string): number => statSync(path).size;
  return {
    path: output,
    files,
    obsIds: plan.obsIds,
    events: plan.events,
    bytesBefore: files.reduce((sum, path) => sum + size(path), 0),
    bytes: size(output),
  };
}
