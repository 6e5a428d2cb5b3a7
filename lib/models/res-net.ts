import type { ModelConfig } from "../config/config.js";
import { tf } from "../engine/tensorflow.js";
import { initialPadding } from "./initial-padding.js";
import { glorotUniform } from "./seeded.js";
import { squeezeExcite } from "./squeeze-excite.js";

type Tensor = tf.SymbolicTensor;

interface Block {
  readonly filters: number;
  readonly strides: number;
  readonly name: string;
  /** The first block of a stack changes the number of channels, so its shortcut is a convolution. */
  readonly first: boolean;
}

/**
 * CTLearn's ResNet (after arXiv:1512.03385) without batch normalisation: stacks of residual blocks, the first block of
 * each stack but the first halves the image; then the mean over the image.
 * @param inputShape `[height, width, channels]`
 * @returns model `[n, height, width, channels]` → `[n, features]`, named `<name>_block`
 */
export function resNet(config: ModelConfig, inputShape: readonly number[], seed: number): tf.LayersModel {
  const options = config.resNet;
  const name = `${options.name}_block`;
  const convolve = (
    x: Tensor,
    layer: string,
    filters: number,
    kernelSize: number,
    more: { strides?: number; activation?: "relu"; padding?: "same" | "valid" } = {},
  ): Tensor =>
    tf.layers
      .conv2d({ filters, kernelSize, ...more, name: layer, kernelInitializer: glorotUniform(seed, layer) })
      .apply(x) as Tensor;
  const join = (shortcut: Tensor, x: Tensor, block: string): Tensor => {
    const weighed = squeezeExcite(x, config.attention, block, seed);
    const sum = tf.layers.add({ name: `${block}_add` }).apply([shortcut, weighed]) as Tensor;
    return tf.layers.reLU({ name: `${block}_out` }).apply(sum) as Tensor;
  };
  const bottleneck = (input: Tensor, { filters, strides, name: block, first }: Block): Tensor => {
    const shortcut = first ? convolve(input, `${block}_0_conv`, 4 * filters, 1, { strides }) : input;
    let x = convolve(input, `${block}_1_conv`, filters, 1, { strides, activation: "relu" });
    x = convolve(x, `${block}_2_conv`, filters, 3, { padding: "same", activation: "relu" });
    return join(shortcut, convolve(x, `${block}_3_conv`, 4 * filters, 1), block);
  };
  const basic = (input: Tensor, { filters, strides, name: block, first }: Block): Tensor => {
    const shortcut = first ? convolve(input, `${block}_0_conv`, filters, 1, { strides }) : input;
    let x = convolve(input, `${block}_1_conv`, filters, 3, { strides, padding: "same", activation: "relu" });
    x = convolve(x, `${block}_2_conv`, filters, 3, { padding: "same", activation: "relu" });
    return join(shortcut, x, block);
  };
  const residual = options.residualBlockType === "bottleneck" ? bottleneck : basic;

  const input = tf.input({ shape: [...inputShape], name: `${name}_input` });
  let x = initialPadding(input, config.initPadding, name);
  if (options.initLayer) {
    const { filters, kernelSize, strides } = options.initLayer;
    x = convolve(x, `${name}_conv1_conv`, filters, kernelSize, { strides });
  }
  if (options.initMaxPool) {
    const { size, strides } = options.initMaxPool;
    const pool = { poolSize: size, strides, name: `${name}_pool1_pool` };
    x = tf.layers.maxPooling2d(pool as Parameters<typeof tf.layers.maxPooling2d>[0]).apply(x) as Tensor;
  }
  for (const [stack, { filters, blocks }] of options.architecture.entries()) {
    for (let block = 1; block <= blocks; block++) {
      const strides = stack > 0 && block === 1 ? 2 : 1;
      x = residual(x, { filters, strides, name: `${name}_conv${stack + 2}_block${block}`, first: block === 1 });
    }
  }
  const pool = tf.layers.globalAveragePooling2d({ name: `${name}_global_avgpool`, dataFormat: "channelsLast" });
  return tf.model({ inputs: input, outputs: pool.apply(x) as Tensor, name });
}
