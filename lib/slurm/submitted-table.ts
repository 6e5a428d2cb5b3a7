import { DataTable } from "../display/data-table.js";
import { dependencyOption, type Submitted } from "./submit.js";

/** What was submitted: number, stage, tasks, and what it waits for. */
export function submittedTable(submitted: readonly Submitted[]): DataTable {
  const rows = submitted.map(({ id, job }) => [
    id,
    job.name,
    String(job.tasks.length),
    job.resources.partition ?? "default",
    job.resources.time ?? "default",
    (dependencyOption(job.waitsFor, submitted) ?? "").replace(/(\d+)_0(:\1_\d+)+/g, "$1"),
    job.folder,
  ]);
  return new DataTable(["job", "name", "tasks", "partition", "time limit", "waits for", "folder"], rows);
}
