import { writeFileAtomically } from "../../files/write-atomically.js";
import { type EpochRecord, logColumns, recordValue } from "../epoch-record.js";
import type { Callback } from "./callback.js";

const cell = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? "nan" : String(value);

/** training_log.csv as text: Keras' columns and `lr`, one line an epoch. */
export function logText(history: readonly EpochRecord[]): string {
  const [first] = history;
  if (!first) return "";
  const [epoch, ...columns] = logColumns(first);
  const lines = history.map((record) =>
    [record.epoch, ...columns.map((name) => cell(recordValue(record, name)))].join(","),
  );
  return `${[epoch, ...columns].join(",")}\n${lines.join("\n")}\n`;
}

/** Writes training_log.csv, whole and at once, after each epoch. */
export function csvLog(path: string): Callback {
  return {
    name: "csv-log",
    onEpoch: (_record, training) => writeFileAtomically(path, logText(training.state.history)),
  };
}
