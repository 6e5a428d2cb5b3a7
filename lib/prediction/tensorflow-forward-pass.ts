import { compilePredictor } from "../engine/compile-predictor.js";
import { outputNames } from "../engine/output-names.js";
import { tf } from "../engine/tensorflow.js";
import { loadModel } from "../models/load-model.js";
import { type ForwardPass, featureOutput } from "./forward-pass.js";
import { noBackbone } from "./onnx-forward-pass.js";

/** The network with the output of its backbone as one more output. @throws {InputError} when it has no backbone */
function withFeatures(network: tf.LayersModel, folder: string): tf.LayersModel {
  const backbone = network.layers.find((layer) => layer.name.endsWith("_block"));
  if (!backbone) throw noBackbone(folder);
  // A nested model has been called twice: when it was made, and in this network.
  const features = backbone.getOutputAt("layers" in backbone ? 1 : 0) as tf.SymbolicTensor;
  return tf.model({ inputs: network.inputs, outputs: [...network.outputs, features], name: network.name });
}

/**
 * Opens a saved network in TensorFlow.
 * @throws {InputError} when its files are missing or damaged
 */
export async function openTensorflowForwardPass(folder: string, features: boolean): Promise<ForwardPass> {
  const network = await loadModel(folder);
  const whole = features ? withFeatures(network, folder) : network;
  const predictor = await compilePredictor(whole);
  const width = (tensor: tf.SymbolicTensor): number => tensor.shape.at(-1) as number;
  const names = outputNames(whole);
  const outputs = network.outputs.map((output, i) => ({ name: names[i]!, width: width(output) }));
  const imageShape = network.inputs[0]!.shape.slice(1) as number[];
  const featureLength = features ? width(whole.outputs.at(-1)!) : null;
  network.dispose();
  return {
    engine: "tensorflow",
    imageShape,
    outputs,
    featureLength,
    async predict(images, size): Promise<Record<string, Float32Array>> {
      const found = predictor.predict(images, size);
      return features ? { ...found, [featureOutput]: found[names.at(-1)!]! } : found;
    },
    close: async () => predictor.dispose(),
  };
}
