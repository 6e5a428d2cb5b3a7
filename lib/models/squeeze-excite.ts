import type { ModelConfig } from "../config/config.js";
import { tf } from "../engine/tensorflow.js";
import { ConfigError } from "../errors.js";
import { glorotUniform } from "./seeded.js";

type Tensor = tf.SymbolicTensor;

/** Weighs each channel by what the whole image says of it (arXiv:1709.01507): `[n, h, w, c]` → the same. */
function channelSqueezeExcite(x: Tensor, ratio: number, name: string, seed: number): Tensor {
  const channels = x.shape.at(-1)!;
  if (channels < ratio) {
    throw new ConfigError(`attention over ${channels} channels is impossible with a reduction ratio of ${ratio}`, {
      place: "CTLearnModel.attention_reduction_ratio",
      remedy: `set attention_reduction_ratio to ${channels} or less, or attention_mechanism: null`,
    });
  }
  const dense = (units: number, activation: "relu" | "sigmoid", layer: string): tf.layers.Layer =>
    tf.layers.dense({ units, activation, name: layer, kernelInitializer: glorotUniform(seed, layer) });
  const pooled = tf.layers.globalAveragePooling2d({ name: `${name}_avgpool`, dataFormat: "channelsLast" }).apply(x);
  const squeezed = dense(Math.floor(channels / ratio), "relu", `${name}_1_dense`).apply(pooled as Tensor);
  const excited = dense(channels, "sigmoid", `${name}_2_dense`).apply(squeezed as Tensor);
  const shaped = tf.layers.reshape({ targetShape: [1, 1, channels], name: `${name}_reshape` }).apply(excited as Tensor);
  return tf.layers.multiply({ name: `${name}_mult` }).apply([x, shaped as Tensor]) as Tensor;
}

/** Weighs each place of the image by what all channels say of it (arXiv:1803.02579): `[n, h, w, c]` → the same. */
function spatialSqueezeExcite(x: Tensor, name: string, seed: number): Tensor {
  const layer = `${name}_spatial_conv`;
  const weights = tf.layers
    .conv2d({
      filters: 1,
      kernelSize: 1,
      activation: "sigmoid",
      name: layer,
      kernelInitializer: glorotUniform(seed, layer),
    })
    .apply(x);
  return tf.layers.multiply({ name: `${name}_mult` }).apply([x, weights as Tensor]) as Tensor;
}

/**
 * Squeeze-and-excitation as in CTLearn, with its layer names; `Dual-SE` is the sum of both kinds.
 * @param x `[n, h, w, c]`
 */
export function squeezeExcite(x: Tensor, attention: ModelConfig["attention"], name: string, seed: number): Tensor {
  if (!attention) return x;
  const { mechanism, reductionRatio } = attention;
  if (mechanism === "Channel-SE") return channelSqueezeExcite(x, reductionRatio, `${name}_cse`, seed);
  if (mechanism === "Spatial-SE") return spatialSqueezeExcite(x, `${name}_sse`, seed);
  const channel = channelSqueezeExcite(x, reductionRatio, `${name}_dse_cse`, seed);
  const spatial = spatialSqueezeExcite(x, `${name}_dse_sse`, seed);
  return tf.layers.add({ name: `${name}_dse_add` }).apply([channel, spatial]) as Tensor;
}
