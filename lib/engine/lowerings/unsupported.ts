import { CherenkitError } from "../../errors.js";

const last = (axis: unknown, rank: number): boolean => {
  const axes = [axis ?? -1].flat().map(Number);
  return axes.length === 1 && (axes[0] === -1 || axes[0] === rank - 1);
};

/** Settings of a layer that its lowering would pass over in silence, each with what to do instead. */
function found(className: string, config: Readonly<Record<string, unknown>>, rank: number): [string, string] | null {
  const set = (name: string): boolean => config[name] !== undefined && config[name] !== null;
  if (config.dataFormat === "channelsFirst") return ["dataFormat channelsFirst", "put the channels last"];
  const penalty = Object.keys(config).find((name) => /(Regularizer|Constraint)$/.test(name) && set(name));
  if (penalty) return [penalty, "take the optimizer AdamW with weight_decay"];
  if (["BatchNormalization", "Softmax"].includes(className) && !last(config.axis, rank)) {
    return [`axis ${String(config.axis)}`, "let it act along the last axis, with a Permute layer where needed"];
  }
  if (className === "Dropout" && set("noiseShape"))
    return ["noiseShape", "take SpatialDropout2D to drop whole channels"];
  return null;
}

/** @throws {CherenkitError} for a setting of a layer that the engine does not compile. */
export function refuseUnsupported(
  className: string,
  config: Readonly<Record<string, unknown>>,
  path: string,
  rank: number,
): void {
  const setting = found(className, config, rank);
  if (!setting) return;
  throw new CherenkitError(`${path}: the engine does not compile ${setting[0]}`, {
    place: path,
    remedy: `${setting[1]}, or set engine: eager`,
  });
}
