import { tf } from "../../engine/tensorflow.js";
import { InputError } from "../../errors.js";
import type { Hdf5File } from "../../hdf5/hdf5-file.js";
import { layerTable, pathName } from "./layer-table.js";

/** Values of one weight. */
export interface KerasWeight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Weights by `layer/weight`, e.g. `SingleCNN_block_conv_1_1/kernel`. */
export type KerasWeights = ReadonlyMap<string, KerasWeight>;

function readWeight(file: Hdf5File, path: string): KerasWeight {
  const { shape, data } = file.array(path);
  if (data.length > 0 && typeof data[0] === "string") {
    throw new InputError(`${file.path}:${path} holds no numbers`, { place: `${file.path}:${path}` });
  }
  return { shape, values: Float32Array.from(data as ArrayLike<number>, Number) };
}

/** Weights of a file of Keras 3, `layers/conv2d_1/vars/0`, whose groups tell the layers' names. */
function readStore(file: Hdf5File, group: string, classes: ReadonlyMap<string, string>): [string, KerasWeight][] {
  return file.children(`${group}/layers`).flatMap((child): [string, KerasWeight][] => {
    const path = `${group}/layers/${child}`;
    const inner = file.has(`${path}/layers`) ? readStore(file, path, classes) : [];
    const variables = file.children(`${path}/vars`);
    if (variables.length === 0) return inner;
    const name = file.attributes(`${path}/vars`).name;
    if (typeof name !== "string") {
      throw new InputError(`${file.path} does not tell the names of its layers`, {
        place: `${file.path}:${path}`,
        remedy: "save the model again with Keras 3.6 or later",
      });
    }
    const className = classes.get(child.replace(/_\d+$/, "")) ?? classes.get(child);
    const order = className ? layerTable[className]!.weights : [];
    const numbers = variables.map(Number).sort((a, b) => a - b);
    const present = weightNames(order, numbers.length);
    return [
      ...inner,
      ...numbers.map((number, i): [string, KerasWeight] => [
        `${name}/${present[i] ?? number}`,
        readWeight(file, `${path}/vars/${number}`),
      ]),
    ];
  });
}

/** Names of the weights that a layer has when it has fewer than all: bias goes first, then gamma or beta. */
function weightNames(order: readonly string[], count: number): readonly string[] {
  return count === order.length ? order : order.filter((name) => name !== "bias").slice(0, count);
}

/** Weights of Keras' older HDF5 form, `block/conv/kernel:0`. */
function readLegacy(file: Hdf5File, group: string): [string, KerasWeight][] {
  return file.children(group).flatMap((child): [string, KerasWeight][] => {
    const path = `${group}/${child}`;
    if (file.kind(path) === "group") return readLegacy(file, path);
    const [layer, weight] = path.split("/").slice(-2) as [string, string];
    return [[`${layer}/${weight.replace(/:\d+$/, "")}`, readWeight(file, path)]];
  });
}

/** All weights in an HDF5 file that Keras wrote: `.weights.h5` of Keras 3, or `.h5` of any version. */
export function readKerasWeights(file: Hdf5File): KerasWeights {
  const classes = new Map(Object.keys(layerTable).map((name) => [pathName(name), name]));
  if (file.has("/layers")) return new Map(readStore(file, "", classes));
  const found = new Map(readLegacy(file, file.has("/model_weights") ? "/model_weights" : ""));
  if (found.size > 0) return found;
  throw new InputError(`${file.path} holds no weights of a Keras model`, { place: file.path });
}

function leaves(model: tf.LayersModel): tf.layers.Layer[] {
  return model.layers.flatMap((layer) => ("layers" in layer ? leaves(layer as tf.LayersModel) : [layer]));
}

/**
 * Names in the file of the network's batch normalisations. CTLearn leaves naming these to Keras, which numbers them
 * (`batch_normalization_4`), so they are found by their order.
 */
function namesInFile(layers: readonly tf.layers.Layer[], weights: KerasWeights): Map<tf.layers.Layer, string> {
  const inFile = [...new Set(Array.from(weights.keys(), (key) => key.split("/")[0]!))];
  const number = (name: string): number => Number(name.match(/_(\d+)$/)?.[1] ?? 0);
  const numbered = inFile
    .filter((name) => /^batch_normalization(_\d+)?$/.test(name))
    .sort((a, b) => number(a) - number(b));
  const own = layers.filter((layer) => layer.getClassName() === "BatchNormalization" && !inFile.includes(layer.name));
  return own.length === numbered.length ? new Map(own.map((layer, i) => [layer, numbered[i]!])) : new Map();
}

/**
 * Gives a network the weights of the same layers, by name.
 * @throws {InputError} naming the layer that has no weights in the file, or other shapes
 */
export function assignKerasWeights(model: tf.LayersModel, weights: KerasWeights, file: string): void {
  const layers = leaves(model);
  const names = namesInFile(layers, weights);
  for (const layer of layers) {
    for (const variable of layer.weights as tf.LayerVariable[]) {
      const key = `${names.get(layer) ?? layer.name}/${variable.originalName.split("/").at(-1)}`;
      // Keras 3 calls the kernel of a depthwise convolution just so in its older form.
      const found = weights.get(key) ?? weights.get(key.replace(/depthwise_kernel$/, "kernel"));
      if (!found) {
        throw new InputError(`${file} has no weights ${key}`, {
          place: file,
          remedy: "the file is of another architecture: name the configuration it was trained with",
        });
      }
      const shape = variable.shape as number[];
      if (found.shape.join() !== shape.join()) {
        throw new InputError(
          `${key} has the shape ${found.shape.join("×")} in ${file}, the model needs ${shape.join("×")}`,
          {
            place: file,
            remedy: "the file is of another architecture: name the configuration it was trained with",
          },
        );
      }
      const tensor = tf.tensor(found.values, shape, "float32");
      variable.write(tensor);
      tensor.dispose();
    }
  }
}
