import { asList, type Places, train } from "./places.js";
import type { ConfigFile } from "./schema.js";
import { type Task, tasks } from "./task.js";

/** The tasks of a file; `prepare_model.tasks` and `reco_tasks` must agree. */
export function resolveTasks(file: ConfigFile, places: Places): readonly Task[] {
  const prepared = file.prepare_model?.tasks;
  const trained = file.training_model.TrainCTLearnModel.reco_tasks;
  const chosen = places.agree<readonly Task[]>([
    [["prepare_model", "tasks"], prepared === undefined ? undefined : asList(prepared)],
    [[...train, "reco_tasks"], trained === undefined ? undefined : asList(trained)],
  ]);
  if (!chosen) {
    places.problem(train, `no task: set prepare_model.tasks to one of ${tasks.join(", ")}`);
    return ["energy"];
  }
  if (new Set(chosen).size < chosen.length) places.problem(["prepare_model", "tasks"], "a task is named twice");
  return chosen;
}
