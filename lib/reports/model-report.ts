import { basename } from "node:path";
import { channelsText } from "../config/channel.js";
import type { Config } from "../config/config.js";
import { type Cell, DataTable } from "../display/data-table.js";
import { duration } from "../display/duration.js";
import type { Displayable } from "../display/mime-bundle.js";
import type { Figure } from "../figures/figure.js";
import { learningCurve } from "../figures/learning-curve.js";
import { loadModel } from "../models/load-model.js";
import { modelSummary } from "../models/model-summary.js";
import { inferenceMs } from "./cost-columns.js";
import { type EvaluatedModel, evaluateModel } from "./evaluated-model.js";
import { legacyTable, metricsTable } from "./metrics-table.js";
import { MissingBox } from "./missing-box.js";
import { modelNotices } from "./model-notices.js";
import { type Notice, Notices } from "./notices.js";
import type { StageRun } from "./stage-runs.js";
import { publishedFor, taskFigures } from "./task-figures.js";
import { worstEventsTable } from "./worst-events-table.js";
import { worstGallery } from "./worst-gallery.js";

const taskNames = {
  type: "particle type (gamma or background)",
  energy: "energy",
  cameradirection: "direction, from the camera image",
  skydirection: "direction in the sky",
} as const;

const whole = (count: number | null | undefined): string | null =>
  count === null || count === undefined ? null : count.toLocaleString("en-US");

const durationMs = (milliseconds: number | null | undefined): string | null =>
  milliseconds === null || milliseconds === undefined ? null : duration(milliseconds / 1000);

/** What a report shows of one model. Every part is there, also of an unfinished or damaged model: then it says why. */
export class ModelReport {
  readonly model: EvaluatedModel;
  private readonly warningList: readonly Notice[];

  constructor(model: EvaluatedModel, notices: readonly Notice[]) {
    this.model = model;
    this.warningList = notices;
  }

  /** What was trained, on what, for how long. */
  overview(): DataTable {
    const { record, evaluation } = this.model;
    const { metrics, config, card, history } = record;
    const planned = metrics?.epochs_planned ?? config?.training.epochs;
    const best = metrics?.best_epoch;
    const epochs =
      history.length === 0
        ? null
        : `${history.length}${planned ? ` of ${planned}` : ""}${best === null || best === undefined ? "" : `, best: ${best + 1}`}`;
    const builtIn = config?.model.type === "SingleCNN" || config?.model.type === "ResNet";
    const attention = builtIn && config.model.attention ? ` with ${config.model.attention.mechanism}` : "";
    const rows: [string, Cell][] = [
      ["task", taskNames[record.task]],
      ["model", `${record.name}${config ? ` (${config.model.type}${attention})` : ""}`],
      ["trained", card ? card.trained.slice(0, 16).replace("T", " ") : null],
      ["epochs", epochs],
      ["batch size", whole(config?.training.batchSize)],
      ["training examples", whole(metrics?.training_events)],
      ["test examples", evaluation ? `${whole(evaluation.events)}, ${whole(evaluation.rejected)} rejected` : null],
      ["particles tested", evaluation ? particles(evaluation.particles) : null],
    ];
    return new DataTable(["", ""], rows);
  }

  /** What to know before trusting the numbers. */
  warnings(): Notices {
    return new Notices(this.warningList);
  }

  /** Metrics with intervals, and what guessing would give. */
  metrics(): Displayable {
    const { evaluation, guessed, problem } = this.model;
    if (!evaluation || problem) return new MissingBox("Metrics", problem ?? "not known");
    return metricsTable(evaluation, guessed ?? undefined);
  }

  /** What former reports showed under like names. */
  legacy(): Displayable {
    const { evaluation, problem } = this.model;
    const table = evaluation && !problem ? legacyTable(evaluation) : null;
    return table ?? new MissingBox("Former definitions", problem ?? "all metrics were defined as now");
  }

  learningCurve(): Figure {
    return learningCurve(this.model.record.history);
  }

  /** The figures of the task. */
  figures(): (Figure | MissingBox)[] {
    const { evaluation, problem, record } = this.model;
    if (!evaluation || problem) return [new MissingBox("Figures of the predictions", problem ?? "not known")];
    return taskFigures(record.task, evaluation, publishedFor(record.card));
  }

  /** Camera images of the events whose prediction is most wrong. */
  async worstImages(): Promise<Displayable> {
    return worstGallery(this.model);
  }

  /** The same events and more as a table, by the numbers that `openEvents` finds them by. */
  worstEvents(): Displayable {
    const { predictions, problem } = this.model;
    if (!predictions || problem)
      return new MissingBox("The events whose prediction is most wrong", problem ?? "not known");
    return worstEventsTable(predictions, 12);
  }

  /** Layers, parameters and operations of the network. */
  async summary(): Promise<Displayable> {
    const { folder, missing } = this.model.record;
    if (missing.model) return new MissingBox("Network", missing.model);
    return modelSummary(await loadModel(folder.model));
  }

  /** What training and prediction took. */
  cost(): DataTable {
    const { metrics, modelBytes } = this.model.record;
    const perImage = inferenceMs(this.model.record);
    const rows: [string, Cell, string][] = [
      ["parameters", metrics?.num_params, ""],
      ["layers", metrics?.layers, ""],
      ["operations an image", metrics?.estimated_flops ?? null, "GFLOP"],
      ["size on disk", modelBytes === null ? null : modelBytes / 1e6, "MB"],
      ["training time", durationMs(metrics?.training_ms), ""],
      ["training speed", metrics?.images_per_second ? Math.round(metrics.images_per_second) : null, "images/s"],
      ["share of time waiting for data", percent(metrics?.wait_share), ""],
      ["inference of the test files", durationMs(metrics?.testing_ms), ""],
      ["inference an image", perImage, "ms"],
      ["inference speed", perImage ? Math.round(1000 / perImage) : null, "images/s"],
      ["latency of one image alone", rounded(metrics?.latency_ms_1), "ms"],
      ["latency of 64 images together", rounded(metrics?.latency_ms_64), "ms"],
    ];
    return new DataTable(["", "value", "unit"], rows);
  }

  /** Where the numbers come from: configuration, files, versions, machines. */
  provenance(): DataTable {
    const { record, predictions } = this.model;
    const { config, card, runs, folder } = record;
    const latest = (stage: string): StageRun | undefined => runs.filter((run) => run.stage === stage).at(-1);
    const [trained, tested] = [latest("train"), latest("test")];
    const validity = card?.validity;
    const rows: [string, Cell][] = [
      ["model folder", folder.path],
      ["configuration", config?.file],
      ["training files", validity ? `${validity.trainingFiles}, ${files(config)}` : null],
      ["hash of the training files", validity?.trainingFilesHash.slice(0, 16)],
      ["telescopes", card?.telescopes.map(({ id, type }) => `${id} (${type})`).join(", ")],
      ["camera", card ? `${card.camera.name}, ${card.camera.pixels} pixels` : null],
      ["pointings [deg]", validity?.pointingDeg.map(({ alt, az }) => `alt ${alt}, az ${az}`).join("; ")],
      ["channels", config && channelsText(config.reader.channels)],
      ["quality cuts", config ? config.reader.qualityCriteria.map((c) => c.expression).join(", ") || "none" : null],
      ["test files", predictions ? testFiles(predictions) : null],
      ["cherenkit", card?.cherenkit],
      ["training run", run(trained)],
      ["test run", run(tested)],
    ];
    return new DataTable(["", ""], rows);
  }
}

function rounded(value: number | null | undefined): number | null {
  return value === null || value === undefined ? null : Number(value.toPrecision(3));
}

function percent(share: number | null | undefined): string | null {
  return share === null || share === undefined ? null : `${(100 * share).toFixed(1)} %`;
}

function particles(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count.toLocaleString("en-US")}`)
    .join(", ");
}

function files(config: Config | null): string {
  const training = config?.training;
  if (!training) return "";
  return [training.signal, training.background]
    .flatMap((selection) => (selection ? [`${selection.patterns.join(", ")} in ${selection.folder}`] : []))
    .join("; ");
}

function testFiles({ files: paths, fileIndex, prefixes }: NonNullable<EvaluatedModel["predictions"]>): string {
  const counts = new Array<number>(paths.length).fill(0);
  for (const file of fileIndex) counts[file]!++;
  return paths.map((path, i) => `${basename(path)} (${prefixes[i]}, ${whole(counts[i])} rows)`).join(", ");
}

function run(found: StageRun | undefined): string | null {
  if (!found) return null;
  const job = found.slurm.SLURM_JOB_ID ? `, SLURM job ${found.slurm.SLURM_JOB_ID}` : "";
  const commit = found.gitCommit ? `, commit ${found.gitCommit.replace(/^(.{10})[^+]*/, "$1")}` : "";
  const memory = found.peakMemoryBytes ? `, ${(found.peakMemoryBytes / 1e9).toFixed(2)} GB at most` : "";
  const started = found.startedAt.slice(0, 16).replace("T", " ");
  return `${found.status}, ${started} UTC, ${duration(found.seconds)} on ${found.host}${job}${commit}${memory}`;
}

/**
 * The report of a model folder.
 * @param options.cuts only rows for which these are true, e.g. `true_energy > 1 * u.TeV`
 * @throws {InputError} only when there is no such folder
 */
export async function modelReport(
  folder: string,
  options: { readonly cuts?: readonly string[] } = {},
): Promise<ModelReport> {
  const model = await evaluateModel(folder, options);
  return new ModelReport(model, await modelNotices(model));
}
