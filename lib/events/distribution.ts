import { numbers } from "../hdf5/column.js";
import type { Hdf5File } from "../hdf5/hdf5-file.js";
import { telescopeTable } from "./event-file.js";
import { EventIndex } from "./event-index.js";
import { waveformsPath } from "./read-waveforms.js";

/** How often a positive quantity lies in each bin of equal width on a logarithmic scale. */
export interface Distribution {
  readonly min: number;
  readonly max: number;
  readonly median: number;
  /** Between `edges.min` and `edges.max`. */
  readonly counts: readonly number[];
  readonly edges: { readonly min: number; readonly max: number };
}

const bins = 16;

/** Whole decades around all values, so that telescopes can be compared. */
function edgesOf(samples: readonly Float64Array[]): Distribution["edges"] | null {
  let [min, max] = [Number.POSITIVE_INFINITY, 0];
  for (const sample of samples) {
    for (const value of sample) {
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
  }
  if (max <= 0) return null;
  const [low, high] = [Math.floor(Math.log10(min)), Math.ceil(Math.log10(max))];
  return { min: 10 ** low, max: 10 ** Math.max(high, low + 1) };
}

/** Distributions of several samples over the same bins; null for an empty one. Values must be positive and finite. */
export function distributions(samples: readonly Float64Array[]): (Distribution | null)[] {
  const edges = edgesOf(samples);
  return samples.map((sample) => {
    if (sample.length === 0 || !edges) return null;
    const counts = new Array<number>(bins).fill(0);
    const [low, high] = [Math.log10(edges.min), Math.log10(edges.max)];
    for (const value of sample) {
      counts[Math.min(bins - 1, Math.floor(((Math.log10(value) - low) / (high - low)) * bins))]!++;
    }
    const sorted = sample.slice().sort();
    const middle = sorted.length >> 1;
    const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
    return { min: sorted[0]!, max: sorted.at(-1)!, median, counts, edges };
  });
}

function columns(file: Hdf5File, path: string, names: readonly string[]): Float64Array[] | null {
  if (file.kind(path) !== "table") return null;
  const table = file.table(path);
  if (names.some((name) => !table.columnNames.includes(name))) return null;
  const read = table.read({ columns: names });
  return names.map((name) => numbers(read.columns.get(name)!));
}

const positive = (value: number): boolean => value > 0 && Number.isFinite(value);

/** True energies (TeV) of the events that each telescope has, and the intensities (p.e.) of their images. */
export function telescopeDistributions(
  file: Hdf5File,
  telescopeIds: readonly number[],
): { readonly energyTeV: Distribution | null; readonly intensityPe: Distribution | null }[] {
  const shower = columns(file, "/simulation/event/subarray/shower", ["obs_id", "event_id", "true_energy"]);
  const index = shower ? new EventIndex(shower[0]!, shower[1]!) : null;
  const energies: Float64Array[] = [];
  const intensities: Float64Array[] = [];
  for (const id of telescopeIds) {
    const tables = [
      ...["parameters", "images"].map((name) => `/dl1/event/telescope/${name}/${telescopeTable(id)}`),
      ...(["r1", "r0"] as const).map((level) => waveformsPath(level, id)),
    ];
    const keys = tables.map((path) => columns(file, path, ["obs_id", "event_id"])).find((found) => found !== null);
    const rows = keys && index ? Array.from(keys[0]!, (obsId, row) => index.find(obsId, keys[1]![row]!)) : [];
    energies.push(Float64Array.from(rows, (row) => (row < 0 ? Number.NaN : shower![2]![row]!)).filter(positive));
    const [intensity = new Float64Array()] = columns(file, tables[0]!, ["hillas_intensity"]) ?? [];
    intensities.push(intensity.filter(positive));
  }
  const [energyTeV, intensityPe] = [distributions(energies), distributions(intensities)];
  return telescopeIds.map((_, i) => ({ energyTeV: energyTeV[i]!, intensityPe: intensityPe[i]! }));
}
