import { angularSeparationDeg } from "../coordinates/angular-separation.js";
import { type AngularStatistics, angularStatistics, rootMeanSquare } from "./angular-statistics.js";
import { meanEstimate } from "./confidence-interval.js";
import { containmentRadius } from "./containment-radius.js";
import { directionResiduals, fieldOfView, type Residuals, residuals } from "./direction-residuals.js";
import { type BinEdges, logEnergyEdges } from "./energy-bins.js";
import type { DirectionEvaluation, MetricValue } from "./evaluation.js";
import { eventSample } from "./event-sample.js";
import { fieldErrors } from "./field-errors.js";
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

/** Edges every `step` from 0 up to the largest value, at most 100 bins; empty without a finite value. */
function stepEdges(values: Float64Array, step: number): number[] {
  const largest = values.reduce((most, value) => (value > most ? value : most), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(largest)) return [];
  const bins = Math.min(100, Math.floor(largest / step) + 1);
  return linearEdges(0, bins * step, bins);
}

/** The events that tell how well the direction is reconstructed. */
interface DirectionSample {
  /** Rows with a usable prediction, of any particle. */
  readonly all: Uint32Array;
  readonly rows: Uint32Array;
  readonly particle: "gamma" | "all";
  readonly weights: Float64Array | null;
  readonly alt: Float64Array;
  readonly az: Float64Array;
  readonly trueAlt: Float64Array;
  readonly trueAz: Float64Array;
  readonly thetaDeg: Float64Array;
  readonly errors: Residuals;
}

function directionSample(predictions: Predictions): DirectionSample {
  const missing = new Float64Array(predictions.rows).fill(Number.NaN);
  const altColumn = predictions.altDeg ?? missing;
  const azColumn = predictions.azDeg ?? missing;
  const all = usableRows(predictions, [altColumn, azColumn, predictions.trueAltDeg, predictions.trueAzDeg]);
  const { rows, particle } = gammaRows(predictions.trueParticle, all);
  const [alt, az] = [take(altColumn, rows), take(azColumn, rows)];
  const [trueAlt, trueAz] = [take(predictions.trueAltDeg, rows), take(predictions.trueAzDeg, rows)];
  return {
    ...{ all, rows, particle, alt, az, trueAlt, trueAz },
    weights: takeWeights(predictions, rows),
    thetaDeg: separations(alt, az, trueAlt, trueAz),
    errors: residuals(alt, az, trueAlt, trueAz),
  };
}

function metricsOf({ thetaDeg, errors, weights }: DirectionSample): Record<string, MetricValue> {
  const mean = meanEstimate(thetaDeg, weights);
  const sorted = sortSample(thetaDeg, weights);
  const rms = rootMeanSquare(thetaDeg, weights);
  return {
    resolution: {
      ...containmentRadius(sorted),
      unit: "deg",
      better: "lower",
      description: "Radius that contains 68 % of the angles between true and reconstructed direction.",
    },
    containment95: {
      ...containmentRadius(sorted, 0.95),
      unit: "deg",
      better: "lower",
      description: "Radius that contains 95 % of the angles between true and reconstructed direction.",
    },
    median: {
      ...containmentRadius(sorted, 0.5),
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
}

/** The metrics of `evaluateDirection` alone. */
export function directionMetrics(predictions: Predictions): Record<string, MetricValue> {
  return metricsOf(directionSample(predictions));
}

/** How well the direction of gammas is reconstructed. */
export function evaluateDirection(
  predictions: Predictions,
  task: "cameradirection" | "skydirection",
): DirectionEvaluation {
  const sample = directionSample(predictions);
  const { all, rows, particle, weights, alt, az, trueAlt, trueAz, thetaDeg, errors } = sample;
  const pointingAlt = take(predictions.pointingAltDeg, rows);
  const pointingAz = take(predictions.pointingAzDeg, rows);
  const trueEnergyTeV = take(predictions.trueEnergyTeV, rows);
  const offsetDeg = separations(trueAlt, trueAz, pointingAlt, pointingAz);
  const offsetEdges = stepEdges(offsetDeg, 0.5);
  const edgesTeV = logEnergyEdges(trueEnergyTeV);
  const within = (edges: BinEdges, of: Float64Array): AngularStatistics =>
    angularStatistics(edges, of, thetaDeg, weights);
  const impactM = predictions.impactM && take(predictions.impactM, rows);
  const intensity = predictions.intensity && take(predictions.intensity, rows);
  const statistics = {
    energy: within(edgesTeV, trueEnergyTeV),
    offset: within(offsetEdges, offsetDeg),
    ...(impactM ? { impact: within(stepEdges(impactM, 50), impactM) } : {}),
    ...(intensity ? { intensity: within(logEnergyEdges(intensity), intensity) } : {}),
  };

  const reach = quantile(sortSample(thetaDeg, null), 0.95) || 1;
  const trueOffsets = residuals(trueAlt, trueAz, pointingAlt, pointingAz);
  const offsets = residuals(alt, az, pointingAlt, pointingAz);
  return {
    task,
    level: predictions.level,
    events: rows.length,
    rejected: predictions.rows - all.length,
    particles: countParticles(predictions.trueParticle, all),
    particle,
    metrics: metricsOf(sample),
    curves: {
      byEnergy: statistics.energy.resolution,
      byOffset: statistics.offset.resolution,
      statistics,
      fieldErrors: fieldErrors(trueOffsets, errors, weights),
      fieldOfView: fieldOfView(offsets, weights),
      sample: {
        longitude: eventSample(trueOffsets.lonDeg, offsets.lonDeg),
        latitude: eventSample(trueOffsets.latDeg, offsets.latDeg),
      },
      thetaSquared: histogram(
        thetaDeg.map((theta) => theta ** 2),
        weights,
        linearEdges(0, reach ** 2, 50),
      ),
      residuals: directionResiduals(errors, edgesTeV, trueEnergyTeV, weights),
    },
  };
}
