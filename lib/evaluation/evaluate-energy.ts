import { resampledSums } from "./bootstrap.js";
import type { Estimate } from "./confidence-interval.js";
import { logEnergyEdges } from "./energy-bins.js";
import { energyResolutionByEnergy, errorSpread, relativeErrors } from "./energy-resolution.js";
import type { EnergyEvaluation, MetricValue } from "./evaluation.js";
import { eventSample } from "./event-sample.js";
import { histogram, linearEdges } from "./histogram.js";
import { migrationMatrix } from "./migration-matrix.js";
import { countParticles, gammaRows } from "./particle.js";
import { type Predictions, take, takeWeights, usableRows } from "./predictions.js";

/** Means over events of the error p − t of predictions p and true values t, and their variances. */
interface ErrorMeans {
  readonly meanSquare: number;
  readonly meanAbsolute: number;
  readonly truthVariance: number;
  readonly predictedVariance: number;
}

/**
 * Any statistic of the weighted means of errors, from one pass over the events.
 * @param truth t of each event @param predicted p of each event
 */
function errorStatistics(
  truth: Float64Array,
  predicted: Float64Array,
  weights: Float64Array | null,
): (statistic: (means: ErrorMeans) => number) => Estimate {
  const add = (i: number, sums: Float64Array): void => {
    const weight = weights ? weights[i]! : 1;
    const t = truth[i]!;
    const p = predicted[i]!;
    sums[0]! += weight;
    sums[1]! += weight * t;
    sums[2]! += weight * t * t;
    sums[3]! += weight * p;
    sums[4]! += weight * p * p;
    sums[5]! += weight * (p - t) ** 2;
    sums[6]! += weight * Math.abs(p - t);
  };
  const resampled = resampledSums(truth.length, 7, add);
  return (statistic) =>
    resampled(([n, t, tt, p, pp, square, absolute]) =>
      statistic({
        meanSquare: square! / n!,
        meanAbsolute: absolute! / n!,
        truthVariance: tt! / n! - (t! / n!) ** 2,
        predictedVariance: pp! / n! - (p! / n!) ** 2,
      }),
    );
}

/** The events that tell how well the energy is reconstructed. */
interface EnergySample {
  /** Rows with a usable prediction, of any particle. */
  readonly all: Uint32Array;
  readonly rows: Uint32Array;
  readonly particle: "gamma" | "all";
  readonly energyTeV: Float64Array;
  readonly trueEnergyTeV: Float64Array;
  readonly errors: Float64Array;
  readonly weights: Float64Array | null;
}

/** Energies that are not positive count as missing. */
function energySample(predictions: Predictions): EnergySample {
  const column = predictions.energyTeV ?? new Float64Array(predictions.rows).fill(Number.NaN);
  const all = usableRows(predictions, [column, predictions.trueEnergyTeV]).filter(
    (row) => column[row]! > 0 && predictions.trueEnergyTeV[row]! > 0,
  );
  const { rows, particle } = gammaRows(predictions.trueParticle, all);
  const energyTeV = take(column, rows);
  const trueEnergyTeV = take(predictions.trueEnergyTeV, rows);
  const errors = relativeErrors(trueEnergyTeV, energyTeV);
  return { all, rows, particle, energyTeV, trueEnergyTeV, errors, weights: takeWeights(predictions, rows) };
}

function metricsOf({ energyTeV, trueEnergyTeV, errors, weights }: EnergySample): Record<string, MetricValue> {
  const { bias, resolution, resolutionAboutZero } = errorSpread(errors, weights);
  const ofLogarithms = errorStatistics(trueEnergyTeV.map(Math.log10), energyTeV.map(Math.log10), weights);
  const ofEnergies = errorStatistics(trueEnergyTeV, energyTeV, weights);
  const determination = ({ meanSquare, truthVariance }: ErrorMeans): number =>
    truthVariance > 0 ? 1 - meanSquare / truthVariance : Number.NaN;
  const swapped = ({ meanSquare, predictedVariance }: ErrorMeans): number =>
    predictedVariance > 0 ? 1 - meanSquare / predictedVariance : Number.NaN;
  const rmse = ofEnergies(({ meanSquare }) => Math.sqrt(meanSquare));
  return {
    bias: {
      ...bias,
      unit: "",
      better: "zero",
      description: "Median of the relative error (E_reco − E_true) / E_true.",
    },
    resolution: {
      ...resolution,
      unit: "",
      better: "lower",
      description: "Half width of the central 68 % of the relative errors (pyirf's energy resolution).",
    },
    resolutionAboutZero: {
      ...resolutionAboutZero,
      unit: "",
      better: "lower",
      description: "68 % quantile of the absolute relative error: resolution and bias together.",
    },
    logRmse: {
      ...ofLogarithms(({ meanSquare }) => Math.sqrt(meanSquare)),
      unit: "dex",
      better: "lower",
      description: "Root mean square of log10(E_reco / E_true).",
      legacy: { value: rmse.value, description: "shown as “RMSLE”, but the root mean square error in TeV" },
    },
    logMae: {
      ...ofLogarithms(({ meanAbsolute }) => meanAbsolute),
      unit: "dex",
      better: "lower",
      description: "Mean of |log10(E_reco / E_true)|: what the network minimises.",
    },
    logR2: {
      ...ofLogarithms(determination),
      unit: "",
      better: "higher",
      description: "Share of the variance of log10 E_true that log10 E_reco explains.",
    },
    r2: {
      ...ofEnergies(determination),
      unit: "",
      better: "higher",
      description: "Share of the variance of E_true that E_reco explains; the highest energies dominate it.",
      legacy: {
        value: ofEnergies(swapped).value,
        description: "truth and prediction swapped: relative to the variance of E_reco",
      },
    },
    mae: {
      ...ofEnergies(({ meanAbsolute }) => meanAbsolute),
      unit: "TeV",
      better: "lower",
      description: "Mean of |E_reco − E_true|; the highest energies dominate it.",
    },
    rmse: {
      ...rmse,
      unit: "TeV",
      better: "lower",
      description: "Root mean square of E_reco − E_true; the highest energies dominate it.",
    },
  };
}

/** The metrics of `evaluateEnergy` alone. */
export function energyMetrics(predictions: Predictions): Record<string, MetricValue> {
  return metricsOf(energySample(predictions));
}

/** How well the energy of gammas is reconstructed. Energies that are not positive count as missing. */
export function evaluateEnergy(predictions: Predictions): EnergyEvaluation {
  const sample = energySample(predictions);
  const { all, rows, particle, energyTeV, trueEnergyTeV, errors, weights } = sample;
  return {
    task: "energy",
    level: predictions.level,
    events: rows.length,
    rejected: predictions.rows - all.length,
    particles: countParticles(predictions.trueParticle, all),
    particle,
    metrics: metricsOf(sample),
    curves: {
      migration: migrationMatrix(trueEnergyTeV, energyTeV, weights),
      byEnergy: energyResolutionByEnergy(logEnergyEdges(trueEnergyTeV), trueEnergyTeV, errors, weights),
      sample: eventSample(trueEnergyTeV, energyTeV),
      residuals: histogram(errors, weights, linearEdges(-1, 2, 60)),
    },
  };
}
