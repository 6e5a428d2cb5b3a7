import { join } from "node:path";
import type { Config } from "../config/config.js";
import type { tf } from "../engine/tensorflow.js";
import { ConfigError } from "../errors.js";
import { attachHeads, buildModel } from "./build-model.js";
import { loadCustomModel } from "./custom-model.js";
import { loadModel } from "./load-model.js";
import { type NetworkInput, networkInput } from "./network-input.js";
import { pruneFilters } from "./prune-filters.js";

/** The nested model that makes features of images: the layer whose name ends in `_block`. */
function backboneOf(model: tf.LayersModel, folder: string): tf.LayersModel {
  const found = model.layers.find((layer) => layer.name.endsWith("_block") && "layers" in layer);
  if (!found) {
    throw new ConfigError(`the model in ${folder} has no layer whose name ends in _block`, {
      place: folder,
      remedy: "only models with a backbone can get new heads",
    });
  }
  return found as tf.LayersModel;
}

async function loadedModel(config: Config, inputShape: readonly number[]): Promise<tf.LayersModel> {
  const { loadModelFrom, overwriteHead, trainableBackbone, pruneFilters: share } = config.model;
  if (!loadModelFrom) throw new ConfigError("LoadedModel needs load_model_from", { place: config.file });
  const whole = await loadModel(join(loadModelFrom, "model"));
  const model = share > 0 ? await pruneFilters(whole, share) : whole;
  const backbone = backboneOf(model, loadModelFrom);
  backbone.trainable = trainableBackbone;
  return overwriteHead ? attachHeads(config.model, backbone, inputShape, config.training.seed) : model;
}

/**
 * The network that a configuration asks for: built, loaded from a trained model, or made by a module of the user's own.
 * @param images what it will get: the opened training data, or `[height, width, channels]`; from the configuration when
 *   absent
 * @throws {ConfigError | InputError}
 */
export async function prepareModel(config: Config, images?: readonly number[] | NetworkInput): Promise<tf.LayersModel> {
  const input = networkInput(config, images);
  const { imageShape } = input;
  switch (config.model.type) {
    case "LoadedModel":
      return loadedModel(config, imageShape);
    case "CustomModel":
      return loadCustomModel(config, input);
    default:
      return buildModel(config.model, imageShape, config.training.seed);
  }
}
