import { basename, dirname, extname, join } from "node:path";
import type { Config } from "./config.js";
import { Places, train } from "./places.js";
import { absolutePath, projectRoot } from "./project-root.js";
import { resolveModel } from "./resolve-model.js";
import { resolveReader } from "./resolve-reader.js";
import { resolveTasks } from "./resolve-tasks.js";
import { resolveTesting } from "./resolve-testing.js";
import { resolveTraining } from "./resolve-training.js";
import type { ConfigFile } from "./schema.js";
import { tasks } from "./task.js";
import { isSet, type Problem, type YamlSource } from "./yaml-source.js";

/** Fills in defaults and derived values; keys that cannot both be right are added to `problems`. */
export function resolveConfig(path: string, file: ConfigFile, source: YamlSource, problems: Problem[]): Config {
  const places = new Places(source, problems);
  const root = projectRoot(path);
  const taskList = resolveTasks(file, places);
  const task = taskList[0]!;
  const stem = basename(path, extname(path));
  const outputDir = file.training_model.TrainCTLearnModel.output_dir ?? join("models", task, stem);
  const modelFolder = absolutePath(outputDir, root);
  const parent = basename(dirname(modelFolder));
  if ((tasks as readonly string[]).includes(parent) && parent !== task) {
    places.contradiction(
      [...train, "output_dir"],
      isSet(source, ["prepare_model", "tasks"]) ? ["prepare_model", "tasks"] : [...train, "reco_tasks"],
      `a folder of models for ${parent} here, the task ${task} there`,
    );
  }
  return {
    file: path,
    task,
    name: basename(modelFolder),
    modelFolder,
    reader: resolveReader(file, taskList, places),
    model: resolveModel(file, taskList, root, places),
    training: resolveTraining(file, task, root, places),
    testing: resolveTesting(file, task, root, places),
  };
}
