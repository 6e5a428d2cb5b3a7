import type { Task } from "../config/task.js";
import { InputError } from "../errors.js";
import { openEventFile } from "../events/event-file.js";
import { findAlgorithm, type Level } from "./dl2-algorithm.js";
import type { PredictionRows } from "./predictions.js";

/**
 * The files that hold predictions of a task.
 * @throws {InputError} when none does
 */
export async function filesOfTask(files: readonly string[], task: Task, level: Level): Promise<string[]> {
  const found: string[] = [];
  for (const path of files) {
    const file = await openEventFile(path);
    try {
      findAlgorithm(file.hdf5, task, level);
      found.push(path);
    } catch (error) {
      // one file alone tells best what it has instead
      if (!(error instanceof InputError) || files.length === 1) throw error;
    } finally {
      file.close();
    }
  }
  if (found.length > 0) return found;
  throw new InputError(`none of the ${files.length} files has predictions of ${task} at ${level} level`, {
    place: files.join(", "),
    remedy: "give DL2 files that hold type, energy and direction, together or each in a file of its own",
  });
}

/** The files of each kind of particle; a file that has several belongs to each. */
export function filesOfParticles(rows: PredictionRows): Map<number, string[]> {
  const found = new Map<number, Set<number>>();
  for (let row = 0; row < rows.rows; row++) {
    const particle = rows.trueParticle[row]!;
    const files = found.get(particle) ?? new Set<number>();
    found.set(particle, files.add(rows.fileIndex[row]!));
  }
  return new Map(Array.from(found, ([particle, files]) => [particle, Array.from(files, (file) => rows.files[file]!)]));
}
