import { InputError } from "../errors.js";
import type { SimulatedShowers } from "../evaluation/irf/simulated-showers.js";
import { openEventFile } from "../events/event-file.js";
import { numbers } from "../hdf5/column.js";

const path = "/configuration/simulation/run";
const names = [
  "n_showers",
  "shower_reuse",
  "energy_range_min",
  "energy_range_max",
  "spectral_index",
  "max_scatter_range",
  "min_viewcone_radius",
  "max_viewcone_radius",
] as const;

/** Float32 columns hold seven digits; more would differ from the number that was meant. */
const meant = (value: number): number => Number(value.toPrecision(7));

/**
 * What was simulated for files of one kind of particle, all runs together.
 * @throws {InputError} when a file does not say, or when runs differ in anything but the number of showers
 */
export async function thrownShowers(files: readonly string[]): Promise<SimulatedShowers> {
  let known: SimulatedShowers | undefined;
  for (const name of files) {
    const file = await openEventFile(name);
    try {
      const table = file.hdf5.kind(path) === "table" ? file.hdf5.table(path) : undefined;
      const missing = names.find((column) => !table?.columnNames.includes(column));
      if (!table || missing) {
        throw new InputError(`${name} does not say what was simulated${table ? ` (no ${missing})` : ""}`, {
          place: `${name}:${path}`,
          remedy: "predict DL1 files of simulations with their configuration tables",
        });
      }
      const { columns, rows } = table.read({ columns: [...names] });
      const [thrown, reuse, low, high, index, impact, inner, outer] = names.map((column) =>
        numbers(columns.get(column)!),
      );
      for (let row = 0; row < rows; row++) {
        const run: SimulatedShowers = {
          showers: thrown![row]! * Math.max(1, reuse![row]!),
          energyMinTeV: meant(low![row]!),
          energyMaxTeV: meant(high![row]!),
          spectralIndex: meant(index![row]!),
          maxImpactM: meant(impact![row]!),
          viewconeMinDeg: meant(inner![row]!),
          viewconeMaxDeg: meant(outer![row]!),
        };
        const { showers } = known ?? { showers: 0 };
        if (known && JSON.stringify({ ...known, showers: 0 }) !== JSON.stringify({ ...run, showers: 0 })) {
          throw new InputError(`${name} was simulated with another spectrum, area or cone than the other files`, {
            place: `${name}:${path}`,
            remedy: "make one response of each kind of simulation",
          });
        }
        known = { ...run, showers: showers + run.showers };
      }
    } finally {
      file.close();
    }
  }
  if (!known) throw new InputError("there is no simulated run", { place: files.join(", ") });
  return known;
}
