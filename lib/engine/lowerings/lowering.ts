import type { Graph, Value } from "../graph.js";

/** What a layer's lowering is given. */
export interface LoweringContext {
  readonly graph: Graph;
  /**
   * Unique path of the layer, for names in the graph: `SingleCNN_block/conv1`. It follows from the network alone, not from
   * what else was built in this process.
   */
  readonly path: string;
  /** The layer's own configuration as tfjs-layers serialises it. */
  readonly config: Readonly<Record<string, unknown>>;
  /** True in the graph of the training step. */
  readonly training: boolean;
  /** Number of the training step, scalar float; for masks that change from step to step. */
  readonly step: Value;
  /** Seed of everything random in the network. */
  readonly seed: number;
  /** Which of the copies of the network that share a batch this is; masks differ between them. */
  readonly copy: number;
  /** True when the layer is trained. */
  readonly trainable: boolean;
  /** The layer's weight of that name, e.g. `kernel`. */
  weight(name: string): Value;
  /** True when the layer has such a weight. */
  has(name: string): boolean;
  /** In the training step, gives a weight that is not trained its next value. */
  update(name: string, value: Value): void;
}

/** Adds a layer to the graph: its inputs' values in, its output's value out. */
export type Lowering = (context: LoweringContext, inputs: readonly Value[]) => Value;

/** A pair from a configuration that may hold one number or two. */
export function pair(value: unknown, otherwise: [number, number]): [number, number] {
  if (typeof value === "number") return [value, value];
  return Array.isArray(value) && value.length === 2 ? [Number(value[0]), Number(value[1])] : otherwise;
}

/** `same` or `valid` of a configuration. */
export function padding(value: unknown): "same" | "valid" {
  return value === "same" ? "same" : "valid";
}
