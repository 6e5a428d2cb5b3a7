import type { Value } from "../graph.js";
import { dropout } from "../ops/dropout.js";
import { flatten, pad, reshape, resize, transpose } from "../ops/shape.js";
import { type Lowering, type LoweringContext, pair } from "./lowering.js";

export const lowerFlatten: Lowering = ({ graph }, [x]) => flatten(graph, x!);

export const lowerReshape: Lowering = ({ graph, config }, [x]) => {
  const target = (config.targetShape as (number | null)[]).map((size) => size ?? -1);
  const open = target.indexOf(-1);
  const length = x!.shape.slice(1).reduce((a, b) => a * b, 1);
  if (open >= 0) target[open] = length / target.filter((size) => size >= 0).reduce((a, b) => a * b, 1);
  return reshape(graph, x!, [-1, ...target]);
};

export const lowerZeroPadding2D: Lowering = ({ graph, config }, [x]) => {
  const [rows, columns] = config.padding as [[number, number], [number, number]];
  return pad(graph, x!, [[0, 0], rows, columns, [0, 0]]);
};

/** Dimensions in another order; those of the configuration count from 1, the batch stays first. */
export const lowerPermute: Lowering = ({ graph, config }, [x]) =>
  transpose(graph, x!, [0, ...(config.dims as number[])]);

export const lowerUpSampling2D: Lowering = ({ graph, config }, [x]) => {
  const [rows, columns] = pair(config.size, [2, 2]);
  const interpolation = config.interpolation === "bilinear" ? "bilinear" : "nearest";
  return resize(graph, x!, [x!.shape[1]! * rows, x!.shape[2]! * columns], interpolation);
};

/** Dropout acts only while training. */
function drop({ graph, config, training, path, step, seed, copy }: LoweringContext, x: Value, whole: boolean): Value {
  const rate = Number(config.rate);
  if (!training || rate <= 0) return x;
  let own = Number(config.seed ?? seed);
  for (const character of copy > 0 ? `${path}#${copy}` : path)
    own = (own * 31 + character.charCodeAt(0)) % 2_147_483_647;
  return dropout(graph, x, rate, own, step, whole);
}

export const lowerDropout: Lowering = (context, [x]) => drop(context, x!, false);

/** Drops whole channels. */
export const lowerSpatialDropout2D: Lowering = (context, [x]) => drop(context, x!, true);
