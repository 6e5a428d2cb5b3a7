import { readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { CherenkitError } from "../errors.js";
import { makeFolder } from "../files/make-folder.js";
import {
  type CompiledModel,
  type CompileOptions,
  type StepResult,
  type TrainingBatch,
  weightsFor,
} from "./compiled-model.js";
import { eagerLoss } from "./eager-losses.js";
import { eagerUpdate, type Slots, setSlot } from "./eager-optimizer.js";
import { LayerPaths } from "./layer-paths.js";
import { outputNames } from "./output-names.js";
import { tf } from "./tensorflow.js";
import { layersOf, modelClasses } from "./topology.js";

/** What a graph can do and plain tfjs cannot. */
function refuse(options: CompileOptions): void {
  const missing = [
    options.precision !== undefined && options.precision !== "float32" ? `precision: ${options.precision}` : null,
    (options.replicas?.count ?? 1) > 1 ? "replicas" : null,
    options.lossWeights === "uncertainty" ? "loss_weights: uncertainty" : null,
  ].filter((what) => what !== null);
  if (missing.length === 0) return;
  throw new CherenkitError(`engine: eager does not know ${missing.join(", ")}`, {
    place: "engine",
    remedy: "leave it out, or train with engine: graph",
  });
}

/** The weights of a network by the names that the graph gives them. */
function namedWeights(
  model: tf.LayersModel,
  paths: LayerPaths = new LayerPaths(),
  parent = "",
): [string, tf.LayerVariable][] {
  return layersOf(model).layers.flatMap(({ name, className }): [string, tf.LayerVariable][] => {
    if (className === "InputLayer") return [];
    const path = paths.of(parent, name, className);
    const layer = model.getLayer(name);
    if (modelClasses.includes(className)) return namedWeights(layer as tf.LayersModel, paths, path);
    return (layer.weights as tf.LayerVariable[]).map((weight) => [
      `${path}/${weight.originalName.split("/").at(-1)}`,
      weight,
    ]);
  });
}

/** Frees every tensor that `run` makes, but variables. */
function scoped<T>(run: () => T): T {
  tf.engine().startScope();
  try {
    return run();
  } finally {
    tf.engine().endScope();
  }
}

interface StateFile {
  readonly steps: number;
  readonly arrays: readonly { readonly name: string; readonly shape: number[] }[];
}

/** Trains layer by layer in plain tfjs: slower, and for every layer that tfjs can run. */
class EagerModel implements CompiledModel {
  private readonly model: tf.LayersModel;
  private readonly options: CompileOptions;
  private readonly names: readonly string[];
  private readonly weights: readonly [string, tf.LayerVariable][];
  private readonly trained: readonly [string, tf.LayerVariable][];
  /** Slots of the optimizer, sums of gradients and running averages. */
  private readonly slots: Slots = new Map();
  private steps = 0;

  constructor(model: tf.LayersModel, options: CompileOptions) {
    refuse(options);
    this.model = model;
    this.options = options;
    this.names = outputNames(model);
    for (const name of this.names) {
      if (!options.losses[name]) throw new CherenkitError(`no loss is given for the output ${name}`, { place: name });
    }
    this.weights = namedWeights(model);
    const trainable = new Set(model.trainableWeights as tf.LayerVariable[]);
    this.trained = this.weights.filter(([, weight]) => trainable.has(weight));
  }

  private forward(images: Float32Array, size: number, training: boolean): tf.Tensor2D[] {
    const x = tf.tensor(images, [size, ...(this.model.inputs[0]!.shape.slice(1) as number[])], "float32");
    return [this.model.apply(x, { training }) as tf.Tensor2D | tf.Tensor2D[]].flat();
  }

  private loss(outputs: readonly tf.Tensor2D[], batch: TrainingBatch): tf.Scalar {
    const { lossWeights, losses } = this.options;
    const parts = this.names.map((name, i) => {
      const values = batch.labels[name];
      if (!values) throw new CherenkitError(`the batch has no labels for the output ${name}`, { place: name });
      const labels = tf.tensor2d(values, [batch.size, values.length / batch.size]);
      const loss = eagerLoss(losses[name]!, outputs[i]!, labels, tf.tensor1d(weightsFor(batch, name)));
      return tf.mul<tf.Scalar>(loss, typeof lossWeights === "object" ? (lossWeights[name] ?? 1) : 1);
    });
    return parts.reduce((sum, part) => tf.add(sum, part));
  }

  private result(loss: tf.Scalar, outputs: readonly tf.Tensor2D[]): StepResult {
    const named = this.names.map(
      (name, i) => [name, outputs[i]!.dataSync<"float32">().slice() as Float32Array] as const,
    );
    return { loss: loss.dataSync()[0]!, outputs: Object.fromEntries(named) };
  }

  private differentiate(batch: TrainingBatch): { result: StepResult; gradients: tf.Tensor[] } {
    let outputs: tf.Tensor2D[] = [];
    const variables = this.trained.map(([, weight]) => weight.read() as tf.Variable);
    const { value, grads } = tf.variableGrads(() => {
      outputs = this.forward(batch.images, batch.size, true).map((output) => tf.keep(output));
      return this.loss(outputs, batch);
    }, variables);
    const result = this.result(value, outputs);
    tf.dispose(outputs);
    return { result, gradients: variables.map(({ name }) => grads[name]!) };
  }

  trainStep(batch: TrainingBatch, learningRate: number): StepResult {
    return scoped(() => {
      const { result, gradients } = this.differentiate(batch);
      this.steps++;
      const every = this.options.accumulateSteps ?? 1;
      const sums = gradients.map((gradient, i) => {
        const former = this.slots.get(`${this.trained[i]![0]}/gradient_sum`);
        return former ? tf.add(former, gradient) : gradient;
      });
      const changes = this.steps % every === 0;
      if (changes)
        this.update(
          sums.map((sum) => tf.div(sum, every)),
          learningRate,
          this.steps / every,
        );
      if (every > 1) {
        for (const [i, [name]] of this.trained.entries())
          setSlot(this.slots, `${name}/gradient_sum`, changes ? tf.zerosLike(sums[i]!) : sums[i]!);
      }
      return result;
    });
  }

  private update(gradients: readonly tf.Tensor[], learningRate: number, step: number): void {
    const { clipNorm, averageMomentum, optimizer } = this.options;
    const squares = gradients.map((gradient) => tf.sum(tf.square(gradient)).dataSync()[0]!);
    const norm = Math.sqrt(squares.reduce((a, b) => a + b, 0));
    const factor = clipNorm === undefined ? 1 : clipNorm / Math.max(norm, clipNorm);
    for (const [i, [name, weight]] of this.trained.entries()) {
      const old = weight.read();
      const next = eagerUpdate(optimizer, name, old, tf.mul(gradients[i]!, factor), learningRate, step, this.slots);
      if (averageMomentum !== undefined) {
        const average = this.slots.get(`${name}/average`) ?? old.clone();
        const followed = tf.add(tf.mul(average, averageMomentum), tf.mul(next, 1 - averageMomentum));
        setSlot(this.slots, `${name}/average`, followed);
      }
      weight.write(next);
    }
  }

  /** Runs `use` with the running averages, where they are kept, in the place of the weights. */
  private averaged<T>(use: () => T): T {
    const averages = this.trained.flatMap(([name, weight]) => {
      const average = this.slots.get(`${name}/average`);
      return average ? [{ weight, average, own: weight.read().clone() }] : [];
    });
    for (const { weight, average } of averages) weight.write(average);
    try {
      return use();
    } finally {
      for (const { weight, own } of averages) weight.write(own);
      tf.dispose(averages.map(({ own }) => own));
    }
  }

  evaluateStep(batch: TrainingBatch): StepResult {
    return this.averaged(() =>
      scoped(() => {
        const outputs = this.forward(batch.images, batch.size, false);
        return this.result(this.loss(outputs, batch), outputs);
      }),
    );
  }

  predict(images: Float32Array, size: number): Record<string, Float32Array> {
    return this.averaged(() =>
      scoped(() => {
        const outputs = this.forward(images, size, false);
        const values = outputs.map((output) => output.dataSync<"float32">().slice() as Float32Array);
        return Object.fromEntries(this.names.map((name, i) => [name, values[i]!]));
      }),
    );
  }

  gradients(batch: TrainingBatch): Record<string, Float32Array> {
    return scoped(() => {
      const { gradients } = this.differentiate(batch);
      return Object.fromEntries(
        this.trained.map(([name], i) => [name, gradients[i]!.dataSync<"float32">().slice() as Float32Array]),
      );
    });
  }

  getWeights(): Record<string, Float32Array> {
    return this.averaged(() =>
      Object.fromEntries(
        this.weights.map(([name, weight]) => [name, weight.read().dataSync<"float32">().slice() as Float32Array]),
      ),
    );
  }

  setWeights(weights: Readonly<Record<string, Float32Array>>): void {
    for (const [name, weight] of this.weights) {
      const values = weights[name];
      if (!values) throw new CherenkitError(`the weight ${name} is missing`, { place: name });
      scoped(() => {
        const tensor = tf.tensor(values, weight.shape as number[], "float32");
        weight.write(tensor);
        if (this.slots.has(`${name}/average`)) setSlot(this.slots, `${name}/average`, tensor);
      });
    }
  }

  async save(prefix: string): Promise<void> {
    const arrays = [
      ...this.weights.map(([name, weight]) => ({ name: `weight ${name}`, tensor: weight.read() })),
      ...[...this.slots].map(([name, tensor]) => ({ name: `slot ${name}`, tensor: tensor as tf.Tensor })),
    ];
    const state: StateFile = {
      steps: this.steps,
      arrays: arrays.map(({ name, tensor }) => ({ name, shape: tensor.shape })),
    };
    const values = arrays.map(({ tensor }) => Buffer.from(Float32Array.from(tensor.dataSync()).buffer));
    makeFolder(dirname(prefix));
    await writeFile(`${prefix}.json`, JSON.stringify(state));
    await writeFile(`${prefix}.bin`, Buffer.concat(values));
  }

  async restore(prefix: string): Promise<void> {
    const state = JSON.parse(await readFile(`${prefix}.json`, "utf8")) as StateFile;
    const bytes = await readFile(`${prefix}.bin`);
    const weights = new Map(this.weights);
    let offset = 0;
    for (const { name, shape } of state.arrays) {
      const length = shape.reduce((a, b) => a * b, 1);
      const values = new Float32Array(
        bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + offset + 4 * length),
      );
      offset += 4 * length;
      scoped(() => {
        const tensor = tf.tensor(values, shape, "float32");
        const weight = name.startsWith("weight ") ? weights.get(name.slice("weight ".length)) : undefined;
        if (weight) weight.write(tensor);
        else setSlot(this.slots, name.slice("slot ".length), tensor);
      });
    }
    this.steps = state.steps;
  }

  copyToModel(): void {
    for (const [name, weight] of this.trained) {
      const average = this.slots.get(`${name}/average`);
      if (average) weight.write(average);
    }
  }

  dispose(): void {
    tf.dispose([...this.slots.values()]);
    this.slots.clear();
  }
}

/**
 * Trains a LayersModel layer by layer in plain tfjs, for layers that the graph lacks. The model's own weights change with
 * every step. Dropout masks of a resumed training differ from those of one that was not interrupted.
 * @throws {CherenkitError} for options that only a graph has
 */
export function eagerModel(model: tf.LayersModel, options: CompileOptions): CompiledModel {
  return new EagerModel(model, options);
}
