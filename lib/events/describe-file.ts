import { degPerRad, wrap360 } from "../coordinates/angle.js";
import { numbers } from "../hdf5/column.js";
import type { Hdf5File } from "../hdf5/hdf5-file.js";
import { type Distribution, telescopeDistributions } from "./distribution.js";
import { type EventFile, openEventFile, telescopeTable } from "./event-file.js";
import { waveformsPath } from "./read-waveforms.js";
import type { WaveformLevel } from "./waveforms.js";

export interface WaveformsDescription {
  readonly level: WaveformLevel;
  readonly rows: number;
  readonly gains: number;
  /** Samples of a readout. */
  readonly samples: number;
}

export interface TelescopeDescription {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly camera: string;
  readonly pixels: number;
  /** Rows with an image, with Hillas parameters. */
  readonly images: number;
  readonly parameters: number;
  /** Waveforms by level, if there are any. */
  readonly waveforms?: readonly WaveformsDescription[];
  /** True energies of the events it saw, and intensities of its images (`hillas_intensity`); null without such. */
  readonly energyTeV: Distribution | null;
  readonly intensityPe: Distribution | null;
}

export interface PredictionDescription {
  readonly level: "telescope" | "subarray";
  /** `particle_type`, `energy`, `geometry`, … */
  readonly quantity: string;
  /** Name of the algorithm. */
  readonly prefix: string;
  readonly rows: number;
  /** Rows marked as valid. */
  readonly valid: number;
}

/** What is in a file. */
export interface FileDescription {
  readonly file: string;
  readonly kind: "dl2" | "dl1" | "r1" | "r0" | "other";
  readonly dataModel: string;
  readonly process: "Simulation" | "Observation";
  readonly obsIds: readonly number[];
  /** Triggered events of the array. */
  readonly events: number;
  /** True energies of the events; null without simulated truth. */
  readonly energyTeV: { readonly min: number; readonly max: number } | null;
  /** Where the array looked, one entry a direction; empty when the file does not say. */
  readonly pointingDeg: readonly { readonly alt: number; readonly az: number }[];
  readonly telescopes: readonly TelescopeDescription[];
  /** Reconstructed quantities, if there are any. */
  readonly predictions?: readonly PredictionDescription[];
}

function rows(file: Hdf5File, path: string): number {
  return file.kind(path) === "table" ? file.table(path).rows : 0;
}

function validRows(file: Hdf5File, path: string): number {
  const table = file.table(path);
  const name = table.columnNames.find((column) => column === "is_valid" || column.endsWith("_is_valid"));
  if (!name) return table.rows;
  return numbers(table.read({ columns: [name] }).columns.get(name)!).reduce((sum, valid) => sum + valid, 0);
}

function predictions(file: Hdf5File): PredictionDescription[] {
  const found: PredictionDescription[] = [];
  for (const level of ["telescope", "subarray"] as const) {
    const base = `/dl2/event/${level}`;
    for (const quantity of file.children(base)) {
      for (const prefix of file.children(`${base}/${quantity}`)) {
        const path = `${base}/${quantity}/${prefix}`;
        const tables = level === "telescope" ? file.children(path).map((name) => `${path}/${name}`) : [path];
        const sum = (count: (table: string) => number): number =>
          tables.reduce((total, table) => total + count(table), 0);
        found.push({
          level,
          quantity,
          prefix,
          rows: sum((table) => rows(file, table)),
          valid: sum((table) => validRows(file, table)),
        });
      }
    }
  }
  return found;
}

// ctapipe puts its geometrical reconstruction into DL1 files too; energies and particle types make a DL2 file.
function kindOf(file: Hdf5File, found: readonly PredictionDescription[]): FileDescription["kind"] {
  const learned = found.some(({ quantity }) => ["energy", "particle_type", "classification"].includes(quantity));
  const dl1 = ["images", "parameters"].some((name) => file.children(`/dl1/event/telescope/${name}`).length > 0);
  if (learned || (found.length > 0 && !dl1)) return "dl2";
  if (dl1) return "dl1";
  if (file.has("/r1/event/telescope")) return "r1";
  return file.has("/r0/event/telescope") ? "r0" : "other";
}

/** Distinct pointings of simulated runs, to a thousandth of a degree. */
function pointings(file: Hdf5File): FileDescription["pointingDeg"] {
  const path = "/configuration/simulation/run";
  if (rows(file, path) === 0) return [];
  const { columns } = file.table(path).read({ columns: ["min_az", "min_alt"] });
  const [az, alt] = ["min_az", "min_alt"].map((name) => numbers(columns.get(name)!));
  const rounded = (angleRad: number): number => Math.round(angleRad * degPerRad * 1000) / 1000;
  const texts = new Set(Array.from(az!, (azRad, i) => JSON.stringify([rounded(alt![i]!), rounded(azRad)])));
  return [...texts].map((text) => {
    const [altDeg, azDeg] = JSON.parse(text) as [number, number];
    return { alt: altDeg, az: wrap360(azDeg) };
  });
}

function waveformsOf(file: Hdf5File, telescopeId: number): WaveformsDescription[] {
  return (["r1", "r0"] as const).flatMap((level) => {
    const path = waveformsPath(level, telescopeId);
    if (rows(file, path) === 0) return [];
    const table = file.table(path);
    const shape = table.columns.find(({ name }) => name === "waveform")?.itemShape;
    if (!shape) return [];
    return [{ level, rows: table.rows, gains: shape.length > 2 ? shape[0]! : 1, samples: shape.at(-1)! }];
  });
}

function energyRange(file: Hdf5File): FileDescription["energyTeV"] {
  const path = "/simulation/event/subarray/shower";
  if (rows(file, path) === 0) return null;
  const energies = numbers(
    file
      .table(path)
      .read({ columns: ["true_energy"] })
      .columns.get("true_energy")!,
  );
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const energy of energies) {
    if (!Number.isFinite(energy)) continue;
    min = Math.min(min, energy);
    max = Math.max(max, energy);
  }
  return max > 0 ? { min, max } : null;
}

function describe({ path, hdf5, process, dataModel, subarray }: EventFile): FileDescription {
  const trigger = "/dl1/event/subarray/trigger";
  const events = rows(hdf5, trigger);
  const obsIds =
    events > 0
      ? [
          ...new Set(
            numbers(
              hdf5
                .table(trigger)
                .read({ columns: ["obs_id"] })
                .columns.get("obs_id")!,
            ),
          ),
        ]
      : [];
  const found = predictions(hdf5);
  const seen = telescopeDistributions(
    hdf5,
    subarray.telescopes.map(({ id }) => id),
  );
  return {
    file: path,
    kind: kindOf(hdf5, found),
    dataModel,
    process,
    obsIds: obsIds.sort((a, b) => a - b),
    events,
    energyTeV: energyRange(hdf5),
    pointingDeg: pointings(hdf5),
    telescopes: subarray.telescopes.map((telescope, i) => {
      const camera = subarray.cameras.get(telescope.cameraIndex)!;
      const waveforms = waveformsOf(hdf5, telescope.id);
      return {
        id: telescope.id,
        name: telescope.name,
        type: telescope.type,
        camera: camera.name,
        pixels: camera.pixelX.length,
        images: rows(hdf5, `/dl1/event/telescope/images/${telescopeTable(telescope.id)}`),
        parameters: rows(hdf5, `/dl1/event/telescope/parameters/${telescopeTable(telescope.id)}`),
        ...(waveforms.length > 0 ? { waveforms } : {}),
        ...seen[i]!,
      };
    }),
    ...(found.length > 0 ? { predictions: found } : {}),
  };
}

/**
 * Telescopes, events, energies and reconstructed quantities of a file.
 * @throws {InputError} when it cannot be read.
 */
export async function describeFile(path: string): Promise<FileDescription> {
  const file = await openEventFile(path);
  try {
    return describe(file);
  } finally {
    file.close();
  }
}
