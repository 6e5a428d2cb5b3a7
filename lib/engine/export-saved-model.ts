import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { OutputError } from "../errors.js";
import { writeFolderAtomically } from "../files/write-folder-atomically.js";
import { FrozenWeights } from "./frozen-weights.js";
import { Graph } from "./graph.js";
import { lowerModel } from "./lower-model.js";
import { outputNames } from "./output-names.js";
import { encodeSavedModel } from "./saved-model.js";
import type { tf } from "./tensorflow.js";
import { inputShape } from "./training-graph.js";

/** The forward pass with its weights, as the content of saved_model.pb. */
function servingGraph(model: tf.LayersModel): Uint8Array {
  const graph = new Graph();
  const images = graph.placeholder("images", inputShape(model));
  const options = { training: false, step: graph.floats(0), seed: 0 };
  const { outputs } = lowerModel(graph, new FrozenWeights(graph), model, images, options);
  const names = outputNames(model);
  const named = outputs.map((output, i) => [names[i]!, graph.identity(output, `output/${names[i]}`)] as const);
  return encodeSavedModel(graph, { serving_default: { inputs: { images }, outputs: Object.fromEntries(named) } }, null);
}

/**
 * Writes a network as a TensorFlow SavedModel that predicts: `tf.saved_model.load(folder)` in Python, then
 * `signatures["serving_default"](images=…)` with images `[n, height, width, channels]`. A SavedModel of that name is replaced.
 * @throws {CherenkitError} for layers that the engine does not know
 * @throws {OutputError}
 */
export async function exportSavedModel(model: tf.LayersModel, folder: string): Promise<void> {
  if (existsSync(folder) && !existsSync(join(folder, "saved_model.pb"))) {
    throw new OutputError(`${folder} is there and is no SavedModel, so it is not replaced`, {
      place: folder,
      remedy: "name a folder that is not there yet",
    });
  }
  const content = servingGraph(model);
  await writeFolderAtomically(folder, (temporary) => writeFile(join(temporary, "saved_model.pb"), content));
}
