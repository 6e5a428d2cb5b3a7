import type { BinEdges } from "../energy-bins.js";
import { liMaSignificance } from "./li-ma.js";
import type { Spectrum } from "./spectrum.js";

/** What counts as a detection; by default 5 σ, 10 excess events and 5 % of the background. */
export interface DetectionRule {
  /** Size of the on region over that of the off regions: 0.2 for five off regions. */
  readonly alpha: number;
  readonly significance: number;
  readonly minExcess: number;
  readonly minExcessOverBackground: number;
}

export const usualDetection: DetectionRule = {
  alpha: 0.2,
  significance: 5,
  minExcess: 10,
  minExcessOverBackground: 0.05,
};

/** Factor f > 0 with `excess(f) = 0` between the limits, to 14 digits; NaN when the sign is the same at both. */
function root(excess: (factor: number) => number, low: number, high: number): number {
  let [below, above] = [Math.log(low), Math.log(high)];
  const sign = Math.sign(excess(low));
  if (sign === Math.sign(excess(high)) && sign !== 0) return Number.NaN;
  for (let i = 0; i < 55 && above - below > 1e-14; i++) {
    const middle = (below + above) / 2;
    if (Math.sign(excess(Math.exp(middle))) === sign) below = middle;
    else above = middle;
  }
  return Math.exp((below + above) / 2);
}

/**
 * Factor on the signal at which it is just detected, by pyirf's definition: infinite without a signal, NaN when no factor
 * within its search range does.
 * @param signal expected excess in the on region @param off expected background in the off regions
 */
export function relativeSensitivity(signal: number, off: number, rule: DetectionRule = usualDetection): number {
  if (Number.isNaN(signal) || Number.isNaN(off)) return Number.NaN;
  if (signal <= 0) return Number.POSITIVE_INFINITY;
  const background = rule.alpha * off;
  const naive = (rule.significance * Math.sqrt(background)) / signal;
  const [low, high] = off > 1 ? [0.01 * naive, 10 * naive] : [1e-4, 100];
  const factor = root(
    (flux) => liMaSignificance(signal * flux + background, off, rule.alpha) - rule.significance,
    low,
    high,
  );
  const least = Math.max(rule.minExcess, rule.minExcessOverBackground * background);
  return factor * Math.max(1, least / (signal * factor));
}

/** Sensitivity in bins of reconstructed energy. */
export interface Sensitivity {
  readonly edgesTeV: BinEdges;
  /** Weighted events of the reference source and of the off regions in the observation time. */
  readonly signal: readonly number[];
  readonly background: readonly number[];
  /** Flux that is just detected in units of the reference source. */
  readonly relative: readonly number[];
}

/** Differential flux sensitivity E² dN/dE in TeV / (m² s) at the middle of each bin, for the reference spectrum. */
export function fluxSensitivity({ edgesTeV, relative }: Sensitivity, reference: Spectrum): number[] {
  return relative.map((factor, i) => {
    const energy = (edgesTeV[i]! + edgesTeV[i + 1]!) / 2;
    return factor * reference(energy) * energy ** 2;
  });
}
