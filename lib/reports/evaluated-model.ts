import type { Task } from "../config/task.js";
import { CherenkitError, ConfigError } from "../errors.js";
import { evaluateTask, taskMetrics } from "../evaluation/evaluate-task.js";
import type { Evaluation, MetricValue } from "../evaluation/evaluation.js";
import { cutParameters, withCuts } from "./cuts.js";
import type { Level } from "./dl2-algorithm.js";
import { guess } from "./guess.js";
import { type ModelRecord, readModelRecord } from "./model-record.js";
import { type PredictionRows, readPredictions } from "./predictions.js";

/** A model with its predictions of the test files and what they are worth. */
export interface EvaluatedModel {
  readonly record: ModelRecord;
  /** Null, with the reason in `problem`, when the predictions cannot be used. */
  readonly predictions: PredictionRows | null;
  readonly evaluation: Evaluation | null;
  /** The same metrics of an answer that looks at no image. */
  readonly guessed: Readonly<Record<string, MetricValue>> | null;
  readonly problem: string | null;
}

/** A telescope's images are judged one by one where the network sees one at a time. */
export function levelOf(record: ModelRecord): Level {
  return (record.card?.reader.mode ?? record.config?.reader.mode ?? "mono") === "mono" ? "telescope" : "subarray";
}

export interface EvaluateOptions {
  /** What the model reconstructs, where its folder does not say. */
  readonly task?: Task;
  /** Only rows for which these are true, e.g. `true_energy > 1 * u.TeV`. */
  readonly cuts?: readonly string[];
}

/**
 * Reads a model folder and evaluates its predictions.
 * @throws {InputError} only when there is no such folder
 * @throws {ConfigError} for a cut that cannot be understood
 */
export async function evaluateModel(path: string, options: EvaluateOptions = {}): Promise<EvaluatedModel> {
  const record = await readModelRecord(path, options.task);
  const nothing = { record, predictions: null, evaluation: null, guessed: null };
  if (record.missing.dl2) return { ...nothing, problem: record.missing.dl2 };
  const cuts = options.cuts ?? [];
  let predictions: PredictionRows;
  try {
    const parameters = cutParameters(cuts);
    predictions = withCuts(await readPredictions(record.dl2Files, record.task, levelOf(record), { parameters }), cuts);
  } catch (error) {
    if (!(error instanceof CherenkitError) || error instanceof ConfigError) throw error;
    return { ...nothing, problem: error.message.split("\n")[0]! };
  }
  const evaluation = evaluateTask(predictions, record.task);
  const problem = evaluation.events > 0 ? null : (predictions.notes.at(-1) ?? "no prediction is left to judge");
  return { record, predictions, evaluation, guessed: taskMetrics(guess(predictions), record.task), problem };
}
