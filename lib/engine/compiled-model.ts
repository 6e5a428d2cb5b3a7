import type { LossName, LossOptions } from "./losses.js";
import type { OptimizerOptions } from "./optimizers.js";
import type { ReplicaOptions } from "./replicas.js";
import type { Rewrites } from "./rewrites.js";

/** Number format of convolutions and matrix products; weights, sums and losses are always float32. */
export type Precision = "float32" | "bfloat16" | "float16";

export interface CompileOptions {
  /** Loss of each output, by the name in `outputNames(model)`. */
  readonly losses: Readonly<Record<string, LossName | LossOptions>>;
  /** Factor of each output's loss in the sum, 1 when absent; or factors that training finds by the outputs' uncertainty. */
  readonly lossWeights?: Readonly<Record<string, number>> | "uncertainty";
  readonly optimizer: OptimizerOptions;
  /** Greatest length of all gradients together; they are scaled down to it. */
  readonly clipNorm?: number;
  /** Momentum of a running average of the weights, which then predicts, is evaluated and is saved. */
  readonly averageMomentum?: number;
  /** Steps whose gradients are averaged before the weights change; 1 when absent. */
  readonly accumulateSteps?: number;
  readonly precision?: Precision;
  /** Copies of the network that share each training batch. */
  readonly replicas?: ReplicaOptions;
  /** Rewrites of the convolutions; those that pay on this device when absent. */
  readonly rewrites?: Rewrites;
  /** Seed of the dropout masks; 0 when absent. */
  readonly seed?: number;
}

export interface TrainingBatch {
  /** `[size, height, width, channels]`; may lie in shared memory, it is not looked at after the call. */
  readonly images: Float32Array;
  readonly size: number;
  /** Labels of each output, `[size, k]`, by the name in `outputNames(model)`. */
  readonly labels: Readonly<Record<string, Float32Array>>;
  /** Weight of each example, `[size]`, for all outputs or by output name; 1 when absent. */
  readonly weights?: Float32Array | Readonly<Record<string, Float32Array>>;
}

export interface StepResult {
  /** Weighted mean loss of the batch, all outputs together, before the update. */
  readonly loss: number;
  /** What the network gave for the batch, `[size, k]` by output name. */
  readonly outputs: Readonly<Record<string, Float32Array>>;
}

/** A network ready to be trained: forward pass, gradients and optimizer behind one call a step. */
export interface CompiledModel {
  trainStep(batch: TrainingBatch, learningRate: number): StepResult;
  evaluateStep(batch: TrainingBatch): StepResult;
  /** Outputs by name, `[size, k]`. */
  predict(images: Float32Array, size: number): Record<string, Float32Array>;
  /** Gradient of the loss with respect to every trained weight, by weight name. */
  gradients(batch: TrainingBatch): Record<string, Float32Array>;
  /** Weights of the network by name, without those of the optimizer; their running averages where these are kept. */
  getWeights(): Record<string, Float32Array>;
  setWeights(weights: Readonly<Record<string, Float32Array>>): void;
  /** Writes weights and optimizer state as files that begin with `prefix`. */
  save(prefix: string): Promise<void>;
  /** Reads what `save` wrote: training goes on to the same numbers. */
  restore(prefix: string): Promise<void>;
  /** Copies the weights into the LayersModel it was made from. */
  copyToModel(): void;
  dispose(): void;
}

/** The weights of a batch's examples for one output, `[size]`. */
export function weightsFor({ weights, size }: TrainingBatch, output: string): Float32Array {
  if (weights instanceof Float32Array) return weights;
  return weights?.[output] ?? new Float32Array(size).fill(1);
}
