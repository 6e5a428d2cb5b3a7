import { type Task, taskOutputs } from "../config/task.js";
import type { ExampleTable } from "./example-table.js";

/** Columns that a task's outputs learn, in their order. */
const labelColumns: Readonly<Record<Exclude<Task, "type">, readonly string[]>> = {
  energy: ["log_true_energy"],
  cameradirection: ["cam_coord_offset_x", "cam_coord_offset_y"],
  skydirection: ["fov_lon", "fov_lat"],
};

/**
 * What a network should answer, `[rows, outputs]`: `type` one-hot [background, gamma], `energy` log10(E/TeV),
 * `cameradirection` metres in the camera, `skydirection` degrees from the pointing.
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
    for (let row = 0; row < examples.rows; row++) labels[row * width + k] = column[row]!;
  }
  return labels;
}
