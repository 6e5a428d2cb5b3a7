import type { Task } from "../config/task.js";
import { InputError } from "../errors.js";
import type { Hdf5File } from "../hdf5/hdf5-file.js";

export type Level = "telescope" | "subarray";

/** Groups of a DL2 file that hold a task's predictions: ctapipe's name first, then names of earlier versions. */
const groups: Readonly<Record<Task, readonly string[]>> = {
  type: ["particle_type", "classification"],
  energy: ["energy"],
  cameradirection: ["geometry"],
  skydirection: ["geometry"],
};

/** The task whose predictions a group holds, as a reader may name it. */
const quantities: Readonly<Record<string, string>> = {
  particle_type: "type",
  classification: "type",
  energy: "energy",
  geometry: "direction",
};

/** Predictions of one algorithm in a file. */
export interface Dl2Algorithm {
  /** Name of the algorithm, which begins the names of its columns. */
  readonly prefix: string;
  /** One path a telescope, or the one of the array. */
  readonly tables: readonly string[];
}

interface Candidate {
  readonly path: string;
  readonly prefix: string;
}

function candidates(file: Hdf5File, level: Level, names: readonly string[]): Candidate[] {
  return names.flatMap((group) => {
    const path = `/dl2/event/${level}/${group}`;
    return file.children(path).map((prefix) => ({ path: `${path}/${prefix}`, prefix }));
  });
}

/** Everything that a file reconstructs, for an error message. */
function contents(file: Hdf5File): string {
  const found = (["telescope", "subarray"] as const).flatMap((level) =>
    file
      .children(`/dl2/event/${level}`)
      .filter((group) => quantities[group])
      .flatMap((group) =>
        file.children(`/dl2/event/${level}/${group}`).map((prefix) => `${quantities[group]} by ${prefix} (${level})`),
      ),
  );
  return found.length > 0 ? `it has ${found.join(", ")}` : "it has no predictions at all";
}

/** Of several algorithms the one that CTLearn or this program wrote for the task, if that is only one. */
function preferred(found: readonly Candidate[], task: Task): Candidate | undefined {
  const own = found.filter(({ prefix }) => prefix.startsWith("CTLearn"));
  const words: Partial<Record<Task, RegExp>> = { cameradirection: /camera/i, skydirection: /sky/i };
  const fitting = words[task] ? own.filter(({ prefix }) => words[task]!.test(prefix)) : own;
  return own.length === 1 ? own[0] : fitting.length === 1 ? fitting[0] : undefined;
}

/**
 * Finds the predictions of a task in a DL2 file, whoever wrote it.
 * @param wanted name of the algorithm, needed only where a file has several
 * @throws {InputError} when there are none, or several to choose from
 */
export function findAlgorithm(file: Hdf5File, task: Task, level: Level, wanted?: string): Dl2Algorithm {
  const all = candidates(file, level, groups[task]);
  const found = wanted ? all.filter(({ prefix }) => prefix === wanted) : all;
  if (found.length === 0) {
    const what = wanted ? `${task} by ${wanted}` : task;
    throw new InputError(`${file.path} has no predictions of ${what} at ${level} level: ${contents(file)}`, {
      place: `${file.path}:/dl2/event/${level}`,
      remedy: "give DL2 files of this task and level (cherenkit inspect says what is in a file)",
    });
  }
  const chosen = found.length === 1 ? found[0] : preferred(found, task);
  if (!chosen) {
    const names = found.map(({ prefix }) => prefix).join(", ");
    throw new InputError(`${file.path} has predictions of ${task} by several algorithms: ${names}`, {
      place: `${file.path}:/dl2/event/${level}`,
      remedy: "choose one by its name (--prefix NAME)",
    });
  }
  const { path, prefix } = chosen;
  const tables = level === "telescope" ? file.children(path).map((name) => `${path}/${name}`) : [path];
  return { prefix, tables: tables.filter((table) => file.kind(table) === "table") };
}
