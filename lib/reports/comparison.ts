import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { type Task, tasks } from "../config/task.js";
import { type Cell, DataTable } from "../display/data-table.js";
import type { Displayable } from "../display/mime-bundle.js";
import { InputError } from "../errors.js";
import type { Evaluation } from "../evaluation/evaluation.js";
import { metricTitle } from "../evaluation/metric-title.js";
import type { Figure } from "../figures/figure.js";
import { learningCurve } from "../figures/learning-curve.js";
import { metricComparison } from "../figures/metric-comparison.js";
import { tradeOff } from "../figures/trade-off.js";
import { costColumns, inferenceMs } from "./cost-columns.js";
import { type EvaluatedModel, evaluateModel } from "./evaluated-model.js";
import { EventScores, testedMetric } from "./event-scores.js";
import { MissingBox } from "./missing-box.js";
import { modelNotices } from "./model-notices.js";
import type { ModelRecord } from "./model-record.js";
import { type Notice, Notices } from "./notices.js";
import { averageRank, ranks } from "./ranks.js";
import { publishedFor, taskFigures } from "./task-figures.js";

/** The metrics by which models are ranked. */
const ranked: Readonly<Record<Task, readonly string[]>> = {
  type: ["auc", "balancedAccuracy", "f1", "mcc", "brier", "gammaEfficiency90"],
  energy: ["resolution", "bias", "logMae", "logRmse", "logR2"],
  cameradirection: ["resolution", "median", "mean", "rms", "containment95"],
  skydirection: ["resolution", "median", "mean", "rms", "containment95"],
};

/** The metric that `testedMetric` names. */
const testedKey = { type: "auc", energy: "logMae", cameradirection: "mean", skydirection: "mean" } as const;

const significant = (value: number | null | undefined): number | null => {
  if (typeof value !== "number" || !Number.isFinite(value)) return null;
  return Number.isInteger(value) ? value : Number(value.toPrecision(4));
};

/** A tested model; its predictions themselves are not kept. */
export type ComparedModel = Omit<EvaluatedModel, "predictions" | "evaluation"> & { readonly evaluation: Evaluation };

/** All models of a task beside each other. */
export class Comparison {
  readonly task: Task;
  readonly folder: string;
  readonly models: readonly ComparedModel[];
  /** Models that cannot be compared, and why. */
  readonly incomplete: readonly { readonly name: string; readonly reason: string }[];
  private readonly noticeList: readonly Notice[];
  private readonly scores: EventScores | null;

  constructor(
    task: Task,
    folder: string,
    models: readonly ComparedModel[],
    incomplete: Comparison["incomplete"],
    notices: readonly Notice[],
    scores: EventScores | null,
  ) {
    this.task = task;
    this.folder = folder;
    this.models = models;
    this.incomplete = incomplete;
    this.noticeList = notices;
    this.scores = scores;
  }

  private byName(): Record<string, Evaluation> {
    return Object.fromEntries(this.models.map(({ record, evaluation }) => [record.name, evaluation]));
  }

  private orMissing<T extends Displayable>(title: string, make: () => T): T | MissingBox {
    return this.models.length > 0 ? make() : new MissingBox(title, `no tested model in ${this.folder}`);
  }

  /** Tested on different files, and what else the reports of the models warn of. */
  notices(): Notices {
    return new Notices(this.noticeList);
  }

  /** Models left out, with the reason. */
  leftOut(): Displayable {
    if (this.incomplete.length === 0) return new Notices([{ kind: "note", text: "all models are complete" }]);
    return new DataTable(
      ["left out", "reason"],
      this.incomplete.map(({ name, reason }) => [name, reason]),
    );
  }

  /** The metrics of each model. */
  metrics(): Displayable {
    return this.orMissing("Metrics", () => {
      const keys = ranked[this.task];
      const unit = (key: string): string => this.models[0]!.evaluation.metrics[key]!.unit;
      const head = keys.map((key) => `${metricTitle(key)}${unit(key) ? ` [${unit(key)}]` : ""}`);
      const rows = this.models.map(({ record, evaluation }): Cell[] => [
        record.name,
        ...keys.map((key) => significant(evaluation.metrics[key]!.value)),
        evaluation.events,
      ]);
      return new DataTable(["model", ...head, "test examples"], rows);
    });
  }

  /** Rank of each model by each metric, and their average; 1 is the best. */
  ranks(): Displayable {
    return this.orMissing("Ranks", () => {
      const keys = ranked[this.task];
      const columns = keys.map((key) =>
        ranks(
          this.models.map(({ evaluation }) => evaluation.metrics[key]!.value),
          this.models[0]!.evaluation.metrics[key]!.better,
        ),
      );
      return rankTable(this.models, keys.map(metricTitle), columns);
    });
  }

  /** What each model costs to train and to run. */
  costs(): Displayable {
    return this.orMissing("Cost", () => {
      const rows = this.models.map(({ record }): Cell[] => [
        record.name,
        ...costColumns.map(({ of }) => significant(of(record))),
      ]);
      return new DataTable(["model", ...costColumns.map(({ title }) => title)], rows);
    });
  }

  /** Rank of each model by each cost; 1 is the cheapest or fastest. */
  costRanks(): Displayable {
    return this.orMissing("Ranks by cost", () => {
      const columns = costColumns.map(({ of, better }) =>
        ranks(
          this.models.map(({ record }) => of(record)),
          better,
        ),
      );
      return rankTable(
        this.models,
        costColumns.map(({ title }) => title),
        columns,
      );
    });
  }

  /** Whether the best model is really better than each of the others, on the events that both have seen. */
  significance(): Displayable {
    const { name, unit, better } = testedMetric[this.task];
    if (!this.scores || this.models.length < 2) {
      return new MissingBox("Is the best really better?", "this needs two tested models");
    }
    const scores = this.scores;
    const names = this.models.map(({ record }) => record.name);
    const key = testedKey[this.task];
    const order = ranks(
      this.models.map(({ evaluation }) => evaluation.metrics[key]!.value),
      better === 1 ? "higher" : "lower",
    );
    const best = names[order.indexOf(1)] ?? names[0]!;
    const rows = names
      .filter((other) => other !== best)
      .map((other): Cell[] => {
        const shared = scores.shared(best, other);
        const { value, low, high } = scores.difference(best, other);
        const verdict = shared === 0 ? "no event in common" : low * high > 0 ? "yes" : "not distinguishable";
        const interval = Number.isFinite(low) ? `${low.toPrecision(2)}\u00a0…\u00a0${high.toPrecision(2)}` : "";
        return [other, shared, significant(value), interval, verdict];
      });
    const column = `${name}: best minus other${unit ? ` [${unit}]` : ""}`;
    const head = [`${best} against`, "common events", column, "95 % interval", "really better?"];
    return new DataTable(head, rows);
  }

  /** Metrics with intervals, one panel each. */
  metricFigure(): Figure | MissingBox {
    return this.orMissing("Metrics", () => metricComparison(this.byName(), ranked[this.task].slice(0, 4)));
  }

  /** The tested metric against the time of an image: which models are worth their cost? */
  tradeOff(): Figure | MissingBox {
    return this.qualityAgainst("Quality against cost", "Inference an image", "ms", inferenceMs);
  }

  /** The tested metric against the time of training. */
  trainingTradeOff(): Figure | MissingBox {
    const minutes = ({ metrics }: ModelRecord): number | null =>
      metrics?.training_ms ? metrics.training_ms / 60_000 : null;
    return this.qualityAgainst("Quality against training", "Training", "min", minutes);
  }

  private qualityAgainst(
    title: string,
    cost: string,
    costUnit: string,
    costOf: (record: ModelRecord) => number | null,
  ): Figure | MissingBox {
    const key = testedKey[this.task];
    const { name, unit, better } = testedMetric[this.task];
    return this.orMissing(title, () => {
      const points = this.models.map(({ record, evaluation }) => {
        const { value: quality, low, high } = evaluation.metrics[key]!;
        return { name: record.name, cost: costOf(record) ?? Number.NaN, quality, low, high };
      });
      const axes = { title, cost, costUnit, quality: name, qualityUnit: unit } as const;
      return tradeOff(points, { ...axes, better: better === 1 ? "higher" : "lower" });
    });
  }

  learningCurves(): Figure {
    return learningCurve(Object.fromEntries(this.models.map(({ record }) => [record.name, record.history])));
  }

  /** The figures of the task, the models overlaid or side by side. */
  figures(): (Figure | MissingBox)[] {
    if (this.models.length === 0) return [new MissingBox("Figures", `no tested model in ${this.folder}`)];
    return taskFigures(this.task, this.byName(), publishedFor(this.models[0]!.record.card));
  }
}

function rankTable(
  models: readonly ComparedModel[],
  titles: readonly string[],
  columns: readonly (readonly (number | null)[])[],
): DataTable {
  const rows = models.map(({ record }, row) => {
    const own = columns.map((column) => column[row]!);
    return { name: record.name, own, average: averageRank(own) };
  });
  rows.sort((a, b) => (a.average ?? Number.POSITIVE_INFINITY) - (b.average ?? Number.POSITIVE_INFINITY));
  return new DataTable(
    ["model", ...titles, "average rank"],
    rows.map(({ name, own, average }): Cell[] => [name, ...own, significant(average)]),
  );
}

/** Says when the models were not tested on the same examples. */
function testedAlike(models: readonly { name: string; files: readonly string[]; events: number }[]): Notice[] {
  const lists = models.map(({ files }) => files.map((file) => basename(file)).join(", "));
  if (new Set(lists).size > 1) {
    const each = models.map(({ name }, i) => `${name}: ${lists[i]}`).join("; ");
    return [
      {
        kind: "warning",
        text: `the models were tested on different files, so their numbers differ for that reason too. ${each}`,
      },
    ];
  }
  const counts = models.map(({ events }) => events);
  if (new Set(counts).size > 1) {
    const each = models.map(({ name, events }) => `${name}: ${events.toLocaleString("en-US")}`).join("; ");
    return [{ kind: "warning", text: `the models judged different numbers of the same files' examples. ${each}` }];
  }
  return [];
}

/** What is to be said of several models is said once. */
function together(notices: readonly (Notice & { readonly name: string })[]): Notice[] {
  const texts = [...new Set(notices.map(({ text }) => text))];
  return texts.map((text) => {
    const same = notices.filter((notice) => notice.text === text);
    return { kind: same[0]!.kind, text: `${same.map(({ name }) => name).join(", ")}: ${text}` };
  });
}

/** A folder with anything that a model leaves. */
function isModelFolder(path: string): boolean {
  return ["card.json", "config.yaml", "model", "checkpoint", "training_log.csv", "predict"].some((name) =>
    existsSync(join(path, name)),
  );
}

/**
 * Compares all models below `models/<task>`.
 * @param options.cuts only rows for which these are true, e.g. `true_energy > 1 * u.TeV`
 * @throws {InputError} when the folder does not exist or holds no model
 */
export async function compareModels(
  taskFolder: string,
  options: { readonly cuts?: readonly string[] } = {},
): Promise<Comparison> {
  const folder = resolve(taskFolder);
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new InputError(`the folder ${taskFolder} cannot be read: ${(cause as Error).message}`, {
      place: folder,
      remedy: "give the folder of a task, for example models/energy",
      cause,
    });
  });
  const names = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && isModelFolder(join(folder, entry.name)))
    .map(({ name }) => name)
    .sort();
  if (names.length === 0) {
    throw new InputError(`there is no model in ${taskFolder}`, {
      place: folder,
      remedy: "give the folder of a task, for example models/energy, with trained models in it",
    });
  }
  const models: ComparedModel[] = [];
  const incomplete: { name: string; reason: string }[] = [];
  const notices: (Notice & { readonly name: string })[] = [];
  const tested: { name: string; files: readonly string[]; events: number }[] = [];
  let scores: EventScores | null = null;
  const task = tasks.find((known) => known === basename(folder));
  for (const name of names) {
    const model = await evaluateModel(join(folder, name), { task: task ?? models[0]?.record.task, cuts: options.cuts });
    const { predictions, evaluation, problem } = model;
    if (!predictions || !evaluation || problem) {
      incomplete.push({ name, reason: problem ?? "not known" });
      continue;
    }
    for (const notice of await modelNotices(model)) notices.push({ ...notice, name });
    scores ??= new EventScores(predictions);
    scores.add(name, predictions);
    tested.push({ name, files: predictions.files, events: evaluation.events });
    models.push({ record: model.record, guessed: model.guessed, evaluation, problem });
  }
  const own = task ?? models[0]?.record.task ?? "energy";
  return new Comparison(own, folder, models, incomplete, [...testedAlike(tested), ...together(notices)], scores);
}
