import type { EpochRecord } from "../epoch-record.js";
import type { Callback } from "./callback.js";

const value = (number: number): string => (Number.isFinite(number) ? number.toPrecision(4) : String(number));
const whole = (number: number): string => Math.round(number).toLocaleString("en-US");

/** One line about an epoch: losses, metrics, images/s, the share of time spent waiting for data, memory, GPU. */
export function epochLine(record: EpochRecord, epochs: number): string {
  const metrics = Object.entries(record.metrics).map(([name, number]) => `${name} ${value(number)}`);
  return [
    `epoch ${record.epoch + 1}/${epochs}`,
    `${record.seconds.toFixed(1)} s`,
    `loss ${value(record.loss)}`,
    `val_loss ${value(record.val_loss)}`,
    ...metrics,
    `${whole(record.imagesPerSecond)} images/s`,
    `waiting ${(100 * record.waitShare).toFixed(1)} %`,
    `${whole(record.memoryMB)} MB`,
    ...(record.gpuUtilisation === undefined ? [] : [`GPU ${(100 * record.gpuUtilisation).toFixed(0)} %`]),
  ].join("  ");
}

/** One line within an epoch. `done` and `total` count training steps. */
export function stepLine(
  epoch: number,
  epochs: number,
  done: number,
  total: number,
  loss: number,
  imagesPerSecond: number,
): string {
  const share = Math.floor((100 * done) / total);
  return `epoch ${epoch + 1}/${epochs}  ${share} %  loss ${value(loss)}  ${whole(imagesPerSecond)} images/s`;
}

/** Prints a line after each epoch. */
export function progressLine(epochs: number): Callback {
  return {
    name: "progress-line",
    onEpoch: (record, training) => training.say(epochLine(record, epochs)),
  };
}
