import type { Config, RegressionLoss } from "../config/config.js";
import type { Task } from "../config/task.js";
import type { CompileOptions } from "../engine/compiled-model.js";
import { usesGpu } from "../engine/devices.js";
import type { LossName, LossOptions } from "../engine/losses.js";

const lossNames: Readonly<Record<RegressionLoss, LossName>> = {
  mean_absolute_error: "meanAbsoluteError",
  mean_squared_error: "meanSquaredError",
  huber: "huber",
  log_cosh: "logCosh",
  cosine_similarity: "cosineSimilarity",
};

function lossOf(task: Task, { labelSmoothing, regression, huberDelta }: Config["training"]["loss"]): LossOptions {
  if (task === "type") return { name: "categoricalCrossentropy", labelSmoothing };
  const name = lossNames[regression[task]];
  return name === "huber" ? { name, delta: huberDelta } : { name };
}

/** What a configuration tells the engine about loss and optimizer of a network with these outputs, one a task. */
export function compileOptions(config: Config, outputs: readonly string[], replicas: number): CompileOptions {
  const { training, model } = config;
  const { optimizer, loss } = training;
  const byOutput = <T>(value: (task: Task) => T): Record<string, T> =>
    Object.fromEntries(outputs.map((name, i) => [name, value(model.tasks[i]!)]));
  const { weights } = loss;
  const adam = optimizer.name === "Adam" || optimizer.name === "AdamW";
  const several = replicas > 1 && usesGpu();
  const devices = Array.from({ length: replicas }, (_, i) => `/device:GPU:${i}`);
  return {
    losses: byOutput((task) => lossOf(task, loss)),
    lossWeights: weights === "uncertainty" ? weights : byOutput((task) => weights[task] ?? 1),
    optimizer: {
      name: optimizer.name,
      ...(adam ? { epsilon: optimizer.epsilon } : {}),
      momentum: optimizer.momentum,
      nesterov: optimizer.nesterov,
      weightDecay: optimizer.weightDecay,
    },
    ...(optimizer.clipNorm === null ? {} : { clipNorm: optimizer.clipNorm }),
    ...(training.averageMomentum === null ? {} : { averageMomentum: training.averageMomentum }),
    accumulateSteps: training.accumulateSteps,
    precision: training.precision,
    replicas: { count: replicas, ...(several ? { devices } : {}) },
    seed: training.seed,
  };
}
