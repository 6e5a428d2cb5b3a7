import { basename, resolve } from "node:path";
import { type ModelCard, readModelCard } from "../config/model-card.js";
import { modelFolder } from "../config/model-folder.js";
import { type Task, taskOutputs } from "../config/task.js";
import { ConfigError, InputError } from "../errors.js";
import type { Engine } from "./engine.js";
import { featureOutput } from "./forward-pass.js";
import { type OpenOptions, openForwardPass } from "./open-forward-pass.js";

/** What a network answers for some images. */
export interface Answers {
  /** `[size, outputs of the task]` by task. */
  readonly outputs: ReadonlyMap<Task, Float32Array>;
  /** `[size, featureLength]`, when asked for. */
  readonly features: Float32Array | null;
}

/** A trained network with its card, ready to predict. */
export interface PredictionModel {
  readonly folder: string;
  readonly name: string;
  readonly card: ModelCard;
  readonly tasks: readonly Task[];
  /** Length of the feature vectors that the heads look at; null when they were not asked for. */
  readonly featureLength: number | null;
  /** What computes it. */
  readonly engine: Engine;
  /** @param images `[size, height, width, channels]`; not looked at after the promise is kept */
  predict(images: Float32Array, size: number): Promise<Answers>;
  close(): Promise<void>;
}

/**
 * Loads the finished model of a folder `models/<task>/<name>`.
 * @throws {InputError} when there is none, it is damaged, or network and card do not belong together
 * @throws {ConfigError} when onnxruntime was asked for and cannot compute the network
 */
export async function openPredictionModel(folder: string, options: OpenOptions = {}): Promise<PredictionModel> {
  const files = modelFolder(resolve(folder));
  const card = await readModelCard(files.card);
  const forward = await openForwardPass(files.model, options);
  const { tasks } = card;
  const { imageShape, outputs, featureLength } = forward;
  const widths = outputs.map(({ width }) => width);
  if (imageShape.join() !== card.inputShape.join() || widths.join() !== tasks.map((task) => taskOutputs[task]).join()) {
    await forward.close();
    const network = `takes images of ${imageShape.join("×")} and has outputs of ${widths.join(", ")}`;
    throw new InputError(
      `the network in ${files.path} ${network}, its card says ${card.inputShape.join("×")}, ${tasks}`,
      {
        place: files.card,
        remedy: "copy the model folder again, or train anew",
      },
    );
  }
  return {
    folder: files.path,
    name: basename(files.path),
    card,
    tasks,
    engine: forward.engine,
    featureLength,
    async predict(images, size): Promise<Answers> {
      const answers = await forward.predict(images, size);
      return {
        outputs: new Map(tasks.map((task, i) => [task, answers[outputs[i]!.name]!])),
        features: featureLength === null ? null : answers[featureOutput]!,
      };
    },
    close: forward.close,
  };
}

/**
 * Loads one to four models that reconstruct different things.
 * @throws {ConfigError} when none is given or two have the same task
 * @throws {InputError} when one cannot be loaded
 */
export async function openPredictionModels(
  folders: readonly string[],
  options: OpenOptions = {},
): Promise<PredictionModel[]> {
  if (folders.length === 0) {
    throw new ConfigError("no model is given", { remedy: "name at least one folder models/<task>/<name>" });
  }
  const models: PredictionModel[] = [];
  try {
    for (const folder of folders) {
      const model = await openPredictionModel(folder, options);
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
    for (const model of models) await model.close();
    throw error;
  }
  return models;
}
