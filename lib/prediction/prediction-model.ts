import { basename, resolve } from "node:path";
import { type ModelCard, readModelCard } from "../config/model-card.js";
import { modelFolder } from "../config/model-folder.js";
import { type Task, taskOutputs } from "../config/task.js";
import { compilePredictor } from "../engine/compile-predictor.js";
import { ConfigError, InputError } from "../errors.js";
import { loadModel } from "../models/load-model.js";

/** A trained network with its card, ready to predict. */
export interface PredictionModel {
  readonly folder: string;
  readonly name: string;
  readonly card: ModelCard;
  readonly tasks: readonly Task[];
  /**
   * What the network answers, `[size, outputs of the task]` by task.
   * @param images `[size, height, width, channels]`
   */
  predict(images: Float32Array, size: number): ReadonlyMap<Task, Float32Array>;
  dispose(): void;
}

/**
 * Loads the finished model of a folder `models/<task>/<name>`.
 * @throws {InputError} when there is none, it is damaged, or network and card do not belong together
 */
export async function openPredictionModel(folder: string): Promise<PredictionModel> {
  const files = modelFolder(resolve(folder));
  const card = await readModelCard(files.card);
  const network = await loadModel(files.model);
  const { tasks } = card;
  const shape = network.inputs[0]!.shape.slice(1);
  const widths = network.outputs.map((output) => output.shape[1]);
  if (shape.join() !== card.inputShape.join() || widths.join() !== tasks.map((task) => taskOutputs[task]).join()) {
    const network = `takes images of ${shape.join("×")} and has outputs of ${widths.join(", ")}`;
    throw new InputError(
      `the network in ${files.path} ${network}, its card says ${card.inputShape.join("×")}, ${tasks}`,
      {
        place: files.card,
        remedy: "copy the model folder again, or train anew",
      },
    );
  }
  const predictor = await compilePredictor(network);
  const { outputNames } = network;
  network.dispose();
  return {
    folder: files.path,
    name: basename(files.path),
    card,
    tasks,
    predict(images, size): ReadonlyMap<Task, Float32Array> {
      const outputs = predictor.predict(images, size);
      return new Map(tasks.map((task, i) => [task, outputs[outputNames[i]!]!]));
    },
    dispose: () => predictor.dispose(),
  };
}

/**
 * Loads one to four models that reconstruct different things.
 * @throws {ConfigError} when none is given or two have the same task
 * @throws {InputError} when one cannot be loaded
 */
export async function openPredictionModels(folders: readonly string[]): Promise<PredictionModel[]> {
  if (folders.length === 0) {
    throw new ConfigError("no model is given", { remedy: "name at least one folder models/<task>/<name>" });
  }
  const models: PredictionModel[] = [];
  try {
    for (const folder of folders) {
      const model = await openPredictionModel(folder);
      models.push(model);
      for (const task of model.tasks) {
        const other = models.find((one) => one !== model && one.tasks.includes(task));
        if (!other) continue;
        throw new ConfigError(`${other.folder} and ${model.folder} both reconstruct ${task}`, {
          place: task,
          remedy: "give one model a task; predict with the other into another folder",
        });
      }
    }
  } catch (error) {
    for (const model of models) model.dispose();
    throw error;
  }
  return models;
}
