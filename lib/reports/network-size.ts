import { CherenkitError } from "../errors.js";
import type { ModelMetrics } from "./model-metrics.js";

/**
 * Adds parameters, layers and operations where metrics.json lacks them, as that of an imported network does: the network is
 * loaded and counted.
 * @param folder of the saved network
 * @throws {CherenkitError} when it cannot be loaded
 */
export async function withNetworkSize(metrics: ModelMetrics | null, folder: string): Promise<ModelMetrics> {
  const known = [metrics?.num_params, metrics?.layers, metrics?.estimated_flops];
  if (metrics && known.every((value) => typeof value === "number")) return metrics;
  // TensorFlow is loaded only for this.
  const { loadModel } = await import("../models/load-model.js");
  const { modelSummary } = await import("../models/model-summary.js");
  const model = await loadModel(folder).catch((cause: unknown) => {
    if (cause instanceof CherenkitError) throw cause;
    throw new CherenkitError(`the network in ${folder} cannot be loaded: ${(cause as Error).message}`, { cause });
  });
  try {
    const { parameters, trainableParameters, layers, flops } = modelSummary(model);
    return {
      ...metrics,
      num_params: metrics?.num_params ?? parameters,
      trainable_params: metrics?.trainable_params ?? trainableParameters,
      layers: metrics?.layers ?? layers,
      estimated_flops: metrics?.estimated_flops ?? flops / 1e9,
    };
  } finally {
    model.dispose();
  }
}
