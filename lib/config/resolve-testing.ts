import { join, sep } from "node:path";
import type { FileSelection, TestingConfig } from "./config.js";
import { ctlearnTrainingDefaults } from "./defaults.js";
import { asList, type Places } from "./places.js";
import { absolutePath } from "./project-root.js";
import type { ConfigFile } from "./schema.js";
import type { Task } from "./task.js";

/** The particles a task is tried on, in the former system's folders below `data_path`. */
const testParticles: Readonly<Record<Task, readonly string[]>> = {
  type: ["gammas_diffuse", "protons_diffuse"],
  energy: ["gammas_point"],
  cameradirection: ["gammas_point"],
  skydirection: ["gammas_point"],
};

/** A file or pattern as a selection: the folder up to the first part with a wildcard, and the rest as pattern. */
function selectionOf(pattern: string, root: string): FileSelection {
  const parts = absolutePath(pattern, root).split(sep);
  const wild = parts.findIndex((part) => /[*?[\]{}!]/.test(part));
  const end = wild < 0 ? parts.length - 1 : wild;
  return { folder: parts.slice(0, end).join(sep) || sep, patterns: [parts.slice(end).join("/")] };
}

/** Which files the trained network is tried on; null when the file has no `testing_model`. */
export function resolveTesting(file: ConfigFile, task: Task, root: string, places: Places): TestingConfig | null {
  const section = file.testing_model;
  if (!section) return null;
  const { data_path: dataPath, files } = section;
  const tool = section.PredictCTLearnModel;
  const [index, of] = (section.shard ?? "1/1").split("/").map(Number) as [number, number];
  if (index < 1 || index > of) places.problem(["testing_model", "shard"], `there is no share ${index} of ${of}`);
  const rest = {
    batchSize: tool?.batch_size ?? ctlearnTrainingDefaults.batchSize,
    prefix: tool?.prefix ?? null,
    engine: tool?.engine ?? "auto",
    weights: tool?.weights ?? "none",
    directions: tool?.directions ?? "auto",
    ...(section.shard === undefined ? {} : { shard: { index, of } }),
  };
  if (dataPath && files) {
    places.contradiction(["testing_model", "data_path"], ["testing_model", "files"], "give one of the two");
  }
  if (files) {
    const selections = Object.entries(files).flatMap(([particle, patterns]) =>
      asList(patterns).map((pattern) => ({ particle, selection: selectionOf(pattern, root) })),
    );
    return { ...rest, files: selections };
  }
  if (!dataPath) {
    places.problem(["testing_model"], "no test files: set data_path, or files");
    return { ...rest, files: [] };
  }
  return {
    ...rest,
    files: testParticles[task].map((particle) => ({
      particle,
      selection: { folder: join(absolutePath(dataPath, root), particle, "test"), patterns: ["*.h5"] },
    })),
  };
}
