import { existsSync, statSync } from "node:fs";
import { basename } from "node:path";
import type { Channel } from "../config/channel.js";
import type { Config, FileSelection } from "../config/config.js";
import type { ModelCard } from "../config/model-card.js";
import { selectFiles } from "../config/select-files.js";
import { angularSeparationDeg } from "../coordinates/angular-separation.js";
import { counted } from "../display/counted.js";
import { formatCell } from "../display/data-table.js";
import type { MetricValue } from "../evaluation/evaluation.js";
import type { Predictions } from "../evaluation/predictions.js";
import type { EvaluatedModel } from "./evaluated-model.js";
import { guessWords } from "./guess.js";
import type { Notice } from "./notices.js";

const warning = (text: string): Notice => ({ kind: "warning", text });
const note = (text: string): Notice => ({ kind: "note", text });

function trainingNotices({ record }: EvaluatedModel): Notice[] {
  const { history, metrics, config, card, missing } = record;
  const planned = metrics?.epochs_planned ?? config?.training.epochs;
  const notices: Notice[] = [];
  if (missing.model) notices.push(warning(missing.model));
  if (planned && history.length > 0 && history.length < planned) {
    const epochs = `trained for ${history.length} of ${counted(planned, "epoch")}`;
    notices.push(metrics?.stopped ? note(`${epochs}: ${metrics.stopped}`) : warning(epochs));
  }
  const losses = history.map((epoch) => epoch.val_loss).filter(Number.isFinite);
  const best = losses.indexOf(Math.min(...losses));
  if (losses.length >= 4 && best < losses.length - 3 && losses.at(-1)! > 1.1 * losses[best]!) {
    const later = losses.length - 1 - best;
    notices.push(
      note(
        `the validation loss rose during the last ${later} epochs: the network began to learn its examples by heart`,
      ),
    );
  }
  const telescopes = card?.telescopes.length ?? 1;
  if (config?.training.splitBy === "image" && config.reader.mode === "mono" && telescopes > 1) {
    notices.push(
      note(
        "validation and training share events: images of one shower stand on both sides (split_by: image), so the validation loss flatters; the test files do not",
      ),
    );
  }
  return notices;
}

/** Files that are trained on and tested; none when the data are gone. */
async function sharedFiles({ training, testing }: Config): Promise<string[]> {
  const list = (selection: FileSelection): Promise<string[]> => selectFiles(selection).catch(() => []);
  const selections = [training.signal, ...(training.background ? [training.background] : [])];
  const trained = new Set((await Promise.all(selections.map(list))).flat());
  const tested = await Promise.all((testing?.files ?? []).map(({ selection }) => list(selection)));
  return tested.flat().filter((file) => trained.has(file));
}

async function fileNotices({ record, predictions }: EvaluatedModel): Promise<Notice[]> {
  const { dl2Files, folder, config } = record;
  const notices = (predictions?.notes ?? []).map(warning);
  const changed = (path: string): number => (existsSync(path) ? statSync(path).mtimeMs : 0);
  const older = dl2Files.filter((file) => changed(file) < changed(folder.card));
  if (older.length > 0) {
    notices.push(warning(`${older.map((file) => basename(file)).join(", ")} older than the model: test it again`));
  }
  const shared = config ? await sharedFiles(config) : [];
  if (shared.length > 0) {
    const names = shared.map((file) => basename(file)).join(", ");
    notices.push(warning(`training and test share files, so the numbers flatter: ${names}`));
  }
  return notices;
}

/** How far beyond the energies of its training a network may answer before its reader is told. */
const energyMargin = 3;

/** What a card says about the training that answers are held against. */
interface Training {
  readonly validity: Pick<ModelCard["validity"], "energyTeV" | "pointingDeg">;
  readonly reader: Pick<ModelCard["reader"], "channels">;
}

/** Channels of charges that grow without limit, and the one whose values stay within what a network knows. */
const logarithmOf: Partial<Record<Channel, Channel>> = { image: "log_image", cleaned_image: "log_cleaned_image" };

/** What helps against energies far outside of the training's. */
function wildEnergyRemedy(channels: readonly Channel[]): string {
  for (const channel of channels) {
    const logarithm = logarithmOf[channel];
    if (logarithm) return `${logarithm} in place of ${channel} keeps very bright images within what a network knows`;
  }
  return "look at their images, and keep such out of training and prediction with quality_criteria";
}

/** What lies outside of what the network was trained on: test events, their pointings, and its own answers. */
export function validityNotices({ validity, reader }: Training, predictions: Predictions): Notice[] {
  const { energyTeV, pointingDeg } = validity;
  const notices: Notice[] = [];
  const judged = predictions.valid.reduce((sum, valid) => sum + valid, 0);
  let [beyond, farthest, wild, wildest] = [0, 0, 0, 0];
  for (let row = 0; row < predictions.rows; row++) {
    if (!predictions.valid[row]) continue;
    const energy = predictions.trueEnergyTeV[row]!;
    if (energyTeV && (energy < energyTeV.min || energy > energyTeV.max)) beyond++;
    const answer = predictions.energyTeV?.[row] ?? Number.NaN;
    if (energyTeV && (answer < energyTeV.min / energyMargin || answer > energyTeV.max * energyMargin)) {
      wild++;
      wildest = Math.max(wildest, answer);
    }
    const [alt, az] = [predictions.pointingAltDeg[row]!, predictions.pointingAzDeg[row]!];
    const distance = Math.min(...pointingDeg.map((known) => angularSeparationDeg(az, alt, known.az, known.alt)));
    if (distance > farthest && Number.isFinite(distance)) farthest = distance;
  }
  if (energyTeV) {
    const range = `the training's ${energyTeV.min.toPrecision(3)} to ${energyTeV.max.toPrecision(3)} TeV`;
    if (beyond > 0.01 * judged) {
      const share = ((100 * beyond) / judged).toFixed(0);
      notices.push(warning(`${share} % of the test events have energies outside ${range}`));
    }
    if (wild > 0) {
      const which =
        wild === 1 ? "one predicted energy lies" : `${counted(wild, "predicted energy", "predicted energies")} lie`;
      notices.push(
        warning(
          `${which} more than ${energyMargin} times outside ${range}, the highest is ${formatCell(Number(wildest.toPrecision(3)))} TeV; ${wildEnergyRemedy(reader.channels)}`,
        ),
      );
    }
  }
  if (farthest > 1) {
    notices.push(warning(`test files point up to ${farthest.toFixed(1)}° away from the pointings of the training`));
  }
  return notices;
}

/** What an evaluation itself gives to be careful about: one class, few events, answers no better than a guess. */
export function qualityNotices({ evaluation, guessed }: Pick<EvaluatedModel, "evaluation" | "guessed">): Notice[] {
  if (!evaluation || evaluation.events === 0) return [];
  const notices: Notice[] = [];
  const of = (key: string): MetricValue | undefined => evaluation.metrics[key];
  if (evaluation.task === "type") {
    const [accuracy, majority, auc] = [of("accuracy")!, of("baselineAccuracy")!, of("auc")!];
    if (Object.keys(evaluation.particles).length < 2) {
      notices.push(warning("the test files hold one class only: they cannot tell how well two are told apart"));
    } else if (accuracy.value < majority.value) {
      const text = `accuracy ${accuracy.value.toFixed(3)} is below the majority baseline ${majority.value.toFixed(3)}`;
      notices.push(warning(`${text}; judge the network by its ROC curve and choose another cut`));
    }
    if (auc.low < 0.5) notices.push(warning("the area under the ROC curve is compatible with guessing (0.5)"));
  } else {
    const key = evaluation.task === "energy" ? "resolutionAboutZero" : "resolution";
    const [own, blind] = [of(key)!, guessed?.[key]];
    if (blind && own.high >= blind.value) {
      notices.push(warning(`on these events not clearly better than a guess: ${guessWords[evaluation.task]}`));
    }
  }
  if (evaluation.events < 200) {
    notices.push(
      note(`only ${counted(evaluation.events, "test event")}: the intervals are wide, and bins of energy stay empty`),
    );
  }
  return notices;
}

/** All that a reader should know before trusting a report. */
export async function modelNotices(model: EvaluatedModel): Promise<Notice[]> {
  const { card } = model.record;
  const ofValidity = card && model.predictions ? validityNotices(card, model.predictions) : [];
  return [...trainingNotices(model), ...qualityNotices(model), ...ofValidity, ...(await fileNotices(model))];
}
