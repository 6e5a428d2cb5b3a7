import { stat } from "node:fs/promises";
import type { Config } from "../config/config.js";
import { type Cell, DataTable } from "../display/data-table.js";
import { type Displayable, jupyterDisplay, type MimeBundle } from "../display/mime-bundle.js";
import { compilePredictor } from "../engine/compile-predictor.js";
import { outputNames } from "../engine/output-names.js";
import type { tf } from "../engine/tensorflow.js";
import { modelSummary } from "../models/model-summary.js";
import { openOnnx } from "../models/onnx/onnx-session.js";
import { type Head, makeHeads, metricValues } from "./metrics/head.js";
import type { TrainingSet } from "./training-set.js";

/** What a network costs, and how well it does on the validation images. */
export interface NetworkCost {
  readonly name: string;
  /** Size of the weights, for a file of the file. */
  readonly bytes: number;
  /** Floating-point operations for one image; null for a file. */
  readonly flops: number | null;
  /** Time of the network alone for one image, in batches. */
  readonly msPerImage: number;
  /** Metrics of the tasks over all validation images, named as in training_log.csv. */
  readonly quality: Readonly<Record<string, number>>;
}

interface Opened {
  readonly name: string;
  readonly bytes: number;
  readonly flops: number | null;
  readonly heads: readonly Head[];
  readonly predict: (
    images: Float32Array,
    size: number,
  ) => Promise<Record<string, Float32Array>> | Record<string, Float32Array>;
  readonly close: () => Promise<void> | void;
}

/** Larger batches are no faster. */
const mostTogether = 32;
const rounds = 11;

/** Networks side by side. Shows itself as a table. */
export class NetworkComparison implements Displayable {
  readonly networks: readonly NetworkCost[];

  constructor(networks: readonly NetworkCost[]) {
    this.networks = networks;
  }

  table(): DataTable {
    const qualities = Object.keys(this.networks[0]?.quality ?? {});
    const rows = this.networks.map((network): Cell[] => [
      network.name,
      Number((network.bytes / 1e6).toFixed(3)),
      network.flops === null ? null : Number((network.flops / 1e6).toPrecision(4)),
      Number(network.msPerImage.toPrecision(3)),
      ...qualities.map((name) => Number(network.quality[name]!.toPrecision(4))),
    ]);
    return new DataTable(["network", "size [MB]", "MFLOP an image", "ms an image", ...qualities], rows);
  }

  toString(): string {
    return this.table().toText();
  }

  [jupyterDisplay](): MimeBundle {
    return this.table()[jupyterDisplay]();
  }
}

async function open(
  name: string,
  network: tf.LayersModel | string,
  shape: readonly number[],
  config: Config,
): Promise<Opened> {
  if (typeof network === "string") {
    const { size } = await stat(network);
    const session = await openOnnx(network, shape);
    const heads = makeHeads(config.model.tasks, session.outputNames);
    return { name, bytes: size, flops: null, heads, predict: session.predict, close: session.close };
  }
  const { flops, parameters } = modelSummary(network);
  const predictor = await compilePredictor(network);
  return {
    name,
    bytes: 4 * parameters,
    flops,
    heads: makeHeads(config.model.tasks, outputNames(network)),
    predict: predictor.predict,
    close: predictor.dispose,
  };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/**
 * What networks cost and how well they do: size, operations, time and the metrics on the validation images. Times are
 * medians of rounds in which all networks take turns, so that what else the machine does hits all of them.
 * @param networks by the names they shall have in the table: networks, or `.onnx` files
 * @throws {InputError} for a file that cannot be opened
 */
export async function compareNetworks(
  networks: Readonly<Record<string, tf.LayersModel | string>>,
  data: TrainingSet,
  config: Config,
): Promise<NetworkComparison> {
  const shape = data.batches.imageShape;
  const batchSize = Math.min(mostTogether, config.training.batchSize);
  const length = shape.reduce((product, side) => product * side, 1);
  const opened: Opened[] = [];
  try {
    for (const [name, network] of Object.entries(networks)) opened.push(await open(name, network, shape, config));
    let first: Float32Array | null = null;
    for await (const batch of data.batches.epoch(data.validation, batchSize, { keepLast: true })) {
      const images = batch.images.slice(0, batch.size * length);
      first ??= images;
      for (const { heads, predict } of opened) {
        const outputs = await predict(images, batch.size);
        for (const { task, output, metrics } of heads) {
          for (const metric of metrics) metric.add(batch.labels[task]!, outputs[output]!, batch.size);
        }
      }
      batch.release();
    }
    const size = (first?.length ?? 0) / length;
    const times = opened.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, { predict }] of opened.entries()) {
        const start = performance.now();
        await predict(first!, size);
        times[i]!.push((performance.now() - start) / size);
      }
    }
    return new NetworkComparison(
      opened.map(({ name, bytes, flops, heads }, i) => ({
        name,
        bytes,
        flops,
        msPerImage: median(times[i]!),
        quality: metricValues(heads, "val_"),
      })),
    );
  } finally {
    for (const { close } of opened) await close();
  }
}
