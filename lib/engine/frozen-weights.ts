import { CherenkitError } from "../errors.js";
import type { Graph, Value, Variable } from "./graph.js";
import { findWeight, type WeightSource } from "./lower-model.js";
import type { tf } from "./tensorflow.js";

/** Weights as constants: TensorFlow folds what depends on them alone, and keeps kernels in the order it needs. */
export class FrozenWeights implements WeightSource {
  readonly find = findWeight;
  private readonly graph: Graph;
  private readonly known = new Map<tf.LayerVariable, Value>();

  constructor(graph: Graph) {
    this.graph = graph;
  }

  value(layer: tf.layers.Layer, path: string, name: string): Value {
    const source = this.find(layer, name);
    if (!source) throw new CherenkitError(`layer ${path} has no weight ${name}`, { place: path });
    const value =
      this.known.get(source) ??
      this.graph.tensor(
        source.read().dataSync<"float32">() as Float32Array,
        source.shape as number[],
        `${path}/${name}`,
      );
    this.known.set(source, value);
    return value;
  }

  variable(_layer: tf.layers.Layer, path: string, name: string): Variable {
    throw new CherenkitError(`the weight ${path}/${name} cannot change while predicting`, { place: path });
  }
}
