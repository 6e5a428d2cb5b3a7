import { degPerRad, wrap360 } from "../coordinates/angle.js";

/** Predictions of the telescopes for one event; invalid ones are left out before. */
export interface WeightedMean {
  readonly mean: number;
  /** Spread of the telescopes around it, weighted, not of the mean. */
  readonly spread: number;
}

/** Weighted mean and standard deviation, as ctapipe's StereoMeanCombiner has them. */
export function weightedMean(values: readonly number[], weights: readonly number[]): WeightedMean {
  let [sum, total] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    sum += weights[i]! * values[i]!;
    total += weights[i]!;
  }
  const mean = sum / total;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += weights[i]! * (values[i]! - mean) ** 2;
  return { mean, spread: Math.sqrt(squares / total) };
}

/** Weighted geometric mean, ctapipe's `log_target`; the spread is in the unit of the values. */
export function weightedLogMean(values: readonly number[], weights: readonly number[]): WeightedMean {
  const { mean, spread } = weightedMean(values.map(Math.log), weights);
  return { mean: Math.exp(mean), spread: Math.exp(mean) * spread };
}

/** The mean direction of an event. */
export interface MeanDirection {
  readonly altDeg: number;
  readonly azDeg: number;
  /** Circular standard deviation √(−2 ln R) of the telescopes' directions, R being the length of the mean vector. */
  readonly spreadDeg: number;
}

/** Mean of unit vectors, as ctapipe's StereoMeanCombiner takes it. Degrees. */
export function meanDirection(
  altDeg: readonly number[],
  azDeg: readonly number[],
  weights: readonly number[],
): MeanDirection {
  let [x, y, z, total] = [0, 0, 0, 0];
  for (let i = 0; i < altDeg.length; i++) {
    const [alt, az, weight] = [altDeg[i]! / degPerRad, azDeg[i]! / degPerRad, weights[i]!];
    x += weight * Math.cos(alt) * Math.cos(az);
    y += weight * Math.cos(alt) * Math.sin(az);
    z += weight * Math.sin(alt);
    total += weight;
  }
  const length = Math.min(1, Math.hypot(x, y, z) / total);
  return {
    altDeg: Math.atan2(z, Math.hypot(x, y)) * degPerRad,
    azDeg: wrap360(Math.atan2(y, x) * degPerRad),
    spreadDeg: Math.sqrt(-2 * Math.log(length)) * degPerRad,
  };
}
