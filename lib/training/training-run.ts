import type { ModelFolder } from "../config/model-folder.js";
import { counted } from "../display/counted.js";
import { type Cell, DataTable } from "../display/data-table.js";
import { type Displayable, jupyterDisplay, type MimeBundle } from "../display/mime-bundle.js";
import { type EpochRecord, recordNames, recordValue } from "./epoch-record.js";

/** A finished training: its epochs, and where its model lies. Shows itself as a table of the epochs. */
export class TrainingRun implements Displayable {
  readonly history: readonly EpochRecord[];
  readonly folder: ModelFolder;
  /** Epoch whose weights the model has, from 0. */
  readonly bestEpoch: number;
  /** Why training ended before the last epoch; null when it did not. */
  readonly stopped: string | null;
  /** Training time of all parts together. */
  readonly seconds: number;

  constructor(
    history: readonly EpochRecord[],
    folder: ModelFolder,
    bestEpoch: number,
    stopped: string | null,
    seconds: number,
  ) {
    this.history = history;
    this.folder = folder;
    this.bestEpoch = bestEpoch;
    this.stopped = stopped;
    this.seconds = seconds;
  }

  /** One row an epoch, counted from 1; the epoch whose weights were kept has a ★. */
  table(): DataTable {
    const [first] = this.history;
    if (!first) return new DataTable(["epoch"], []);
    const names = recordNames(first);
    const rows = this.history.map((record): Cell[] => [
      `${record.epoch + 1}${record.epoch === this.bestEpoch ? " ★" : ""}`,
      ...names.map((name) => recordValue(record, name)),
      Math.round(record.imagesPerSecond),
      Number((100 * record.waitShare).toFixed(1)),
      Number(record.seconds.toFixed(1)),
    ]);
    const caption = [
      `${counted(this.history.length, "epoch")} in ${this.seconds.toFixed(1)} s`,
      ...(this.stopped ? [`stopped early: ${this.stopped}`] : []),
    ].join("; ");
    return new DataTable(["epoch", ...names, "images/s", "waiting %", "s"], rows, caption);
  }

  toString(): string {
    return this.table().toText();
  }

  [jupyterDisplay](): MimeBundle {
    return this.table()[jupyterDisplay]();
  }
}
