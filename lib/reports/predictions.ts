import { basename, resolve } from "node:path";
import type { Task } from "../config/task.js";
import { impactDistanceM } from "../coordinates/impact-distance.js";
import { counted } from "../display/counted.js";
import type { Predictions } from "../evaluation/predictions.js";
import type { Level } from "./dl2-algorithm.js";
import { type Dl2Rows, repeatedRows } from "./dl2-rows.js";
import { type FileTable, type FileTables, intensityName, type ReadOptions, readTables } from "./dl2-tables.js";
import type { RowParameter } from "./image-parameters.js";
import type { ShowerTruth } from "./shower-truth.js";

/** Predictions of DL2 files with the key of each row, and what is to be said about the files. */
export interface PredictionRows extends Predictions {
  /** Place of each row's file in `files`. */
  readonly fileIndex: Uint32Array;
  readonly obsId: Float64Array;
  readonly eventId: Float64Array;
  /** 0 at subarray level. */
  readonly telId: Float64Array;
  /** Name of the algorithm of each file. */
  readonly prefixes: readonly string[];
  /** Telescopes with a valid prediction of the row's event; absent when it was not asked for or is not known. */
  readonly multiplicity?: Float64Array;
  /** The image parameters that were asked for and are known, by ctapipe's names. */
  readonly parameters: Readonly<Record<string, RowParameter>>;
  /** One sentence each about rows that cannot count: repeated, without truth, nothing valid. */
  readonly notes: readonly string[];
}

function emptyRows(rows: number, parameters: readonly string[]) {
  const column = (): Float64Array => new Float64Array(rows);
  return {
    rows,
    fileIndex: new Uint32Array(rows),
    obsId: column(),
    eventId: column(),
    telId: column(),
    valid: new Uint8Array(rows),
    weights: null,
    trueEnergyTeV: column(),
    trueParticle: new Int32Array(rows),
    trueAltDeg: column(),
    trueAzDeg: column(),
    pointingAltDeg: column(),
    pointingAzDeg: column(),
    impactM: column().fill(Number.NaN),
    parameters: Object.fromEntries(parameters.map((name) => [name, column().fill(Number.NaN)])),
    multiplicity: column().fill(Number.NaN),
    values: [column(), column()] as const,
  };
}

const rows = (count: number, one: string, several: string): string =>
  `${counted(count, "row")} ${count === 1 ? one : several}`;

function telescopeCount({ mask, width }: NonNullable<Dl2Rows["telescopes"]>, row: number): number {
  let count = 0;
  for (let i = 0; i < width; i++) count += mask[row * width + i]!;
  return count;
}

/** Fills in the rows of a table from `at` on; returns how many there are and how many of them lack their shower. */
function fill(
  target: ReturnType<typeof emptyRows>,
  at: number,
  fileIndex: number,
  { rows, pointing, placeM, parameters }: FileTable,
  truth: ShowerTruth,
  leftOut: ReadonlySet<number>,
): { written: number; lost: number } {
  let to = at;
  let lost = 0;
  for (let row = 0; row < rows.rows; row++) {
    if (leftOut.has(row)) continue;
    const [obsId, eventId] = [rows.obsId[row]!, rows.eventId[row]!];
    const shower = truth.find(obsId, eventId);
    const { altDeg, azDeg } = pointing(obsId);
    target.fileIndex[to] = fileIndex;
    target.obsId[to] = obsId;
    target.eventId[to] = eventId;
    target.telId[to] = rows.telId[row]!;
    target.valid[to] = rows.valid[row]!;
    for (const [i, column] of rows.values.entries()) target.values[i]![to] = column[row]!;
    target.pointingAltDeg[to] = altDeg;
    target.pointingAzDeg[to] = azDeg;
    target.trueEnergyTeV[to] = shower < 0 ? Number.NaN : truth.energyTeV[shower]!;
    target.trueAltDeg[to] = shower < 0 ? Number.NaN : truth.altDeg[shower]!;
    target.trueAzDeg[to] = shower < 0 ? Number.NaN : truth.azDeg[shower]!;
    target.trueParticle[to] = shower < 0 ? -1 : truth.particle[shower]!;
    for (const [name, { values }] of Object.entries(parameters)) target.parameters[name]![to] = values[row]!;
    if (rows.telescopes) target.multiplicity[to] = telescopeCount(rows.telescopes, row);
    if (shower >= 0 && truth.coreM) {
      const direction = { altDeg: truth.altDeg[shower]!, azDeg: truth.azDeg[shower]! };
      const core = [truth.coreM[0][shower]!, truth.coreM[1][shower]!] as const;
      target.impactM[to] = impactDistanceM(direction, core, placeM);
    }
    // A row that cannot be judged is no valid prediction here.
    if (shower < 0) target.valid[to] = 0;
    if (shower < 0) lost++;
    to++;
  }
  return { written: to - at, lost };
}

/**
 * Reads the predictions of a task from DL2 files of any producer (ours, CTLearn's, ctapipe's own) and pairs each row
 * with its simulated shower of the same file by (obs_id, event_id).
 * @throws {InputError} for a file without predictions of the task, or without simulated truth
 */
export async function readPredictions(
  files: readonly string[],
  task: Task,
  level: Level,
  options: ReadOptions = {},
): Promise<PredictionRows> {
  const paths = [...new Set(files.map((file) => resolve(file)))];
  const notes: string[] = [];
  if (paths.length < files.length) notes.push("a file that was named more than once counts once");
  const read: FileTables[] = [];
  for (const path of paths) read.push(await readTables(path, task, level, options));
  const repeated = read.map(({ tables }) => tables.map(({ rows }) => new Set(repeatedRows(rows))));
  const total = read.reduce((sum, { tables }) => sum + tables.reduce((part, { rows }) => part + rows.rows, 0), 0);
  const dropped = repeated.reduce((sum, tables) => sum + tables.reduce((part, rows) => part + rows.size, 0), 0);
  const names = new Set(read.flatMap(({ tables }) => tables.flatMap(({ parameters }) => Object.keys(parameters))));
  const target = emptyRows(total - dropped, [...names.add(intensityName)]);
  let at = 0;
  for (const [fileIndex, { tables, truth }] of read.entries()) {
    let lost = 0;
    for (const [i, table] of tables.entries()) {
      const done = fill(target, at, fileIndex, table, truth, repeated[fileIndex]![i]!);
      at += done.written;
      lost += done.lost;
    }
    const name = basename(paths[fileIndex]!);
    const twice = repeated[fileIndex]!.reduce((sum, rows) => sum + rows.size, 0);
    if (twice > 0)
      notes.push(`${name}: ${rows(twice, "repeats an event", "repeat an event")}; the first of each counts`);
    if (lost > 0)
      notes.push(
        `${name}: ${rows(lost, "has no simulated shower and does not count", "have no simulated shower and do not count")}`,
      );
  }
  const { values, impactM, multiplicity, parameters, ...columns } = target;
  if (level === "telescope" && options.parameters?.includes("multiplicity")) countImages(target);
  const intensity = parameters[intensityName]!;
  const known = {
    ...(impactM.some(Number.isFinite) ? { impactM } : {}),
    ...(intensity.some(Number.isFinite) ? { intensity } : {}),
    ...(multiplicity.some(Number.isFinite) ? { multiplicity } : {}),
    parameters: Object.fromEntries(
      Object.entries(parameters).flatMap(([name, column]) =>
        column.some(Number.isFinite) ? [[name, { values: column, unit: unitOf(read, name) }]] : [],
      ),
    ),
  };
  if (target.rows === 0) notes.push("the files have no row of predictions");
  else if (!target.valid.includes(1)) notes.push(`none of ${counted(target.rows, "prediction")} is valid`);
  const [first, second] = values;
  const own = task === "type" ? { gammaness: first } : task === "energy" ? { energyTeV: first } : {};
  const direction = task === "type" || task === "energy" ? {} : { altDeg: first, azDeg: second };
  notes.push(...unfinishedBatches(task, read, first, target.valid));
  return {
    task,
    level,
    files: paths,
    ...columns,
    ...known,
    ...own,
    ...direction,
    prefixes: read.map(({ prefix }) => prefix),
    notes,
  };
}

function unitOf(read: readonly FileTables[], name: string): string | undefined {
  return read.flatMap(({ tables }) => tables.map(({ parameters }) => parameters[name]?.unit)).find(Boolean);
}

/** Counts the valid images of each event. */
function countImages({ rows, fileIndex, obsId, eventId, valid, multiplicity }: ReturnType<typeof emptyRows>): void {
  const counts = new Map<string, number>();
  const key = (row: number): string => `${fileIndex[row]} ${obsId[row]} ${eventId[row]}`;
  for (let row = 0; row < rows; row++) counts.set(key(row), (counts.get(key(row)) ?? 0) + valid[row]!);
  for (let row = 0; row < rows; row++) multiplicity[row] = counts.get(key(row))!;
}

/** CTLearn 0.10 writes a gammaness of exactly 0, marked as valid, for all images of the last incomplete batch. */
function unfinishedBatches(
  task: Task,
  read: readonly FileTables[],
  gammaness: Float64Array,
  valid: Uint8Array,
): string[] {
  if (task !== "type" || !read.some(({ prefix, own }) => prefix.startsWith("CTLearn") && !own)) return [];
  let zeros = 0;
  for (let i = 0; i < gammaness.length; i++) if (valid[i] && gammaness[i] === 0) zeros++;
  if (zeros === 0) return [];
  return [`${rows(zeros, "has", "have")} a gammaness of exactly 0, which CTLearn writes for its last incomplete batch`];
}
