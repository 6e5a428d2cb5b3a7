import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CherenkitError } from "../errors.js";
import { makeTemporaryFolder } from "../files/temporary-folder.js";
import { FrozenWeights } from "./frozen-weights.js";
import { Graph } from "./graph.js";
import { lowerModel } from "./lower-model.js";
import { outOfMemory } from "./out-of-memory.js";
import { outputNames } from "./output-names.js";
import { encodeSavedModel } from "./saved-model.js";
import { tf } from "./tensorflow.js";
import { inputShape } from "./training-graph.js";

/** The forward pass of a network and nothing else. */
export interface Predictor {
  /**
   * Outputs of the network by name, `[size, k]`.
   * @param images `[size, height, width, channels]`; may lie in shared memory, not looked at after the call
   */
  predict(images: Float32Array, size: number): Record<string, Float32Array>;
  dispose(): void;
}

function predictionGraph(model: tf.LayersModel): Uint8Array {
  const graph = new Graph();
  const images = graph.placeholder("images", inputShape(model));
  const options = { training: false, step: graph.floats(0), seed: 0 };
  const { outputs } = lowerModel(graph, new FrozenWeights(graph), model, images, options);
  const named = outputs.map((output, i) => [`output_${i}`, graph.identity(output, `predicted_${i}`)] as const);
  return encodeSavedModel(graph, { predict: { inputs: { images }, outputs: Object.fromEntries(named) } }, null);
}

function predicted(session: Awaited<ReturnType<typeof tf.node.loadSavedModel>>, input: tf.Tensor): tf.NamedTensorMap {
  try {
    return session.predict({ images: input }) as tf.NamedTensorMap;
  } catch (cause) {
    throw outOfMemory(cause, input.shape[0]) ?? cause;
  } finally {
    input.dispose();
  }
}

/**
 * Turns a LayersModel with its present weights into one TensorFlow graph of the forward pass. `dispose` frees it.
 * @throws {CherenkitError} for a layer without a lowering
 */
export async function compilePredictor(model: tf.LayersModel): Promise<Predictor> {
  const savedModel = predictionGraph(model);
  // A session is shared by path, so each predictor needs a folder of its own.
  const folder = await makeTemporaryFolder("cherenkit-predictor-");
  try {
    await writeFile(join(folder, "saved_model.pb"), savedModel);
    const session = await tf.node.loadSavedModel(folder, ["serve"], "predict");
    const shape = inputShape(model).slice(1);
    const names = outputNames(model);
    return {
      predict(images, size): Record<string, Float32Array> {
        const input = tf.tensor(images, [size, ...shape], "float32");
        const outputs = predicted(session, input);
        return Object.fromEntries(
          names.map((name, i) => {
            const tensor = outputs[`output_${i}`]!;
            const values = tensor.dataSync<"float32">() as Float32Array;
            tensor.dispose();
            return [name, values];
          }),
        );
      },
      dispose(): void {
        session.dispose();
      },
    };
  } catch (cause) {
    throw new CherenkitError(`TensorFlow refuses the graph of ${model.name}: ${(cause as Error).message}`, { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
