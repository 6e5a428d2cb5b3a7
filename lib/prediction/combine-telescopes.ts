import type { Task } from "../config/task.js";
import { fromSkyOffset } from "../coordinates/sky-offset.js";
import { inDegrees } from "../events/pointing.js";
import { type AxisImage, axisDirection } from "./axis-direction.js";
import type { ImageAxes } from "./image-axes.js";
import { KeyedRows } from "./keyed-rows.js";
import type { Reconstructed } from "./reconstructed.js";
import { validRows } from "./reconstructed.js";
import { type MeanDirection, meanDirection, weightedLogMean, weightedMean } from "./stereo-mean.js";
import type { TelescopeTriggers, Triggers } from "./triggers.js";

/** Predictions of one telescope, one row a trigger. */
export interface TelescopePrediction {
  readonly triggers: TelescopeTriggers;
  readonly values: Reconstructed;
  /** Weight of each row in the combination. */
  readonly weights: Float64Array | null;
  /** Of directions: the long axes of the images, where they are to be used. */
  readonly axes?: ImageAxes | null;
}

/** Predictions of the array, one row an event. */
export interface ArrayPrediction {
  readonly values: Reconstructed;
  /** `[events, telescopes of the file]`: 1 for those that took part. */
  readonly telescopes: Uint8Array;
}

interface Member {
  readonly telescope: number;
  readonly row: number;
}

/** For each event the telescopes with a valid prediction. */
function members(task: Task, events: Triggers, telescopes: readonly TelescopePrediction[]): (readonly Member[])[] {
  const index = new KeyedRows(events.obsIds, events.eventIds);
  const found: Member[][] = Array.from({ length: events.rows }, () => []);
  for (const [telescope, { triggers, values }] of telescopes.entries()) {
    const valid = validRows(task, values);
    for (let row = 0; row < triggers.rows; row++) {
      if (!valid[row]) continue;
      const event = index.find(triggers.obsIds[row]!, triggers.eventIds[row]!);
      if (event >= 0) found[event]!.push({ telescope, row });
    }
  }
  return found;
}

/** Images without a usable weight count nothing beside others that have one, and all the same among themselves. */
function eventWeights(weights: readonly number[]): number[] {
  const usable = weights.map((weight) => (weight > 0 && Number.isFinite(weight) ? weight : 0));
  return usable.some((weight) => weight > 0) ? usable : weights.map(() => 1);
}

/** The direction in which the axes of an event's images meet, and whose they are; null where fewer than two have one. */
function alongAxes(
  telescopes: readonly TelescopePrediction[],
  list: readonly Member[],
): (MeanDirection & { readonly members: readonly Member[] }) | null {
  const origin = telescopes[list[0]!.telescope]!.axes?.pointing(list[0]!.row);
  if (!origin || list.length < 2) return null;
  const members: Member[] = [];
  const images: AxisImage[] = [];
  for (const member of list) {
    const { values, axes } = telescopes[member.telescope]!;
    const image = axes?.image(member.row, values.alt![member.row]!, values.az![member.row]!, origin);
    if (!image) continue;
    members.push(member);
    images.push(image);
  }
  if (images.length < 2) return null;
  const { x, y, spread } = axisDirection(images);
  return { ...fromSkyOffset({ fovLonDeg: x, fovLatDeg: y }, inDegrees(origin)), spreadDeg: spread, members };
}

/**
 * Combines the predictions of the telescopes event by event: mean gammaness, mean energy, mean direction vector or, with
 * `axes`, the direction in which the axes of the images meet. Events without a valid prediction stay NaN.
 * @param order telescope ids in the order of the file
 * @param logarithmic mean of the logarithms of the energies
 */
export function combineTelescopes(
  task: Exclude<Task, "skydirection">,
  events: Triggers,
  telescopes: readonly TelescopePrediction[],
  order: readonly number[],
  logarithmic = false,
): ArrayPrediction {
  const names = {
    type: ["prediction"],
    energy: ["energy", "energy_uncert"],
    cameradirection: ["alt", "az", "ang_distance_uncert"],
  }[task];
  const values = Object.fromEntries(names.map((name) => [name, new Float64Array(events.rows).fill(Number.NaN)]));
  const mask = new Uint8Array(events.rows * order.length);
  const positions = telescopes.map(({ triggers }) => order.indexOf(triggers.telescope.id));
  for (const [event, list] of members(task, events, telescopes).entries()) {
    if (list.length === 0) continue;
    const weights = eventWeights(list.map(({ telescope, row }) => telescopes[telescope]!.weights?.[row] ?? 1));
    const column = (name: string): number[] =>
      list.map(({ telescope, row }) => telescopes[telescope]!.values[name]![row]!);
    const met = task === "cameradirection" ? alongAxes(telescopes, list) : null;
    for (const { telescope } of met?.members ?? list) mask[event * order.length + positions[telescope]!] = 1;
    if (task === "cameradirection") {
      const { altDeg, azDeg, spreadDeg } = met ?? meanDirection(column("alt"), column("az"), weights);
      values.alt![event] = altDeg;
      values.az![event] = azDeg;
      values.ang_distance_uncert![event] = spreadDeg;
      continue;
    }
    const average = task === "energy" && logarithmic ? weightedLogMean : weightedMean;
    const { mean, spread } = average(column(names[0]!), weights);
    values[names[0]!]![event] = mean;
    if (task === "energy") values.energy_uncert![event] = spread;
  }
  return { values, telescopes: mask };
}
