// A residual network for the hexagonal grid of the camera: each convolution sees a pixel and its six neighbours, and halving
// the image gives a hexagonal grid again. Nothing is interpolated: AxialMapper puts each pixel into one cell, and cells
// without a pixel count as zero.
//
//   prepare_model:
//     model_type: CustomModel
//     CustomModel: { model_filename: models/hexagonal.ts, model_name: hexagonalNet }
//   training_model:
//     TrainCTLearnModel:
//       DLImageReader: { image_mapper_type: AxialMapper }
import { type BackboneOptions, hexagonalConv2d, tf } from "cherenkit";

const stages = [
  { filters: 32, blocks: 1 },
  { filters: 64, blocks: 1 },
  { filters: 128, blocks: 1 },
];

type Tensor = tf.SymbolicTensor;

/** Images `[n, height, width, channels]` of AxialMapper in, features `[n, 128]` out. */
export function hexagonalNet({ inputShape, pixelCells, seed }: BackboneOptions): tf.LayersModel {
  let layers = 0;
  const apply = (layer: tf.layers.Layer, x: Tensor): Tensor => layer.apply(x) as Tensor;
  const relu = (x: Tensor): Tensor => apply(tf.layers.reLU(), x);
  const convolve = (x: Tensor, filters: number, strides: 1 | 2 = 1): Tensor => {
    const kernelInitializer = tf.initializers.heNormal({ seed: seed + ++layers });
    const layer = hexagonalConv2d({ filters, strides, cells: pixelCells, useBias: false, kernelInitializer });
    return apply(tf.layers.batchNormalization({ momentum: 0.9 }), apply(layer, x));
  };

  const input = tf.input({ shape: [...inputShape] });
  let x = relu(convolve(input, 24));
  for (const { filters, blocks } of stages) {
    x = relu(convolve(x, filters, 2));
    for (let b = 0; b < blocks; b++) {
      const inner = convolve(relu(convolve(x, filters)), filters);
      x = relu(tf.layers.add().apply([x, inner]) as Tensor);
    }
  }
  const features = apply(tf.layers.globalAveragePooling2d({}), x);
  return tf.model({ inputs: input, outputs: features, name: "Hexagonal_block" });
}
