import type { BinEdges } from "../energy-bins.js";
import { findBin } from "../energy-bins.js";
import { type BinnedCut, quantileCuts } from "./binned-cut.js";
import type { ReconstructedEvents } from "./reconstructed-events.js";
import { type DetectionRule, relativeSensitivity, type Sensitivity, usualDetection } from "./sensitivity.js";
import { coneSolidAngle } from "./solid-angle.js";

/** Cuts that are tried, and where the background is taken from. */
export interface CutSearch {
  readonly edgesTeV: BinEdges;
  /** Shares of gammas that a gammaness cut keeps. */
  readonly gammanessEfficiencies: readonly number[];
  /** Shares of gammas that a cut on θ keeps. */
  readonly thetaEfficiencies: readonly number[];
  /** Fewest telescopes; [1] for single telescopes. */
  readonly multiplicities: readonly number[];
  readonly thetaMinDeg: number;
  readonly thetaMaxDeg: number;
  /** Background is counted in this ring of reconstructed offsets and scaled to the on region. */
  readonly offsetMinDeg: number;
  readonly offsetMaxDeg: number;
  readonly rule: DetectionRule;
}

/** pyirf's and ctapipe's usual search in 5 bins a decade between two energies. */
export function usualSearch(edgesTeV: BinEdges): CutSearch {
  const steps = (from: number, to: number, step: number): number[] =>
    Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => Number((from + i * step).toFixed(6)));
  return {
    edgesTeV,
    gammanessEfficiencies: steps(0.1, 0.9, 0.05),
    thetaEfficiencies: [0.68],
    multiplicities: [1],
    thetaMinDeg: 0.02,
    thetaMaxDeg: 0.3,
    offsetMinDeg: 0,
    offsetMaxDeg: 1,
    rule: usualDetection,
  };
}

/** The cuts with the best sensitivity in each bin of reconstructed energy, and that sensitivity. */
export interface OptimizedCuts {
  /** Events pass with at least this gammaness, */
  readonly gammaness: BinnedCut;
  /** at most this θ (deg) */
  readonly theta: BinnedCut;
  /** and at least so many telescopes. */
  readonly multiplicity: BinnedCut;
  readonly gammanessEfficiency: readonly number[];
  readonly thetaEfficiency: readonly number[];
  readonly sensitivity: Sensitivity;
}

/** Number of the ascending `limits` that are at most `value`. */
function rank(limits: readonly number[], value: number): number {
  let low = 0;
  let high = limits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (limits[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Places of `values` in ascending order, and the sorted values. */
function sorted(values: readonly number[]): { place: number[]; limits: number[] } {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const place = new Array<number>(values.length);
  order.forEach((i, k) => {
    place[i] = k;
  });
  return { place, limits: order.map((i) => values[i]!) };
}

/**
 * Weighted events that pass each pair of cuts, `[gammaness cut][θ cut]`: one pass over the events fills the cells
 * between the sorted cuts, sums over the cells give all pairs.
 */
function passingEach(
  rows: readonly number[],
  { gammaness, thetaDeg, weights }: ReconstructedEvents,
  gammanessCuts: readonly number[],
  thetaCuts: readonly number[] | null,
): Float64Array[] {
  const ofGammaness = sorted(gammanessCuts);
  const ofTheta = sorted(thetaCuts ?? [Number.POSITIVE_INFINITY]);
  const width = ofTheta.limits.length;
  const cells = Array.from({ length: gammanessCuts.length + 1 }, () => new Float64Array(width));
  for (const row of rows) {
    const passed = rank(ofGammaness.limits, gammaness[row]!);
    // the first θ cut that is not smaller than θ; a cut equal to θ lets it pass
    const theta = thetaCuts ? thetaDeg[row]! : 0;
    let first = 0;
    while (first < width && !(theta <= ofTheta.limits[first]!)) first++;
    if (first < width) cells[passed]![first]! += weights[row]!;
  }
  for (const line of cells) for (let t = 1; t < width; t++) line[t]! += line[t - 1]!;
  for (let g = cells.length - 2; g >= 0; g--) for (let t = 0; t < width; t++) cells[g]![t]! += cells[g + 1]![t]!;
  return gammanessCuts.map((_, i) => Float64Array.from(ofTheta.place, (t) => cells[ofGammaness.place[i]! + 1]![t]!));
}

/** Rows in each bin of reconstructed energy that have at least this many telescopes, and pass `keep`. */
function rowsInBins(
  events: ReconstructedEvents,
  edges: BinEdges,
  multiplicity: number,
  keep: (row: number) => boolean,
): number[][] {
  const groups = Array.from({ length: edges.length - 1 }, (): number[] => []);
  for (let row = 0; row < events.rows; row++) {
    if (events.multiplicity && events.multiplicity[row]! < multiplicity) continue;
    const bin = findBin(edges, events.energyTeV[row]!);
    if (bin >= 0 && keep(row)) groups[bin]!.push(row);
  }
  return groups;
}

/** Cuts and sensitivity of a bin. */
interface Candidate {
  readonly relative: number;
  readonly signal: number;
  readonly background: number;
  readonly gammaness: number;
  readonly theta: number;
  readonly multiplicity: number;
  readonly gammanessEfficiency: number;
  readonly thetaEfficiency: number;
}

/** The smaller relative sensitivity wins; the first candidate stays where none is a number. */
function better(next: Candidate, best: Candidate | undefined): boolean {
  if (!best) return true;
  if (Number.isNaN(next.relative)) return false;
  return Number.isNaN(best.relative) || next.relative < best.relative;
}

/**
 * Tries every combination of cuts in every bin of reconstructed energy and keeps the one with the best sensitivity: the
 * result of pyirf's `optimize_cuts`, from one pass over the events for each multiplicity.
 * @param signal gammas of a point source @param background everything else, diffuse; both weighted to the same time
 */
export function optimizeCuts(
  signal: ReconstructedEvents,
  background: ReconstructedEvents,
  search: CutSearch,
): OptimizedCuts {
  const { edgesTeV, gammanessEfficiencies, thetaEfficiencies, rule } = search;
  const bins = edgesTeV.length - 1;
  const best = new Array<Candidate | undefined>(bins);
  const ring = coneSolidAngle(search.offsetMaxDeg) - coneSolidAngle(search.offsetMinDeg);
  const highest = signal.gammaness.reduce((most, value) => (value > most ? value : most), Number.NEGATIVE_INFINITY);
  for (const multiplicity of search.multiplicities) {
    const gammas = rowsInBins(signal, edgesTeV, multiplicity, () => true);
    const others = rowsInBins(background, edgesTeV, multiplicity, (row) => {
      const offset = background.offsetDeg[row]!;
      return offset >= search.offsetMinDeg && offset < search.offsetMaxDeg;
    });
    for (let bin = 0; bin < bins; bin++) {
      const column = (of: Float64Array): Float64Array => Float64Array.from(gammas[bin]!, (row) => of[row]!);
      const one = new Float64Array(gammas[bin]!.length);
      const quantiles = (of: Float64Array, levels: readonly number[], limits: Parameters<typeof quantileCuts>[4]) =>
        quantileCuts([-1, 1], one, column(of), levels, limits)[0]!;
      const levels = gammanessEfficiencies.map((efficiency) => 1 - efficiency);
      const gammanessCuts = quantiles(signal.gammaness, levels, { fill: highest });
      const thetaCuts = quantiles(signal.thetaDeg, thetaEfficiencies, {
        fill: search.thetaMaxDeg,
        min: search.thetaMinDeg,
        max: search.thetaMaxDeg,
      });
      const on = passingEach(gammas[bin]!, signal, gammanessCuts, thetaCuts);
      const off = passingEach(others[bin]!, background, gammanessCuts, null);
      for (const [g, gammaness] of gammanessCuts.entries()) {
        for (const [t, theta] of thetaCuts.entries()) {
          const expected = on[g]![t]!;
          const offEvents = (off[g]![0]! * coneSolidAngle(theta)) / ring / rule.alpha;
          const candidate = {
            relative: relativeSensitivity(expected, offEvents, rule),
            signal: expected,
            background: offEvents,
            gammaness,
            theta,
            multiplicity,
            gammanessEfficiency: gammanessEfficiencies[g]!,
            thetaEfficiency: thetaEfficiencies[t]!,
          };
          if (better(candidate, best[bin])) best[bin] = candidate;
        }
      }
    }
  }
  const list = (of: (candidate: Candidate) => number): number[] =>
    Array.from(best, (candidate) => (candidate ? of(candidate) : Number.NaN));
  return {
    gammaness: { edges: edgesTeV, cuts: list(({ gammaness }) => gammaness) },
    theta: { edges: edgesTeV, cuts: list(({ theta }) => theta) },
    multiplicity: { edges: edgesTeV, cuts: list(({ multiplicity }) => multiplicity) },
    gammanessEfficiency: list(({ gammanessEfficiency }) => gammanessEfficiency),
    thetaEfficiency: list(({ thetaEfficiency }) => thetaEfficiency),
    sensitivity: {
      edgesTeV,
      signal: list(({ signal }) => signal),
      background: list(({ background }) => background),
      relative: list(({ relative }) => relative),
    },
  };
}
