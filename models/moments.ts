// A network for directions that begins as Hillas' parameters and learns better ones. Attention maps over the pixels give
// means, widths and gradients of time, as the charge does for Hillas; fully connected layers make the direction of them.
// Each map is a softmax of numbers that a pixel gets from its charge, its time and its neighbours. Before training it is a
// power of the charge: the softmax of ln q is the charge's share q / Σq, whose mean is the centroid of the image.
//
//   prepare_model:
//     model_type: CustomModel
//     CustomModel: { model_filename: models/moments.ts, model_name: momentsNet }
//     CTLearnModel: { head_layers: { cameradirection: [2], skydirection: [2] } }
//   training_model:
//     TrainCTLearnModel:
//       DLImageReader:
//         channels: [log_cleaned_image, cleaned_relative_peak_time]
//         image_mapper_type: AxialMapper
//
// Images of several telescopes may be stacked: each gets maps of its own.
import { type BackboneOptions, hexagonalConv2d, tf } from "cherenkit";

type Tensor = tf.SymbolicTensor;

/** Powers of the charge that the maps of a telescope begin with. Twice the same, for training to make them differ. */
const powers = [1, 0.5, 1.5, 2, 1, 0.5, 1.5, 2];
const filters = 16;
const hiddenUnits = [256, 128, 64];
/** Channels of a telescope: logarithm of the charge, time. */
const depth = 2;
/** Lengths are counted in four pixels, which is a degree in SST-1M's camera. */
const pixel = 0.25;
/** Logit that keeps an empty pixel out of a map. */
const never = -15;

const call = (layer: tf.layers.Layer, x: Tensor | Tensor[]): Tensor => layer.apply(x) as Tensor;
const flat = (x: Tensor): Tensor => call(tf.layers.flatten(), x);
const concatenate = (parts: Tensor[]): Tensor => call(tf.layers.concatenate(), parts);
const multiply = (a: Tensor, b: Tensor): Tensor => call(tf.layers.multiply(), [a, b]);
const add = (a: Tensor, b: Tensor): Tensor => call(tf.layers.add(), [a, b]);

/** A matrix product along the last axis that training leaves alone. @param rows `[inputs][outputs]` */
function product(x: Tensor, rows: readonly (readonly number[])[]): Tensor {
  const units = rows[0]!.length;
  const layer = tf.layers.dense({ units, useBias: false, trainable: false, kernelInitializer: "zeros" });
  const y = call(layer, x);
  layer.setWeights([tf.tensor2d(rows.flat(), [rows.length, units])]);
  return y;
}

const scaled = (x: Tensor, units: number, factor: number): Tensor =>
  product(
    x,
    matrix(units, units, (row, column) => (row === column ? factor : 0)),
  );

function matrix(rows: number, columns: number, at: (row: number, column: number) => number): number[][] {
  return Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_, column) => at(row, column)));
}

/** Places of AxialMapper's cells: rows begin half a pixel further left from one to the next. `[cells][2]` */
function places(height: number, width: number): number[][] {
  return Array.from({ length: height * width }, (_, cell) => {
    const row = Math.floor(cell / width) - height / 2;
    const column = (cell % width) - width / 2;
    return [(column - row / 2) * pixel, -row * Math.sqrt(0.75) * pixel];
  });
}

/** Images `[n, height, width, 2 × telescopes]` of AxialMapper in, features `[n, 16 × telescopes + 64]` out. */
export function momentsNet({ inputShape, pixelCells, seed }: BackboneOptions): tf.LayersModel {
  const [height, width, channels] = inputShape;
  if (channels % depth !== 0) {
    throw new Error("momentsNet takes two channels of each telescope: log_cleaned_image, cleaned_relative_peak_time");
  }
  const telescopes = channels / depth;
  const maps = powers.length * telescopes;
  const telescopeOf = (map: number): number => map % telescopes;
  const cells = height * width;
  const heNormal = (layer: number): ReturnType<typeof tf.initializers.heNormal> =>
    tf.initializers.heNormal({ seed: seed + layer });
  /** A small number, always the same of a seed. */
  const small = (which: number): number => {
    const u = Math.sin((seed + which) * 12.9898) * 43758.5453;
    return 0.2 * (u - Math.floor(u) - 0.5);
  };

  // What a pixel knows: its neighbourhood, itself, and of which telescopes it is empty.
  const input = tf.input({ shape: [...inputShape] });
  const kernelInitializer = heNormal(1);
  const stem = call(hexagonalConv2d({ filters, activation: "relu", cells: pixelCells, kernelInitializer }), input);
  const isEmpty = tf.layers.conv2d({ filters: telescopes, kernelSize: 1, activation: "relu", trainable: false });
  const empty = call(isEmpty, input);
  const ofCharge = matrix(channels, telescopes, (channel, telescope) => (channel === depth * telescope ? -2 : 0));
  isEmpty.setWeights([tf.tensor4d(ofCharge.flat(), [1, 1, channels, telescopes]), tf.ones([telescopes])]);
  const pixels = concatenate([stem, input, empty]);
  const known = filters + channels + telescopes;

  /** Numbers for each map and pixel, `[n, maps, cells]`. @param first weight before training */
  const mapped = (first: (feature: number, map: number) => number): Tensor => {
    const layer = tf.layers.conv2d({ filters: maps, kernelSize: 1 });
    const y = call(layer, pixels);
    layer.setWeights([tf.tensor4d(matrix(known, maps, first).flat(), [1, 1, known, maps]), tf.zeros([maps])]);
    const rows = call(tf.layers.reshape({ targetShape: [cells, maps] }), y);
    return call(tf.layers.permute({ dims: [2, 1] }), rows);
  };
  const charge = (map: number): number => filters + depth * telescopeOf(map);
  const logits = mapped((feature, map) => {
    if (feature < filters) return small(feature * 100 + map);
    if (feature === charge(map)) return Math.LN10 * powers[Math.floor(map / telescopes)]!;
    return feature === filters + channels + telescopeOf(map) ? never : 0;
  });
  const attention = call(tf.layers.softmax({ axis: -1 }), logits);
  const times = mapped((feature, map) => {
    if (feature < filters) return 3 * small(5000 + feature * 100 + map);
    return feature === charge(map) + 1 ? 0.5 : 0;
  });
  const weighted = multiply(attention, times);

  // Moments of each map: mean, covariance, mean time, covariance of place and time.
  const xy = places(height, width);
  const mean = product(attention, xy);
  const squares = product(
    attention,
    xy.map(([x, y]) => [x! * x!, x! * y!, y! * y!]),
  );
  const minusXXY = [
    [-1, -1, 0],
    [0, 0, -1],
  ];
  const xyy = [
    [1, 0, 0],
    [0, 1, 1],
  ];
  const covariance = add(squares, multiply(product(mean, minusXXY), product(mean, xyy)));
  const time = product(
    weighted,
    xy.map(() => [1]),
  );
  const gradient = add(product(weighted, xy), multiply(product(time, [[-1, -1]]), mean));

  // Factors bring all to about one.
  const fromFirst = matrix(maps, maps, (from, to) => 3 * (Number(from === to) - Number(from === telescopeOf(to))));
  const relative = product(call(tf.layers.permute({ dims: [2, 1] }), mean), fromFirst);
  const brightness = product(
    call(tf.layers.globalAveragePooling2d({}), input),
    matrix(channels, channels, (from, to) => (from === to && from % depth === 0 ? 20 : 0)),
  );
  const parts = [mean, relative, scaled(covariance, 3, 5), time, scaled(gradient, 2, 3)].map(flat);
  let x = concatenate([...parts, brightness]);
  for (const [i, units] of hiddenUnits.entries()) {
    x = call(tf.layers.dense({ units, activation: "relu", kernelInitializer: heNormal(300 + i) }), x);
  }
  const outputs = concatenate([flat(scaled(mean, 2, 0.1)), x]);
  return tf.model({ inputs: input, outputs, name: "Moments_block" });
}
