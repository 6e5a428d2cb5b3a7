import type { Graph, Value } from "../graph.js";
import { asInt32, attribute, dataTypes, int32 } from "../graph-def.js";

const T = attribute.type(dataTypes.float);

/**
 * Normalises `x [n, h, w, c]` by the mean and variance of the batch.
 * @returns the output, and the batch's mean and (biased) variance, `[c]`
 */
export function batchNorm(
  graph: Graph,
  x: Value,
  scale: Value,
  offset: Value,
  epsilon: number,
): { y: Value; mean: Value; variance: Value } {
  const channels = [x.shape[3]!];
  const attributes = {
    T,
    U: T,
    epsilon: attribute.float(epsilon),
    data_format: attribute.text("NHWC"),
    is_training: attribute.boolean(true),
  };
  const empty = graph.floats([], [0]);
  const inputs = [x, scale, offset, empty, empty];
  const shapes = [x.shape, channels, channels, channels, channels, [0]];
  const outputs = graph.addMany("FusedBatchNormV3", inputs, attributes, shapes);
  const [y, mean, unbiased, reserve1, reserve2, reserve3] = outputs as [Value, Value, Value, Value, Value, Value];
  graph.record(y, [x, scale, offset], (dy) => {
    let made: Value[] | undefined;
    const gradients = (): Value[] => {
      const saved = [dy, x, scale, reserve1, reserve2, reserve3];
      made ??= graph.addMany("FusedBatchNormGradV3", saved, attributes, [x.shape, channels, channels, [0], [0]]);
      return made;
    };
    return [() => gradients()[0]!, () => gradients()[1]!, () => gradients()[2]!];
  });
  // TensorFlow returns the unbiased variance; Keras and tfjs average the biased one.
  const sizeAttributes = { T, out_type: int32 };
  const size = graph.add("Size", [x], sizeAttributes, [], asInt32);
  const castAttributes = { SrcT: int32, DstT: T, Truncate: attribute.boolean(false) };
  const total = graph.add("Cast", [size], castAttributes, []);
  const count = graph.add("RealDiv", [total, graph.floats(channels[0]!)], { T }, []);
  const less = graph.add("Sub", [count, graph.floats(1)], { T }, []);
  const factor = graph.add("RealDiv", [less, count], { T }, []);
  return { y, mean, variance: graph.add("Mul", [unbiased, factor], { T }, channels) };
}
