import { basename } from "node:path";
import type { Task } from "../config/task.js";
import { DataTable } from "../display/data-table.js";
import { type Displayable, escapeHtml, jupyterDisplay, type MimeBundle } from "../display/mime-bundle.js";
import type { Engine } from "./engine.js";

/** What was predicted of one file. */
export interface FilePrediction {
  readonly input: string;
  readonly output: string;
  readonly tasks: readonly Task[];
  /** Images that passed the quality criteria and were predicted; events where all models are stereo. */
  readonly images: number;
  /** Images of the chosen telescopes, those that were not predicted included. */
  readonly triggers: number;
  readonly events: number;
  readonly seconds: {
    /** Opening, and waiting for images. */
    readonly reading: number;
    /** The networks alone, all models together. */
    readonly inference: number;
    readonly writing: number;
    readonly total: number;
  };
  /** Whole time, all models. */
  readonly imagesPerSecond: number;
  readonly warnings: readonly string[];
}

/** What was predicted: one entry a file. Plain data under `JSON.stringify`. */
export class PredictionResult implements Displayable {
  readonly models: readonly { readonly folder: string; readonly tasks: readonly Task[]; readonly engine: Engine }[];
  readonly files: readonly FilePrediction[];
  readonly images: number;
  readonly events: number;
  readonly seconds: FilePrediction["seconds"];

  constructor(models: PredictionResult["models"], files: readonly FilePrediction[]) {
    const sum = (value: (file: FilePrediction) => number): number =>
      files.reduce((total, file) => total + value(file), 0);
    this.models = models;
    this.files = files;
    this.images = sum(({ images }) => images);
    this.events = sum(({ events }) => events);
    this.seconds = {
      reading: sum(({ seconds }) => seconds.reading),
      inference: sum(({ seconds }) => seconds.inference),
      writing: sum(({ seconds }) => seconds.writing),
      total: sum(({ seconds }) => seconds.total),
    };
  }

  /** One row a file, and the sum of several. */
  table(): DataTable {
    const row = (
      name: string,
      output: string,
      { images, events, seconds }: Pick<FilePrediction, "images" | "events" | "seconds">,
    ): (string | number)[] => [
      name,
      output,
      events,
      images,
      Number(seconds.reading.toFixed(2)),
      Number(seconds.inference.toFixed(2)),
      Number(seconds.writing.toFixed(2)),
      Math.round(images / seconds.total),
    ];
    const rows = this.files.map((file) => row(basename(file.input), basename(file.output), file));
    if (rows.length > 1) rows.push(row("all", "", this));
    const columns = ["file", "DL2 file", "events", "images", "reading [s]", "inference [s]", "writing [s]", "images/s"];
    const models = this.models.map(
      ({ folder, tasks, engine }) => `${tasks.join(", ")} by ${basename(folder)} (${engine})`,
    );
    return new DataTable(columns, rows, models.join("; "));
  }

  toText(): string {
    const warnings = this.files.flatMap((file) => file.warnings.map((warning) => `warning: ${warning}`));
    return [this.table().toText(), ...warnings].join("\n");
  }

  [jupyterDisplay](): MimeBundle {
    const warnings = this.files.flatMap((file) => file.warnings);
    const notes = warnings.map((warning) => `<p><strong>Warning:</strong> ${escapeHtml(warning)}</p>`);
    return { "text/html": [this.table().toHtml(), ...notes].join("\n"), "text/plain": this.toText() };
  }
}
