import type { LossName } from "./losses.js";
import type { OptimizerOptions } from "./optimizers.js";

export interface CompileOptions {
  /** Loss of each output, by the name in `outputNames(model)`. */
  readonly losses: Readonly<Record<string, LossName>>;
  /** Factor of each output's loss in the sum; 1 when absent. */
  readonly lossWeights?: Readonly<Record<string, number>>;
  readonly optimizer: OptimizerOptions;
  /** Seed of the dropout masks; 0 when absent. */
  readonly seed?: number;
}

export interface TrainingBatch {
  /** `[size, height, width, channels]`; may lie in shared memory, it is not looked at after the call. */
  readonly images: Float32Array;
  readonly size: number;
  /** Labels of each output, `[size, k]`, by the name in `outputNames(model)`. */
  readonly labels: Readonly<Record<string, Float32Array>>;
  /** Weight of each example, `[size]`; 1 when absent. */
  readonly weights?: Float32Array;
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
  /** Weights of the network by name, without those of the optimizer. */
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
