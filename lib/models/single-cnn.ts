import type { ModelConfig } from "../config/config.js";
import { tf } from "../engine/tensorflow.js";
import { initialPadding } from "./initial-padding.js";
import { glorotUniform } from "./seeded.js";
import { squeezeExcite } from "./squeeze-excite.js";

/**
 * CTLearn's SingleCNN: convolutions with pooling between them, then the mean over the image.
 * @param inputShape `[height, width, channels]`
 * @returns model `[n, height, width, channels]` → `[n, filters of the last convolution]`, named `<name>_block`
 */
export function singleCnn(config: ModelConfig, inputShape: readonly number[], seed: number): tf.LayersModel {
  const options = config.singleCnn;
  const name = `${options.name}_block`;
  let normalisations = 0;
  const normalise = (x: tf.SymbolicTensor): tf.SymbolicTensor => {
    if (!options.batchNormalization) return x;
    normalisations++;
    const layer = `${name}_batchnorm_${normalisations}`;
    const momentum = options.batchNormalizationMomentum;
    return tf.layers.batchNormalization({ momentum, name: layer }).apply(x) as tf.SymbolicTensor;
  };
  const convolve = (x: tf.SymbolicTensor, filters: number, kernelSize: number, layer: string): tf.SymbolicTensor =>
    tf.layers
      .conv2d({
        filters,
        kernelSize,
        padding: "same",
        activation: "relu",
        name: layer,
        kernelInitializer: glorotUniform(seed, layer),
      })
      .apply(x) as tf.SymbolicTensor;
  const input = tf.input({ shape: [...inputShape], name: `${name}_input` });
  let x = normalise(initialPadding(input, config.initPadding, name));
  for (const [i, { filters, kernelSize, number }] of options.architecture.entries()) {
    for (let k = 1; k <= number; k++) x = convolve(x, filters, kernelSize, `${name}_conv_${i + 1}_${k}`);
    if (options.poolingType) {
      const pooling = { poolSize: options.poolingSize, strides: options.poolingStrides, name: `${name}_pool_${i + 1}` };
      const layer =
        options.poolingType === "max"
          ? tf.layers.maxPooling2d(pooling as Parameters<typeof tf.layers.maxPooling2d>[0])
          : tf.layers.averagePooling2d(pooling as Parameters<typeof tf.layers.averagePooling2d>[0]);
      x = layer.apply(x) as tf.SymbolicTensor;
    }
    x = normalise(x);
  }
  if (options.bottleneckFilters) x = normalise(convolve(x, options.bottleneckFilters, 1, `${name}_bottleneck`));
  x = squeezeExcite(x, config.attention, name, seed);
  const pool = tf.layers.globalAveragePooling2d({ name: `${name}_global_avgpool`, dataFormat: "channelsLast" });
  return tf.model({ inputs: input, outputs: pool.apply(x) as tf.SymbolicTensor, name });
}
