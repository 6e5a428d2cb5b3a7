import { dropout } from "../ops/dropout.js";
import { flatten, pad, reshape } from "../ops/shape.js";
import type { Lowering } from "./lowering.js";

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

/** Dropout acts only while training. */
export const lowerDropout: Lowering = ({ graph, config, training, path, step, seed }, [x]) => {
  const rate = Number(config.rate);
  if (!training || rate <= 0) return x!;
  let own = Number(config.seed ?? seed);
  for (const character of path) own = (own * 31 + character.charCodeAt(0)) % 2_147_483_647;
  return dropout(graph, x!, rate, own, step);
};
