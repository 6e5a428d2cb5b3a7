// A small EfficientNet (arXiv:1905.11946): inverted residual blocks with depthwise kernels, attention over the channels and
// batch normalisation.
//
//   prepare_model:
//     model_type: CustomModel
//     CustomModel: { model_filename: models/efficientnet.ts, model_name: efficientNet }
import { type BackboneOptions, tf } from "cherenkit";

const stages = [
  { filters: 16, blocks: 1, expansion: 1, strides: 1, kernelSize: 3 },
  { filters: 24, blocks: 2, expansion: 4, strides: 2, kernelSize: 3 },
  { filters: 48, blocks: 2, expansion: 4, strides: 2, kernelSize: 5 },
  { filters: 96, blocks: 3, expansion: 4, strides: 2, kernelSize: 3 },
];

type Tensor = tf.SymbolicTensor;

/** Images `[n, height, width, channels]` in, features `[n, 256]` out. */
export function efficientNet({ inputShape, seed }: BackboneOptions): tf.LayersModel {
  let layers = 0;
  const initializer = (): ReturnType<typeof tf.initializers.heNormal> =>
    tf.initializers.heNormal({ seed: seed + ++layers });
  const apply = (layer: tf.layers.Layer, x: Tensor): Tensor => layer.apply(x) as Tensor;
  const swish = (x: Tensor): Tensor => apply(tf.layers.activation({ activation: "swish" as "relu" }), x);
  const normal = (x: Tensor): Tensor => apply(tf.layers.batchNormalization({ momentum: 0.9 }), x);
  const convolve = (x: Tensor, filters: number, kernelSize: number, strides = 1): Tensor => {
    const options = { filters, kernelSize, strides, padding: "same", useBias: false } as const;
    return normal(apply(tf.layers.conv2d({ ...options, kernelInitializer: initializer() }), x));
  };
  const attend = (x: Tensor, reduced: number): Tensor => {
    const channels = x.shape[3]!;
    const dense = (units: number, activation: "relu" | "sigmoid"): tf.layers.Layer =>
      tf.layers.dense({ units, activation, kernelInitializer: initializer() });
    const pooled = apply(tf.layers.globalAveragePooling2d({}), x);
    const weights = apply(dense(channels, "sigmoid"), apply(dense(reduced, "relu"), pooled));
    const shaped = apply(tf.layers.reshape({ targetShape: [1, 1, channels] }), weights);
    return tf.layers.multiply().apply([x, shaped]) as Tensor;
  };

  const input = tf.input({ shape: [...inputShape] });
  let x = swish(convolve(input, 16, 3, 2));
  for (const { filters, blocks, expansion, strides, kernelSize } of stages) {
    for (let b = 0; b < blocks; b++) {
      const step = b === 0 ? strides : 1;
      const channels = x.shape[3]!;
      let y = expansion > 1 ? swish(convolve(x, expansion * channels, 1)) : x;
      const depthwise = { kernelSize, strides: step, padding: "same", useBias: false } as const;
      y = apply(tf.layers.depthwiseConv2d({ ...depthwise, depthwiseInitializer: initializer() }), y);
      y = attend(swish(normal(y)), Math.max(4, channels >> 2));
      y = convolve(y, filters, 1);
      x = step === 1 && channels === filters ? (tf.layers.add().apply([x, y]) as Tensor) : y;
    }
  }
  const features = apply(tf.layers.globalAveragePooling2d({}), swish(convolve(x, 256, 1)));
  return tf.model({ inputs: input, outputs: features, name: "EfficientNet_block" });
}
