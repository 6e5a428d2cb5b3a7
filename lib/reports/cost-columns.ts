import type { ModelRecord } from "./model-record.js";
import type { Better } from "./ranks.js";

/** What a model costs, one number each. */
export interface CostColumn {
  readonly title: string;
  readonly better: Better;
  readonly of: (record: ModelRecord) => number | null | undefined;
}

export const costColumns: readonly CostColumn[] = [
  { title: "Parameters", better: "lower", of: ({ metrics }) => metrics?.num_params },
  { title: "Layers", better: "lower", of: ({ metrics }) => metrics?.layers },
  { title: "GFLOP an image", better: "lower", of: ({ metrics }) => metrics?.estimated_flops },
  { title: "Size [MB]", better: "lower", of: ({ modelBytes }) => modelBytes && modelBytes / 1e6 },
  {
    title: "Training [s]",
    better: "lower",
    of: ({ metrics }) => (typeof metrics?.training_ms === "number" ? metrics.training_ms / 1000 : null),
  },
  { title: "Training images/s", better: "higher", of: ({ metrics }) => metrics?.images_per_second },
  { title: "Inference [ms an image]", better: "lower", of: inferenceMs },
  { title: "Latency of 1 [ms]", better: "lower", of: ({ metrics }) => metrics?.latency_ms_1 },
  { title: "Latency of 64 [ms]", better: "lower", of: ({ metrics }) => metrics?.latency_ms_64 },
];

/** Time of the network alone, from the model's last test. */
export function inferenceMs({ metrics }: ModelRecord): number | null {
  return metrics?.testing_ms && metrics.testing_events ? metrics.testing_ms / metrics.testing_events : null;
}
