import type { OptimizerConfig } from "../config/config.js";

/**
 * Factor of the learning rate at a step: it rises in the warm-up, then stays at 1 or falls along half a cosine
 * (arXiv:1608.03983) to `finalLearningRate` at the end. What lowers the learning rate itself comes on top.
 * @param step counts all steps of the training from 0
 * @param stepsPerEpoch training steps of an epoch
 * @param epochs planned epochs
 */
export function learningRateFactor(
  settings: OptimizerConfig,
  step: number,
  stepsPerEpoch: number,
  epochs: number,
): number {
  const warmup = Math.round(settings.warmupEpochs * stepsPerEpoch);
  if (step < warmup) return (step + 1) / warmup;
  if (settings.schedule === "constant") return 1;
  const last = Math.max(1, epochs * stepsPerEpoch - 1 - warmup);
  const progress = Math.min(1, (step - warmup) / last);
  const least = settings.finalLearningRate / settings.learningRate;
  return least + ((1 - least) * (1 + Math.cos(Math.PI * progress))) / 2;
}
