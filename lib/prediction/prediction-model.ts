import { basename, resolve } from "node:path";
import { type ModelCard, readModelCard } from "../config/model-card.js";
import { modelFolder } from "../config/model-folder.js";
import { type Task, taskOutputs } from "../config/task.js";
import { compilePredictor } from "../engine/compile-predictor.js";
import { tf } from "../engine/tensorflow.js";
import { ConfigError, InputError } from "../errors.js";
import { loadModel } from "../models/load-model.js";

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
  /** @param images `[size, height, width, channels]` */
  predict(images: Float32Array, size: number): Answers;
  dispose(): void;
}

/** The network with the output of its backbone as one more output. @throws {InputError} when it has no backbone */
function withFeatures(network: tf.LayersModel, folder: string): tf.LayersModel {
  const backbone = network.layers.find((layer) => layer.name.endsWith("_block"));
  if (!backbone) {
    throw new InputError(`the network in ${folder} has no layer whose name ends in _block`, {
      place: folder,
      remedy: "feature vectors are the output of such a backbone: predict without them",
    });
  }
  // A nested model has been called twice: when it was made, and in this network.
  const features = backbone.getOutputAt("layers" in backbone ? 1 : 0) as tf.SymbolicTensor;
  return tf.model({ inputs: network.inputs, outputs: [...network.outputs, features], name: network.name });
}

/**
 * Loads the finished model of a folder `models/<task>/<name>`.
 * @param features give the feature vectors too
 * @throws {InputError} when there is none, it is damaged, or network and card do not belong together
 */
export async function openPredictionModel(folder: string, features = false): Promise<PredictionModel> {
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
  const whole = features ? withFeatures(network, files.path) : network;
  const predictor = await compilePredictor(whole);
  const { outputNames } = whole;
  const featureLength = features ? (whole.outputs.at(-1)!.shape.at(-1) as number) : null;
  network.dispose();
  return {
    folder: files.path,
    name: basename(files.path),
    card,
    tasks,
    featureLength,
    predict(images, size): Answers {
      const outputs = predictor.predict(images, size);
      return {
        outputs: new Map(tasks.map((task, i) => [task, outputs[outputNames[i]!]!])),
        features: features ? outputs[outputNames.at(-1)!]! : null,
      };
    },
    dispose: () => predictor.dispose(),
  };
}

/**
 * Loads one to four models that reconstruct different things.
 * @throws {ConfigError} when none is given or two have the same task
 * @throws {InputError} when one cannot be loaded
 */
export async function openPredictionModels(folders: readonly string[], features = false): Promise<PredictionModel[]> {
  if (folders.length === 0) {
    throw new ConfigError("no model is given", { remedy: "name at least one folder models/<task>/<name>" });
  }
  const models: PredictionModel[] = [];
  try {
    for (const folder of folders) {
      const model = await openPredictionModel(folder, features);
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
