import type { Task } from "../../lib/config/task.js";
import { fromSkyOffset } from "../../lib/coordinates/sky-offset.js";
import { evaluateTask } from "../../lib/evaluation/evaluate-task.js";
import type { DirectionEvaluation, EnergyEvaluation, TypeEvaluation } from "../../lib/evaluation/evaluation.js";
import type { Predictions } from "../../lib/evaluation/predictions.js";
import { RandomGenerator } from "../../lib/random/generator.js";
import type { EpochRecord } from "../../lib/training/epoch-record.js";

/** Predictions of a model of the given quality (1 good, 3 poor) for made-up gammas and protons of 0.3–100 TeV. */
export function samplePredictions(task: Task, rows: number, quality: number = 1, seed: number = 7): Predictions {
  const random = new RandomGenerator(seed);
  const column = (): Float64Array => new Float64Array(rows);
  const pointing = { altDeg: 70, azDeg: 180 };
  const predictions = {
    task,
    level: "telescope" as const,
    files: ["sample.dl2.h5"],
    rows,
    valid: new Uint8Array(rows).fill(1),
    weights: null,
    trueEnergyTeV: column(),
    trueParticle: new Int32Array(rows),
    gammaness: column(),
    energyTeV: column(),
    altDeg: column(),
    azDeg: column(),
    trueAltDeg: column(),
    trueAzDeg: column(),
    impactM: column(),
    intensity: column(),
    pointingAltDeg: column().fill(pointing.altDeg),
    pointingAzDeg: column().fill(pointing.azDeg),
  };
  for (let i = 0; i < rows; i++) {
    const gamma = random.uniform() < 0.5;
    const energy = 0.3 / (1 - random.uniform() * 0.997);
    const ease = quality / (1 + Math.log10(energy / 0.3));
    predictions.trueParticle[i] = gamma ? 0 : 101;
    predictions.trueEnergyTeV[i] = energy;
    predictions.energyTeV[i] = energy * Math.exp(0.3 * ease * random.normal() + 0.1 * (ease - 0.7));
    predictions.impactM[i] = 400 * Math.sqrt(random.uniform());
    predictions.intensity[i] = 60 * energy * (1 + random.exponential(1));
    predictions.gammaness[i] = 1 / (1 + Math.exp(-(gamma ? 1.5 : -1.5) / ease - 1.2 * random.normal()));
    const truth = { fovLonDeg: 1.2 * random.normal(), fovLatDeg: 1.2 * random.normal() };
    const spread = 0.15 * ease;
    const found = {
      fovLonDeg: truth.fovLonDeg + spread * random.normal(),
      fovLatDeg: truth.fovLatDeg + spread * random.normal() + 0.02 * quality,
    };
    const [real, reco] = [fromSkyOffset(truth, pointing), fromSkyOffset(found, pointing)];
    predictions.trueAltDeg[i] = real.altDeg;
    predictions.trueAzDeg[i] = real.azDeg;
    predictions.altDeg[i] = reco.altDeg;
    predictions.azDeg[i] = reco.azDeg;
  }
  return predictions;
}

export const sampleType = (rows: number = 20000, quality: number = 1): TypeEvaluation =>
  evaluateTask(samplePredictions("type", rows, quality), "type") as TypeEvaluation;
export const sampleEnergy = (rows: number = 20000, quality: number = 1): EnergyEvaluation =>
  evaluateTask(samplePredictions("energy", rows, quality), "energy") as EnergyEvaluation;
export const sampleDirection = (rows: number = 20000, quality: number = 1): DirectionEvaluation =>
  evaluateTask(samplePredictions("skydirection", rows, quality), "skydirection") as DirectionEvaluation;

/** Epochs of a training that gets better, then overfits. */
export function sampleHistory(epochs: number, slow: number = 1): EpochRecord[] {
  return Array.from({ length: epochs }, (_, epoch) => ({
    epoch,
    loss: 0.2 + 0.5 * Math.exp(-epoch / (4 * slow)),
    val_loss: 0.26 + 0.45 * Math.exp(-epoch / (4 * slow)) + 0.0004 * epoch ** 2,
    metrics: { accuracy: 0.9 - 0.3 * Math.exp(-epoch / 4), val_accuracy: 0.88 - 0.3 * Math.exp(-epoch / 4) },
    learningRate: epoch < 8 ? 1e-3 : epoch < 14 ? 2e-4 : 4e-5,
    imagesPerSecond: 1000,
    waitShare: 0,
    seconds: 10,
    memoryMB: 500,
  }));
}
