import type { PredictionModel } from "./prediction-model.js";

/** Time that the measurement of one batch size may take at most, ms, after a first step that builds what later ones reuse. */
const budgetMs = 1500;
const mostSteps = 30;

/**
 * Time from a batch of images to its answers, ms: the median of up to 30 steps.
 * @param size images of the batch
 */
export async function latencyMs(model: PredictionModel, size: number): Promise<number> {
  const images = new Float32Array(size * model.card.inputShape.reduce((product, length) => product * length, 1));
  await model.predict(images, size);
  const times: number[] = [];
  const began = performance.now();
  while (times.length < mostSteps && (times.length < 3 || performance.now() - began < budgetMs)) {
    const start = performance.now();
    await model.predict(images, size);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}
