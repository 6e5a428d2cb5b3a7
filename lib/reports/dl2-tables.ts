import type { Task } from "../config/task.js";
import type { AltAz } from "../coordinates/angle.js";
import type { GroundPlace } from "../coordinates/impact-distance.js";
import { InputError } from "../errors.js";
import { openEventFile, telescopeTable } from "../events/event-file.js";
import { type Dl2Algorithm, findAlgorithm, type Level } from "./dl2-algorithm.js";
import { type Dl2Rows, readDl2Rows } from "./dl2-rows.js";
import { type RowParameter, rowParameters } from "./image-parameters.js";
import { type ShowerTruth, showerTruth, simulatedPointing } from "./shower-truth.js";

/** Which predictions of a file are read, and what besides. */
export interface ReadOptions {
  /** Name of the algorithm, needed only where a file has several. */
  readonly prefix?: string;
  /** Only the images of this telescope. */
  readonly telescope?: number;
  /** Names of image parameters, and `multiplicity`, that the rows shall have besides. */
  readonly parameters?: readonly string[];
}

/** The predictions of a task in one file. */
export interface FileTables {
  /** Name of the algorithm. */
  readonly prefix: string;
  /** True when cherenkit has predicted it. */
  readonly own: boolean;
  readonly truth: ShowerTruth;
  readonly tables: readonly FileTable[];
}

/** One table of predictions: of a telescope, or of the array. */
export interface FileTable {
  readonly rows: Dl2Rows;
  readonly pointing: (obsId: number) => AltAz;
  /** Where the telescope stands, or the centre of the array. */
  readonly placeM: GroundPlace;
  /** Image parameters of each row. */
  readonly parameters: Readonly<Record<string, RowParameter>>;
}

/** Charge of the cleaned image, p.e.: always read where the file has it. */
export const intensityName: string = "hillas_intensity";

/**
 * Reads the tables of a task's predictions from a DL2 file, with what pairs them with their showers.
 * @throws {InputError} for a file without predictions of the task, or without simulated truth
 */
export async function readTables(path: string, task: Task, level: Level, options: ReadOptions): Promise<FileTables> {
  const file = await openEventFile(path);
  try {
    const algorithm = findAlgorithm(file.hdf5, task, level, options.prefix);
    const truth = showerTruth(file);
    const names = [intensityName, ...(options.parameters ?? [])];
    const tables = tablesOf(file.path, algorithm, options.telescope).map((table) => {
      const rows = readDl2Rows(file.hdf5, table, algorithm, task);
      const read = simulatedPointing(file, rows.telId[0] ?? 0);
      const known = new Map(Array.from(new Set(rows.obsId), (obsId) => [obsId, read(obsId)]));
      const telescope = file.subarray.telescopes.find(({ id }) => id === rows.telId[0]);
      return {
        rows,
        pointing: (obsId: number) => known.get(obsId)!,
        placeM: telescope?.positionM ?? ([0, 0, 0] as const),
        parameters: rowParameters(file, rows, names),
      };
    });
    const own = file.hdf5.attribute("/", "CTA ACTIVITY NAME") === "cherenkit predict";
    return { prefix: algorithm.prefix, own, truth, tables };
  } finally {
    file.close();
  }
}

/** The tables of one telescope, where one is wanted. @throws {InputError} when it has none */
function tablesOf(path: string, { tables }: Dl2Algorithm, telescope: number | undefined): readonly string[] {
  if (telescope === undefined) return tables;
  const own = tables.filter((table) => table.endsWith(`/${telescopeTable(telescope)}`));
  if (own.length > 0) return own;
  throw new InputError(`${path} has no predictions of telescope ${telescope}`, {
    place: path,
    remedy: `its tables are ${tables.join(", ")}`,
  });
}
