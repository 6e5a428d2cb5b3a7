import { setTimeout as wait } from "node:timers/promises";
import type { Task } from "../../lib/config/task.js";
import { turnOf } from "../../lib/events/augmentation.js";
import type { Batch, BatchSource } from "../../lib/events/batches.js";
import type { TrainingSet } from "../../lib/training/training-set.js";

const side = 8;
const channels = 2;

/** Repeatable numbers from 0 to 1 (a linear congruential generator). */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Small images whose brightness gives the energy, and whose side the class. */
export function syntheticSet(
  examples: number,
  validation: number,
  options: { signalShare?: number; badLabel?: number } = {},
): TrainingSet & { steps: number } {
  const random = numbers(7);
  const size = side * side * channels;
  const images = new Float32Array(examples * size);
  const energy = new Float32Array(examples);
  const type = new Float32Array(2 * examples);
  let signals = 0;
  for (let i = 0; i < examples; i++) {
    const brightness = random();
    const signal = random() < (options.signalShare ?? 0.5);
    if (signal) signals++;
    energy[i] = 2 * brightness - 1;
    type[2 * i + (signal ? 1 : 0)] = 1;
    for (let p = 0; p < side * side; p++) {
      const left = p % side < side / 2;
      images[i * size + channels * p] = brightness + 0.1 * random();
      images[i * size + channels * p + 1] = (left === signal ? 1 : 0) + 0.1 * random();
    }
  }
  if (options.badLabel !== undefined) energy[options.badLabel] = Number.NaN;
  const set = { steps: 0 };
  const pick = (from: Float32Array, width: number, rows: Uint32Array): Float32Array => {
    const out = new Float32Array(rows.length * width);
    rows.forEach((row, i) => {
      out.set(from.subarray(row * width, (row + 1) * width), i * width);
    });
    return out;
  };
  // Stands for a turn: it changes the images, and depends on row and seed.
  const turned = (picked: Float32Array, rows: Uint32Array, seed: number | undefined): Float32Array =>
    seed === undefined
      ? picked
      : picked.map((value, i) => value * (1 + turnOf(rows[Math.floor(i / size)]!, seed, 12) / 12));
  const batches: BatchSource = {
    imageShape: [side, side, channels],
    waitedMs: 0,
    async *epoch(order, batchSize, epochOptions = {}): AsyncGenerator<Batch> {
      const { turnSeed } = epochOptions;
      for (let start = epochOptions.start ?? 0; start < order.length; start += batchSize) {
        const rows = order.slice(start, start + batchSize);
        if (rows.length < batchSize && !epochOptions.keepLast) return;
        set.steps++;
        yield {
          size: rows.length,
          indices: rows,
          images: turned(pick(images, size, rows), rows, turnSeed),
          labels: { energy: pick(energy, 1, rows), type: pick(type, 2, rows) },
          release: () => {},
        };
      }
    },
    close: () => Promise.resolve(),
  };
  const rows = new Uint32Array(examples).map((_, i) => i);
  return Object.assign(set, {
    batches,
    training: rows.slice(validation),
    validation: rows.slice(0, validation),
    classes: {
      background: { examples: examples - signals, weight: examples / (2 * (examples - signals)) },
      signal: { examples: signals, weight: examples / (2 * signals) },
    },
    description: {
      camera: { name: "Toy", pixels: side * side },
      telescopes: [{ id: 1, type: "SST_Toy" }],
      pointingDeg: [{ alt: 70, az: 180 }],
      energyTeV: { min: 0.1, max: 10 },
      dataModels: ["v7.1.0"],
      trainingFiles: 1,
      trainingFilesHash: "toy",
    },
  });
}

/** The same set, with a word before each batch is handed out. */
export function beforeBatch(set: TrainingSet, act: () => void | Promise<void>): TrainingSet {
  const { batches } = set;
  return {
    ...set,
    batches: {
      ...batches,
      async *epoch(...order): AsyncGenerator<Batch> {
        for await (const batch of batches.epoch(...order)) {
          await act();
          yield batch;
        }
      },
    },
  };
}

/** The same set, so many milliseconds a batch. */
export function slowly(set: TrainingSet, milliseconds: number): TrainingSet {
  return beforeBatch(set, () => wait(milliseconds));
}

/** A configuration file for `syntheticSet`; more keys of `TrainCTLearnModel` may follow. */
export function syntheticYaml(task: Task, more = ""): string {
  return `
prepare_model:
  model_type: SingleCNN
  tasks: [${task}]
  CTLearnModel:
    attention_mechanism: null
    head_layers: {type: [8, 2], energy: [8, 1]}
  SingleCNN:
    architecture:
      - {filters: 4, kernel_size: 3, number: 1}
      - {filters: 8, kernel_size: 3, number: 1}
training_model:
  TrainCTLearnModel:
    output_dir: models/${task}/toy
    input_dir_signal: data
    input_dir_background: data
    batch_size: 16
    random_seed: 3
    optimizer: {name: Adam, base_learning_rate: 0.01}
${more}`;
}

/** What changes from run to run is taken out of a history. */
export function withoutTimes(history: readonly { readonly epoch: number }[]): unknown[] {
  return history.map((record) => ({ ...record, imagesPerSecond: 0, waitShare: 0, seconds: 0, memoryMB: 0 }));
}
