import type { Task } from "../config/task.js";
import { counted } from "../display/counted.js";
import { type Cell, DataTable } from "../display/data-table.js";
import { InputError } from "../errors.js";
import { openEventFile } from "../events/event-file.js";
import { findAlgorithm } from "./dl2-algorithm.js";
import { readDl2Rows } from "./dl2-rows.js";

const headings: Readonly<Record<Task, readonly string[]>> = {
  type: ["gammaness"],
  energy: ["energy [TeV]"],
  cameradirection: ["altitude [deg]", "azimuth [deg]"],
  skydirection: ["altitude [deg]", "azimuth [deg]"],
};

/**
 * What a DL2 file says of its events, one row for each that has a prediction: needs no truth, and so suits
 * observations. Predictions are those of the array, the mean of its telescopes.
 * @param tasks the reconstructed quantities that are wanted
 * @throws {InputError} when the file has no predictions of a task
 */
export async function predictedValues(path: string, tasks: readonly Task[]): Promise<DataTable> {
  if (tasks.length === 0) throw new InputError("no quantity is named", { remedy: "name type, energy or a direction" });
  const file = await openEventFile(path);
  try {
    const rows = new Map<string, { readonly key: readonly [number, number]; readonly cells: Cell[] }>();
    const columns = tasks.flatMap((task) => headings[task]);
    let first = 0;
    for (const task of tasks) {
      const algorithm = findAlgorithm(file.hdf5, task, "subarray");
      const { valid, obsId, eventId, values } = readDl2Rows(file.hdf5, algorithm.tables[0]!, algorithm, task);
      for (const [row, isValid] of valid.entries()) {
        if (!isValid) continue;
        const key = [obsId[row]!, eventId[row]!] as const;
        const known = rows.get(key.join()) ?? { key, cells: columns.map(() => null) };
        for (const [i, column] of values.entries()) known.cells[first + i] = Number(column[row]!.toPrecision(4));
        rows.set(key.join(), known);
      }
      first += headings[task].length;
    }
    const sorted = [...rows.values()].sort((a, b) => a.key[0] - b.key[0] || a.key[1] - b.key[1]);
    return new DataTable(
      ["observation", "event", ...columns],
      sorted.map(({ key, cells }) => [...key.map(String), ...cells]),
      `${counted(sorted.length, "event has", "events have")} a prediction`,
    );
  } finally {
    file.close();
  }
}
