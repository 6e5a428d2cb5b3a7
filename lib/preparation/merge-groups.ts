import { basename } from "node:path";
import { ConfigError, type InputError } from "../errors.js";
import { openEventFile } from "../events/event-file.js";
import { numbers } from "../hdf5/column.js";

/** A file and the runs in it. */
export interface RunFile {
  readonly path: string;
  readonly firstRun: number;
  readonly lastRun: number;
}

/** Files that become one. */
export interface MergeGroup {
  readonly files: readonly string[];
  readonly firstRun: number;
  readonly lastRun: number;
}

export interface RunRange {
  readonly first: number;
  readonly last: number;
}

const triggerPath = "/dl1/event/subarray/trigger";
const runPath = "/configuration/simulation/run";

/** The runs (`obs_id`) in a file; also those of a simulated run in which nothing triggered. @throws {InputError} */
async function runsOf(path: string): Promise<RunFile> {
  const file = await openEventFile(path);
  try {
    const ids = [triggerPath, runPath].flatMap((table) =>
      file.hdf5.kind(table) === "table"
        ? [
            ...numbers(
              file.hdf5
                .table(table)
                .read({ columns: ["obs_id"] })
                .columns.get("obs_id")!,
            ),
          ]
        : [],
    );
    const bounds = ids.reduce(([low, high], id) => [Math.min(low!, id), Math.max(high!, id)], [Infinity, -Infinity]);
    return { path, firstRun: ids.length > 0 ? bounds[0]! : 0, lastRun: ids.length > 0 ? bounds[1]! : 0 };
  } finally {
    file.close();
  }
}

/**
 * The runs of files, in the order of their runs.
 * @param onBroken called with files that cannot be read, which are left out then
 * @throws {InputError} without `onBroken`
 */
export async function runFiles(
  paths: readonly string[],
  onBroken?: (path: string, error: InputError) => void,
): Promise<RunFile[]> {
  const found: RunFile[] = [];
  for (const path of new Set(paths)) {
    try {
      found.push(await runsOf(path));
    } catch (error) {
      if (!onBroken) throw error;
      onBroken(path, error as InputError);
    }
  }
  return found.sort((a, b) => a.firstRun - b.firstRun || (a.path < b.path ? -1 : 1));
}

function group(files: readonly RunFile[]): MergeGroup[] {
  if (files.length === 0) return [];
  const firstRun = Math.min(...files.map((file) => file.firstRun));
  const lastRun = Math.max(...files.map((file) => file.lastRun));
  return [{ files: files.map(({ path }) => path), firstRun, lastRun }];
}

/** Divides files, in the order of their runs, among `count` groups of nearly equal number. */
export function groupsByCount(files: readonly RunFile[], count: number): MergeGroup[] {
  const [size, larger] = [Math.floor(files.length / count), files.length % count];
  const begin = (i: number): number => i * size + Math.min(i, larger);
  return Array.from({ length: count }, (_, i) => group(files.slice(begin(i), begin(i + 1)))).flat();
}

/**
 * One group for each range of runs; files outside all ranges are left out.
 * @throws {ConfigError} for a file with runs of several ranges
 */
export function groupsByRuns(files: readonly RunFile[], ranges: readonly RunRange[]): MergeGroup[] {
  const within = (run: number, { first, last }: RunRange): boolean => run >= first && run <= last;
  for (const { path, firstRun, lastRun } of files) {
    const touched = ranges.filter((range) => firstRun <= range.last && lastRun >= range.first);
    if (touched.length > 1 || touched.some((range) => !within(firstRun, range) || !within(lastRun, range))) {
      throw new ConfigError(`${path} has runs ${firstRun} to ${lastRun}, which no single range of runs holds`, {
        place: "--runs",
        remedy: "choose ranges that do not cut files",
      });
    }
  }
  return ranges.flatMap((range) => group(files.filter(({ firstRun }) => within(firstRun, range))));
}

/** `gamma_runs_100-199.dl1.h5`; the name before it is what the files' names have in common. */
export function groupName({ files, firstRun, lastRun }: MergeGroup, name?: string): string {
  const [first = "", ...others] = files.map((path) => basename(path));
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  const common = first
    .slice(0, length)
    .replace(/\..*$/, "")
    .replace(/[_-]*(runs?)?[_-]*\d*$/i, "");
  return `${name ?? (common || "merged")}_runs_${firstRun}-${lastRun}.dl1.h5`;
}
