// A network of your own. Copy this file, change it, and name it in the configuration:
//
//   prepare_model:
//     model_type: CustomModel
//     CustomModel: { model_filename: models/my_model.ts, model_name: myBackbone }
//
// Build the part that turns images into features; cherenkit adds a head for each task, trains, predicts and reports it
// like any other network. Layers are those of TensorFlow.js, which are those of Keras.
import { type BackboneOptions, tf } from "cherenkit";

/** Images `[n, height, width, channels]` in, features `[n, features]` out; the name must end in `_block`. */
export function myBackbone({ inputShape, seed }: BackboneOptions): tf.LayersModel {
  const input = tf.input({ shape: [...inputShape] });
  let x = input;
  for (const filters of [16, 32, 64]) {
    // One seed, one network: the same configuration gives the same first weights.
    const kernelInitializer = tf.initializers.glorotUniform({ seed: seed + filters });
    const convolution = { filters, kernelSize: 3, padding: "same", activation: "relu", kernelInitializer } as const;
    x = tf.layers.conv2d(convolution).apply(x) as tf.SymbolicTensor;
    x = tf.layers.maxPooling2d({ poolSize: 2 }).apply(x) as tf.SymbolicTensor;
  }
  const features = tf.layers.globalAveragePooling2d({}).apply(x) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: features, name: "MyModel_block" });
}
