import { logEnergyEdges } from "./energy-bins.js";
import { histogram2d } from "./histogram.js";

/** Events by true and reconstructed energy. */
export interface MigrationMatrix {
  readonly trueEdgesTeV: readonly number[];
  readonly recoEdgesTeV: readonly number[];
  /** `counts[reco][true]`: sum of weights. */
  readonly counts: readonly (readonly number[])[];
}

/** Migration matrix in `perDecade` bins a decade over the common range of true and reconstructed energies. */
export function migrationMatrix(
  trueEnergyTeV: Float64Array,
  energyTeV: Float64Array,
  weights: Float64Array | null,
  perDecade: number = 10,
): MigrationMatrix {
  const both = new Float64Array(trueEnergyTeV.length + energyTeV.length);
  both.set(trueEnergyTeV);
  both.set(energyTeV, trueEnergyTeV.length);
  const edges = logEnergyEdges(both, perDecade);
  const { counts } = histogram2d(trueEnergyTeV, energyTeV, weights, edges, edges);
  return { trueEdgesTeV: edges, recoEdgesTeV: edges, counts };
}
