import type { Task } from "../config/task.js";

/**
 * Predictions of one task beside the truth, one entry an event (an image at telescope level). The metrics use only the
 * rows with a valid prediction and a finite truth; truth and prediction are paired by whoever fills this, by (obs_id,
 * event_id) and not by event_id alone, which restarts in every run.
 */
export interface Predictions {
  readonly task: Task;
  readonly level: "telescope" | "subarray";
  readonly files: readonly string[];
  readonly rows: number;
  /** 1 where the prediction is valid. */
  readonly valid: Uint8Array;
  /** Weight of each event, at least 0; null when all count the same. */
  readonly weights: Float64Array | null;
  readonly trueEnergyTeV: Float64Array;
  /** 0 gamma, 1 electron, 101 proton. */
  readonly trueParticle: Int32Array;
  /** Of task `type`: 0 like background … 1 like a gamma. */
  readonly gammaness?: Float64Array;
  /** Of task `energy`. */
  readonly energyTeV?: Float64Array;
  /** Of tasks `skydirection` and `cameradirection`, the latter after its transformation to the sky. */
  readonly altDeg?: Float64Array;
  readonly azDeg?: Float64Array;
  readonly trueAltDeg: Float64Array;
  readonly trueAzDeg: Float64Array;
  readonly pointingAltDeg: Float64Array;
  readonly pointingAzDeg: Float64Array;
  /** Distance of the shower axis from the telescope (of the array centre for events), m; absent when not known. */
  readonly impactM?: Float64Array;
  /** Charge of the cleaned image (sum over the telescopes for events), p.e.; absent when not known. */
  readonly intensity?: Float64Array;
}

/** Rows for which every one of `columns` is finite, the prediction is valid and the weight, if any, is positive. */
export function usableRows(predictions: Predictions, columns: readonly Float64Array[]): Uint32Array {
  const rows = new Uint32Array(predictions.rows);
  let count = 0;
  for (let row = 0; row < predictions.rows; row++) {
    if (!predictions.valid[row]) continue;
    if (predictions.weights && !(predictions.weights[row]! > 0)) continue;
    if (columns.every((column) => Number.isFinite(column[row]!))) rows[count++] = row;
  }
  return rows.subarray(0, count);
}

/** The entries of `column` at `rows`. */
export function take(column: Float64Array, rows: Uint32Array): Float64Array {
  const taken = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = column[rows[i]!]!;
  return taken;
}

/** The weights at `rows`; null when all events count the same. */
export function takeWeights(predictions: Predictions, rows: Uint32Array): Float64Array | null {
  return predictions.weights && take(predictions.weights, rows);
}
