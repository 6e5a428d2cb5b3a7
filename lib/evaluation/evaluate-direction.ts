import { angularSeparationDeg } from "../coordinates/angular-separation.js";
import { angularResolution, angularResolutionInBins } from "./angular-resolution.js";
import { sumsEstimate } from "./bootstrap.js";
import { meanEstimate } from "./confidence-interval.js";
import { directionResiduals, residuals } from "./direction-residuals.js";
import { logEnergyEdges } from "./energy-bins.js";
import type { DirectionEvaluation, MetricValue } from "./evaluation.js";
import { histogram, linearEdges } from "./histogram.js";
import { countParticles, gammaRows } from "./particle.js";
import { type Predictions, take, takeWeights, usableRows } from "./predictions.js";
import { quantile, sortSample } from "./quantile.js";

/** Separations of two lists of directions, deg. */
function separations(
  altDeg: Float64Array,
  azDeg: Float64Array,
  otherAltDeg: Float64Array,
  otherAzDeg: Float64Array,
): Float64Array {
  return altDeg.map((alt, i) => angularSeparationDeg(azDeg[i]!, alt, otherAzDeg[i]!, otherAltDeg[i]!));
}

/** Edges every 0.5° up to the largest offset; empty without a finite one. */
function offsetEdges(offsetsDeg: Float64Array): number[] {
  const largest = offsetsDeg.reduce((most, offset) => (offset > most ? offset : most), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(largest)) return [];
  const bins = Math.floor(largest / 0.5) + 1;
  return linearEdges(0, bins / 2, bins);
}

/** How well the direction of gammas is reconstructed. */
export function evaluateDirection(
  predictions: Predictions,
  task: "cameradirection" | "skydirection",
): DirectionEvaluation {
  const missing = new Float64Array(predictions.rows).fill(Number.NaN);
  const altColumn = predictions.altDeg ?? missing;
  const azColumn = predictions.azDeg ?? missing;
  const all = usableRows(predictions, [altColumn, azColumn, predictions.trueAltDeg, predictions.trueAzDeg]);
  const { rows, particle } = gammaRows(predictions.trueParticle, all);
  const [alt, az] = [take(altColumn, rows), take(azColumn, rows)];
  const [trueAlt, trueAz] = [take(predictions.trueAltDeg, rows), take(predictions.trueAzDeg, rows)];
  const pointingAlt = take(predictions.pointingAltDeg, rows);
  const pointingAz = take(predictions.pointingAzDeg, rows);
  const trueEnergyTeV = take(predictions.trueEnergyTeV, rows);
  const weights = takeWeights(predictions, rows);
  const thetaDeg = separations(alt, az, trueAlt, trueAz);
  const offsetDeg = separations(trueAlt, trueAz, pointingAlt, pointingAz);
  const errors = residuals(alt, az, trueAlt, trueAz);
  const mean = meanEstimate(thetaDeg, weights);
  const rms = sumsEstimate(
    thetaDeg.length,
    2,
    (i, sums) => {
      const weight = weights ? weights[i]! : 1;
      sums[0]! += weight;
      sums[1]! += weight * thetaDeg[i]! ** 2;
    },
    ([n, squares]) => Math.sqrt(squares! / n!),
  );

  const metrics: Record<string, MetricValue> = {
    resolution: {
      ...angularResolution(thetaDeg, weights),
      unit: "deg",
      better: "lower",
      description: "Radius that contains 68 % of the angles between true and reconstructed direction.",
    },
    containment95: {
      ...angularResolution(thetaDeg, weights, 0.95),
      unit: "deg",
      better: "lower",
      description: "Radius that contains 95 % of the angles between true and reconstructed direction.",
    },
    median: {
      ...angularResolution(thetaDeg, weights, 0.5),
      unit: "deg",
      better: "lower",
      description: "Median angle between true and reconstructed direction.",
      legacy: { value: mean.value, description: "shown as “MDAE”, but the mean angle" },
    },
    mean: {
      ...mean,
      unit: "deg",
      better: "lower",
      description: "Mean angle between true and reconstructed direction.",
    },
    rms: {
      ...rms,
      unit: "deg",
      better: "lower",
      description: "Root mean square angle between true and reconstructed direction.",
    },
    lonBias: {
      ...meanEstimate(errors.lonDeg, weights),
      unit: "deg",
      better: "zero",
      description: "Mean shift of the reconstructed direction along the circle of azimuth.",
    },
    latBias: {
      ...meanEstimate(errors.latDeg, weights),
      unit: "deg",
      better: "zero",
      description: "Mean shift of the reconstructed direction upwards.",
    },
  };

  const edgesTeV = logEnergyEdges(trueEnergyTeV);
  const reach = quantile(sortSample(thetaDeg, null), 0.95) || 1;
  return {
    task,
    level: predictions.level,
    events: rows.length,
    rejected: predictions.rows - all.length,
    particles: countParticles(predictions.trueParticle, all),
    particle,
    metrics,
    curves: {
      byEnergy: angularResolutionInBins(edgesTeV, trueEnergyTeV, thetaDeg, weights),
      byOffset: angularResolutionInBins(offsetEdges(offsetDeg), offsetDeg, thetaDeg, weights),
      thetaSquared: histogram(
        thetaDeg.map((theta) => theta ** 2),
        weights,
        linearEdges(0, reach ** 2, 50),
      ),
      residuals: directionResiduals(errors, edgesTeV, trueEnergyTeV, weights),
    },
  };
}
