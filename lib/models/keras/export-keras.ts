import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { tasks } from "../../config/task.js";
import { version } from "../../config/version.js";
import type { tf } from "../../engine/tensorflow.js";
import { type LayerConfig, layersOf, modelClasses, type Source } from "../../engine/topology.js";
import { CherenkitError } from "../../errors.js";
import { makeTemporaryFolder } from "../../files/temporary-folder.js";
import { writeFileAtomically } from "../../files/write-atomically.js";
import { createHdf5, type Hdf5Writer } from "../../hdf5/writer.js";
import { activationName, type LayerSettings, layerTable, pathName } from "./layer-table.js";

/** Version of Keras whose form is written. */
const kerasVersion = "3.15.1";

function settingsOf(item: LayerConfig, layer: tf.layers.Layer): LayerSettings {
  const found = layerTable[item.className];
  if (!found) {
    throw new CherenkitError(`the layer ${layer.name} of class ${item.className} has no counterpart in Keras`, {
      place: layer.name,
      remedy: "export to ONNX or a SavedModel instead",
    });
  }
  const frozen = layer.weights.length > 0 && !layer.trainable;
  const settings: LayerSettings = { name: layer.name, ...(frozen ? { trainable: false } : {}), dtype: "float32" };
  for (const [tfjs, keras] of found.settings) {
    const value = item.config[tfjs];
    if (value === undefined || value === null) continue;
    const named = keras === "activation" ? activationName(String(value), "keras") : value;
    if (named === "") {
      throw new CherenkitError(`the activation ${String(value)} of ${layer.name} means another function in Keras`, {
        place: layer.name,
      });
    }
    settings[keras] = named;
  }
  return settings;
}

interface Tensor {
  readonly class_name: "__keras_tensor__";
  readonly config: object;
}

/** A single input or output stands without a list around it. */
const alone = (sources: readonly unknown[]): unknown => (sources.length === 1 ? sources[0] : sources);

/**
 * A single output stands alone, several in a list; but one energy or direction by its name, as in CTLearn's networks,
 * whose prediction asks for it so.
 */
function describeOutputs(outputs: readonly Source[], history: (source: Source) => unknown): unknown {
  const [name] = outputs[0]!;
  const regression = tasks.some((task) => task !== "type" && task === name);
  return outputs.length === 1 && regression ? { [name]: history(outputs[0]!) } : alone(outputs.map(history));
}

function describeContainer(model: tf.LayersModel): object {
  const tensor = ([name, call, output]: readonly [string, number, number]): Tensor => {
    const layer = model.getLayer(name);
    const outputs = [layer.outputShape].flat(1) as (number | null)[];
    const shape = Array.isArray(layer.outputShape[0]) ? (layer.outputShape as number[][])[output] : outputs;
    // tfjs counts the calls of a nested model from 1, Keras from 0.
    const index = "layers" in layer ? call - 1 : call;
    return {
      class_name: "__keras_tensor__",
      config: { shape, dtype: "float32", keras_history: [name, index, output] },
    };
  };
  const { layers, inputs, outputs } = layersOf(model);
  const history = (source: readonly [string, number, number]): unknown =>
    (tensor(source).config as { keras_history: unknown }).keras_history;
  const described = layers.map((item) => {
    const layer = model.getLayer(item.name);
    const inbound = item.calls.map((sources) => {
      const tensors = sources.map(tensor);
      return { args: [tensors.length === 1 ? tensors[0] : tensors], kwargs: {} };
    });
    const common = { registered_name: null, name: item.name, inbound_nodes: inbound };
    if (item.className === "InputLayer") {
      const config = { batch_shape: item.config.batchInputShape, dtype: "float32", sparse: false, name: item.name };
      return { module: "keras.layers", class_name: "InputLayer", config, ...common };
    }
    if (modelClasses.includes(item.className)) return { ...describeContainer(layer as tf.LayersModel), ...common };
    return { module: "keras.layers", class_name: item.className, config: settingsOf(item, layer), ...common };
  });
  return {
    module: "keras.src.models.functional",
    class_name: "Functional",
    config: {
      name: model.name,
      trainable: model.trainable,
      layers: described,
      input_layers: alone(inputs.map(history)),
      output_layers: describeOutputs(outputs, history),
    },
    registered_name: "Functional",
  };
}

function writeStore(file: Hdf5Writer, model: tf.LayersModel, group: string): void {
  const used = new Map<string, number>();
  file.group(`${group}/vars`, { name: model.name });
  for (const item of layersOf(model).layers) {
    const nested = modelClasses.includes(item.className);
    const base = pathName(nested ? "Functional" : item.className);
    const number = used.get(base) ?? 0;
    used.set(base, number + 1);
    const path = `${group}/layers/${number === 0 ? base : `${base}_${number}`}`;
    const layer = model.getLayer(item.name);
    if (nested) {
      writeStore(file, layer as tf.LayersModel, path);
      continue;
    }
    file.group(`${path}/vars`, { name: layer.name });
    const order = layerTable[item.className]?.weights ?? [];
    const variables = layer.weights as tf.LayerVariable[];
    const short = (variable: tf.LayerVariable): string => variable.originalName.split("/").at(-1)!;
    const sorted = order.flatMap((name) => variables.filter((variable) => short(variable) === name));
    for (const [i, variable] of sorted.entries()) {
      const tensor = variable.read();
      const shape = tensor.shape as [number, ...number[]];
      file.fixedArray(`${path}/vars/${i}`, "float32", shape).write(0, tensor.dataSync<"float32">() as Float32Array);
    }
  }
}

async function writeWeights(model: tf.LayersModel, path: string): Promise<void> {
  const file = await createHdf5(path);
  try {
    writeStore(file, model, "");
    await file.close();
  } catch (cause) {
    file.abort();
    throw cause;
  }
}

/**
 * Writes the weights as Keras 3 does, for `model.load_weights("X.weights.h5")` of the same network.
 * @throws {OutputError}
 */
export async function exportKerasWeights(model: tf.LayersModel, path: string): Promise<void> {
  describeContainer(model);
  await writeWeights(model, path);
}

/**
 * Writes network and weights as a `.keras` file, for `keras.models.load_model`.
 * @throws {CherenkitError} for layers that Keras does not have
 * @throws {OutputError}
 */
export async function exportKeras(model: tf.LayersModel, path: string): Promise<void> {
  const config = describeContainer(model);
  const folder = await makeTemporaryFolder("cherenkit-keras-");
  try {
    const weights = join(folder, "model.weights.h5");
    await writeWeights(model, weights);
    const metadata = {
      keras_version: kerasVersion,
      date_saved: new Date().toISOString(),
      written_by: `cherenkit ${version}`,
    };
    const archive = zipSync(
      {
        "metadata.json": strToU8(JSON.stringify(metadata)),
        "config.json": strToU8(JSON.stringify(config)),
        "model.weights.h5": await readFile(weights),
      },
      { level: 0 },
    );
    await writeFileAtomically(path, archive);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
