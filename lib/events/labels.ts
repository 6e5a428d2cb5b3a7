import { type Task, taskOutputs } from "../config/task.js";
import { InputError } from "../errors.js";
import type { ExampleTable } from "./example-table.js";

/** Columns that a task's outputs learn, in their order. */
const labelColumns: Readonly<Record<Exclude<Task, "type">, readonly string[]>> = {
  energy: ["log_true_energy"],
  cameradirection: ["cam_coord_offset_x", "cam_coord_offset_y"],
  skydirection: ["fov_lon", "fov_lat"],
};

function noLabel(examples: ExampleTable, name: string, row: number): InputError {
  const [obsId, eventId, file] = ["obs_id", "event_id", "file_index"].map((key) => examples.column(key)[row]!);
  const { path } = examples.files[file!]!;
  return new InputError(
    `${path}: event ${eventId} of observation ${obsId} has no ${name}: its simulated truth is not a number`,
    {
      place: `${path}:/simulation/event/subarray/shower`,
      remedy: "leave such events out with a quality criterion, e.g. true_energy > 0",
    },
  );
}

/**
 * What a network should answer, `[rows, outputs]`: `type` one-hot [background, gamma], `energy` log10(E/TeV),
 * `cameradirection` metres in the camera, `skydirection` degrees from the pointing.
 * @throws {InputError} when there is no simulated truth, or it is not a number for an example
 */
export function exampleLabels(examples: ExampleTable, task: Task): Float32Array {
  const width = taskOutputs[task];
  const labels = new Float32Array(examples.rows * width);
  if (task === "type") {
    const gamma = examples.column("true_shower_primary_class");
    for (let row = 0; row < examples.rows; row++) labels[2 * row + (gamma[row] === 1 ? 1 : 0)] = 1;
    return labels;
  }
  for (const [k, name] of labelColumns[task].entries()) {
    const column = examples.column(name);
    for (let row = 0; row < examples.rows; row++) {
      if (!Number.isFinite(column[row]!)) throw noLabel(examples, name, row);
      labels[row * width + k] = column[row]!;
    }
  }
  return labels;
}
