import type { CompiledModel } from "../engine/compiled-model.js";
import type { Callback, Training, Weights } from "./callbacks/callback.js";
import { type Checkpoint, writeCheckpoint } from "./checkpoint.js";
import type { Fingerprint } from "./fingerprint.js";
import type { TrainingState } from "./training-state.js";

/** Writes the checkpoints of one training. */
export interface Checkpointer {
  write(): Promise<void>;
  /** Minutes since the last checkpoint. */
  minutesSince(): number;
  /** How long the slowest checkpoint took. */
  slowestMs(): number;
}

/** Checkpoints of `state`, `compiled` and `callbacks` below `folder`, numbered on from `generation`. */
export function checkpointer(
  folder: string,
  generation: number,
  fingerprint: Fingerprint,
  state: TrainingState,
  compiled: CompiledModel,
  callbacks: readonly Callback[],
): Checkpointer {
  let number = generation;
  let savedAt = performance.now();
  let slowest = 0;
  return {
    async write() {
      const start = performance.now();
      const kept = new Map<string, Weights>();
      for (const callback of callbacks) {
        if (callback.state) state.callbacks[callback.name] = callback.state();
        const weights = callback.keptWeights?.();
        if (weights) kept.set(callback.name, weights);
      }
      await writeCheckpoint(folder, ++number, fingerprint, state, kept, (prefix) => compiled.save(prefix));
      savedAt = performance.now();
      slowest = Math.max(slowest, savedAt - start);
    },
    minutesSince: () => (performance.now() - savedAt) / 60_000,
    slowestMs: () => slowest,
  };
}

/** Gives weights, optimizer slots and callbacks the state of a checkpoint. `step` is the next of all steps. */
export async function restoreCheckpoint(
  found: Checkpoint,
  compiled: CompiledModel,
  callbacks: readonly Callback[],
  step: number,
  training: Training,
): Promise<void> {
  await compiled.restore(found.prefix);
  for (const callback of callbacks) {
    const saved = found.state.callbacks[callback.name];
    if (saved !== undefined) callback.restore?.(saved);
    const kept = found.kept.get(callback.name);
    if (kept) callback.restoreWeights?.(kept);
    callback.onResume?.(step, training);
  }
}
