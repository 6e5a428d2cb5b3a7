import type { EpochRecord } from "../epoch-record.js";
import type { TrainingState } from "../training-state.js";

/** Weights of a network by name. */
export type Weights = Record<string, Float32Array>;

/** What a callback may see and change. */
export interface Training {
  /** Learning rate, history, and `stopped`: a reason there ends training after this epoch. */
  readonly state: TrainingState;
  /** A copy of the present weights. */
  weights(): Weights;
  setWeights(weights: Weights): void;
  /** Prints one line. */
  say(line: string): void;
}

/** Something that happens beside the training loop. Its state goes into every checkpoint. */
export interface Callback {
  readonly name: string;
  /** After each step; `step` counts all steps of the training from 0. */
  onStep?(step: number, training: Training): void;
  /** After each epoch, when its record is complete. */
  onEpoch?(record: EpochRecord, training: Training): void | Promise<void>;
  /** Everything `restore` needs, as plain JSON; weights go apart. */
  state?(): unknown;
  restore?(state: unknown): void;
  /** After a resumed training has its weights back; `step` is the next one. */
  onResume?(step: number, training: Training): void;
  /** Weights that must outlive an interruption. */
  keptWeights?(): Weights | null;
  restoreWeights?(weights: Weights): void;
}
