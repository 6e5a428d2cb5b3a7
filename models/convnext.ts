// A ConvNeXt (arXiv:2201.03545) of the size of a camera image: large depthwise kernels, layer normalisation, few activations.
//
//   prepare_model:
//     model_type: CustomModel
//     CustomModel: { model_filename: models/convnext.ts, model_name: convNext }
//
// Unlike the original it normalises inside its blocks only, so that the brightness of an image is kept: it tells the energy.
// Meant for `optimizer: { name: AdamW }` with `warmup_epochs` and `schedule: cosine`, and `augmentation: symmetry`.
import { type BackboneOptions, tf } from "cherenkit";

const stages = [
  { filters: 24, blocks: 1 },
  { filters: 48, blocks: 2 },
  { filters: 96, blocks: 2 },
];

/** Images `[n, height, width, channels]` in, features `[n, 96]` out. */
export function convNext({ inputShape, seed }: BackboneOptions): tf.LayersModel {
  let layers = 0;
  const kernel = (): { kernelInitializer: ReturnType<typeof tf.initializers.truncatedNormal> } => {
    layers++;
    return { kernelInitializer: tf.initializers.truncatedNormal({ stddev: 0.02, seed: seed + layers }) };
  };
  const apply = (layer: tf.layers.Layer, x: tf.SymbolicTensor): tf.SymbolicTensor =>
    layer.apply(x) as tf.SymbolicTensor;
  const normal = (x: tf.SymbolicTensor): tf.SymbolicTensor => apply(tf.layers.layerNormalization({ epsilon: 1e-6 }), x);
  const block = (x: tf.SymbolicTensor, filters: number): tf.SymbolicTensor => {
    const depthwiseInitializer = tf.initializers.truncatedNormal({ stddev: 0.1, seed: seed + ++layers });
    let y = apply(tf.layers.depthwiseConv2d({ kernelSize: 7, padding: "same", depthwiseInitializer }), x);
    y = normal(y);
    y = apply(tf.layers.conv2d({ filters: 4 * filters, kernelSize: 1, activation: "gelu" as "relu", ...kernel() }), y);
    y = apply(tf.layers.conv2d({ filters, kernelSize: 1, ...kernel() }), y);
    return tf.layers.add().apply([x, y]) as tf.SymbolicTensor;
  };
  const glorot = (): { kernelInitializer: ReturnType<typeof tf.initializers.glorotUniform> } => {
    layers++;
    return { kernelInitializer: tf.initializers.glorotUniform({ seed: seed + layers }) };
  };
  const input = tf.input({ shape: [...inputShape] });
  const stem = { filters: stages[0]!.filters, kernelSize: 3, padding: "same", activation: "relu" } as const;
  let x = apply(tf.layers.conv2d({ ...stem, strides: 2, ...glorot() }), input);
  for (const [i, { filters, blocks }] of stages.entries()) {
    if (i > 0) x = apply(tf.layers.conv2d({ filters, kernelSize: 2, strides: 2, ...glorot() }), x);
    for (let b = 0; b < blocks; b++) x = block(x, filters);
  }
  return tf.model({ inputs: input, outputs: apply(tf.layers.globalAveragePooling2d({}), x), name: "ConvNeXt_block" });
}
