import { sumsEstimate } from "./bootstrap.js";
import type { Estimate } from "./confidence-interval.js";
import { logEnergyEdges } from "./energy-bins.js";
import {
  energyBias,
  energyResolution,
  energyResolutionAboutZero,
  energyResolutionByEnergy,
  relativeErrors,
} from "./energy-resolution.js";
import type { EnergyEvaluation, MetricValue } from "./evaluation.js";
import { histogram, linearEdges } from "./histogram.js";
import { migrationMatrix } from "./migration-matrix.js";
import { countParticles, gammaRows } from "./particle.js";
import { type Predictions, take, takeWeights, usableRows } from "./predictions.js";

/**
 * A statistic of the weighted sums of 1, t, t², p, p² and (p − t)², |p − t| over events.
 * @param truth t of each event @param predicted p of each event
 */
function errorStatistic(
  truth: Float64Array,
  predicted: Float64Array,
  weights: Float64Array | null,
  statistic: (sums: ErrorSums) => number,
): Estimate {
  const add = (i: number, sums: Float64Array): void => {
    const weight = weights ? weights[i]! : 1;
    const t = truth[i]!;
    const p = predicted[i]!;
    const error = p - t;
    const terms = [1, t, t * t, p, p * p, error * error, Math.abs(error)];
    for (let j = 0; j < terms.length; j++) sums[j]! += weight * terms[j]!;
  };
  return sumsEstimate(truth.length, 7, add, ([n, t, tt, p, pp, square, absolute]) =>
    statistic({
      meanSquare: square! / n!,
      meanAbsolute: absolute! / n!,
      truthVariance: tt! / n! - (t! / n!) ** 2,
      predictedVariance: pp! / n! - (p! / n!) ** 2,
    }),
  );
}

interface ErrorSums {
  readonly meanSquare: number;
  readonly meanAbsolute: number;
  readonly truthVariance: number;
  readonly predictedVariance: number;
}

/** How well the energy of gammas is reconstructed. Energies that are not positive count as missing. */
export function evaluateEnergy(predictions: Predictions): EnergyEvaluation {
  const column = predictions.energyTeV ?? new Float64Array(predictions.rows).fill(Number.NaN);
  const all = usableRows(predictions, [column, predictions.trueEnergyTeV]).filter(
    (row) => column[row]! > 0 && predictions.trueEnergyTeV[row]! > 0,
  );
  const { rows, particle } = gammaRows(predictions.trueParticle, all);
  const energyTeV = take(column, rows);
  const trueEnergyTeV = take(predictions.trueEnergyTeV, rows);
  const weights = takeWeights(predictions, rows);
  const errors = relativeErrors(trueEnergyTeV, energyTeV);
  const logTrue = trueEnergyTeV.map(Math.log10);
  const logReco = energyTeV.map(Math.log10);
  const determination = ({ meanSquare, truthVariance }: ErrorSums): number =>
    truthVariance > 0 ? 1 - meanSquare / truthVariance : Number.NaN;
  const swapped = ({ meanSquare, predictedVariance }: ErrorSums): number =>
    predictedVariance > 0 ? 1 - meanSquare / predictedVariance : Number.NaN;
  const rmse = errorStatistic(trueEnergyTeV, energyTeV, weights, ({ meanSquare }) => Math.sqrt(meanSquare));

  const metrics: Record<string, MetricValue> = {
    bias: {
      ...energyBias(errors, weights),
      unit: "",
      better: "zero",
      description: "Median of the relative error (E_reco − E_true) / E_true.",
    },
    resolution: {
      ...energyResolution(errors, weights),
      unit: "",
      better: "lower",
      description: "Half width of the central 68 % of the relative errors (pyirf's energy resolution).",
    },
    resolutionAboutZero: {
      ...energyResolutionAboutZero(errors, weights),
      unit: "",
      better: "lower",
      description: "68 % quantile of the absolute relative error: resolution and bias together.",
    },
    logRmse: {
      ...errorStatistic(logTrue, logReco, weights, ({ meanSquare }) => Math.sqrt(meanSquare)),
      unit: "dex",
      better: "lower",
      description: "Root mean square of log10(E_reco / E_true).",
      legacy: { value: rmse.value, description: "shown as “RMSLE”, but the root mean square error in TeV" },
    },
    logMae: {
      ...errorStatistic(logTrue, logReco, weights, ({ meanAbsolute }) => meanAbsolute),
      unit: "dex",
      better: "lower",
      description: "Mean of |log10(E_reco / E_true)|: what the network minimises.",
    },
    logR2: {
      ...errorStatistic(logTrue, logReco, weights, determination),
      unit: "",
      better: "higher",
      description: "Share of the variance of log10 E_true that log10 E_reco explains.",
    },
    r2: {
      ...errorStatistic(trueEnergyTeV, energyTeV, weights, determination),
      unit: "",
      better: "higher",
      description: "Share of the variance of E_true that E_reco explains; the highest energies dominate it.",
      legacy: {
        value: errorStatistic(trueEnergyTeV, energyTeV, weights, swapped).value,
        description: "truth and prediction swapped: relative to the variance of E_reco",
      },
    },
    mae: {
      ...errorStatistic(trueEnergyTeV, energyTeV, weights, ({ meanAbsolute }) => meanAbsolute),
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

  return {
    task: "energy",
    level: predictions.level,
    events: rows.length,
    rejected: predictions.rows - all.length,
    particles: countParticles(predictions.trueParticle, all),
    particle,
    metrics,
    curves: {
      migration: migrationMatrix(trueEnergyTeV, energyTeV, weights),
      byEnergy: energyResolutionByEnergy(logEnergyEdges(trueEnergyTeV), trueEnergyTeV, errors, weights),
      residuals: histogram(errors, weights, linearEdges(-1, 2, 60)),
    },
  };
}
