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
  const convolve = (x: Tensor, filters: number, strides: 1 | 2 = 1): Tensor => {
    const kernelInitializer = tf.initializers.heNormal({ seed: seed + ++layers });
    return apply(hexagonalConv2d({ filters, strides, activation: "relu", cells: pixelCells, kernelInitializer }), x);
  };
  // No normalisation: the charge of an image tells its energy. Instead each block begins as the identity, and so trains well.
  const block = (x: Tensor, filters: number): Tensor => {
    const kernelInitializer = tf.initializers.zeros();
    const last = hexagonalConv2d({ filters, cells: pixelCells, kernelInitializer });
    return apply(tf.layers.reLU(), tf.layers.add().apply([x, apply(last, convolve(x, filters))]) as Tensor);
  };

  const input = tf.input({ shape: [...inputShape] });
  let x = convolve(input, 24);
  for (const { filters, blocks } of stages) {
    x = convolve(x, filters, 2);
    for (let b = 0; b < blocks; b++) x = block(x, filters);
  }
  const features = apply(tf.layers.globalAveragePooling2d({}), x);
  return tf.model({ inputs: input, outputs: features, name: "Hexagonal_block" });
}
