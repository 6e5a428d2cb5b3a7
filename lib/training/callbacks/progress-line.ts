import type { EpochRecord } from "../epoch-record.js";
import type { Callback } from "./callback.js";

const value = (number: number): string => (Number.isFinite(number) ? number.toPrecision(4) : String(number));
const whole = (number: number): string => Math.round(number).toLocaleString("en-US");

const memory = (mb: number): string => (mb < 1000 ? `${whole(mb)} MB` : `${(mb / 1000).toFixed(1)} GB`);

/**
 * One line about an epoch: losses and metrics of training/validation, images/s, the share of time spent waiting for data,
 * memory, GPU. Short, since a page shows some 120 characters in a row.
 */
export function epochLine(record: EpochRecord, epochs: number): string {
  const { metrics, seconds } = record;
  const both = (name: string, trained: number, validated: number | undefined): string =>
    `${name} ${value(trained)}${validated === undefined ? "" : `/${value(validated)}`}`;
  return [
    `epoch ${record.epoch + 1}/${epochs}`,
    `${seconds.toFixed(seconds < 100 ? 1 : 0)} s`,
    both("loss", record.loss, record.val_loss),
    ...Object.entries(metrics).flatMap(([name, number]) =>
      name.startsWith("val_") ? [] : [both(name, number, metrics[`val_${name}`])],
    ),
    `${whole(record.imagesPerSecond)} images/s`,
    `waiting ${(100 * record.waitShare).toFixed(record.waitShare < 0.1 ? 1 : 0)} %`,
    memory(record.memoryMB),
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

/** Prints a line after each epoch, and before the first of them what its pairs of numbers are. */
export function progressLine(epochs: number): Callback {
  let explained = false;
  return {
    name: "progress-line",
    onEpoch: (record, training) => {
      if (!explained) training.say("losses and metrics: training/validation");
      explained = true;
      training.say(epochLine(record, epochs));
    },
  };
}
