import { type Histogram, histogram, linearEdges } from "./histogram.js";
import type { ScoredClasses } from "./scored-classes.js";

/** Histograms of gammaness, one for each true class. */
export interface ScoreDistribution {
  readonly signal: Histogram;
  readonly background: Histogram;
}

/** Gammaness of both classes in 50 bins from 0 to 1. */
export function scoreDistribution({ signal, background }: ScoredClasses): ScoreDistribution {
  const edges = linearEdges(0, 1, 50);
  return {
    signal: histogram(signal.scores, signal.weights, edges),
    background: histogram(background.scores, background.weights, edges),
  };
}
