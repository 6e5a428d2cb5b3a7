import type { Task } from "../config/task.js";
import { angularSeparationDeg } from "../coordinates/angular-separation.js";
import type { Estimate } from "../evaluation/confidence-interval.js";
import { aucDifference, pairedDifference, rocPlacements } from "../evaluation/paired-difference.js";
import { KeyedEvents } from "./keyed-events.js";
import type { PredictionRows } from "./predictions.js";

const gamma = 0;

/** The metric whose differences between models are tested, and how to name it. */
export const testedMetric: Readonly<
  Record<Task, { readonly name: string; readonly unit: string; readonly better: 1 | -1 }>
> = {
  type: { name: "Area under ROC", unit: "", better: 1 },
  energy: { name: "Mean error of log E", unit: "dex", better: -1 },
  cameradirection: { name: "Mean angle", unit: "deg", better: -1 },
  skydirection: { name: "Mean angle", unit: "deg", better: -1 },
};

/** What each event contributes to the tested metric; NaN where it does not count. */
function scoresOf(rows: PredictionRows): Float64Array {
  const counts = (row: number): boolean => rows.valid[row] === 1;
  const of = (value: (row: number) => number): Float64Array =>
    Float64Array.from({ length: rows.rows }, (_, row) => (counts(row) ? value(row) : Number.NaN));
  if (rows.gammaness) return of((row) => rows.gammaness![row]!);
  const onlyGammas = rows.trueParticle.includes(gamma);
  const ofGammas = (value: (row: number) => number): Float64Array =>
    of((row) => (onlyGammas && rows.trueParticle[row] !== gamma ? Number.NaN : value(row)));
  if (rows.energyTeV) {
    return ofGammas((row) => Math.abs(Math.log10(rows.energyTeV![row]! / rows.trueEnergyTeV[row]!)));
  }
  return ofGammas((row) =>
    angularSeparationDeg(rows.azDeg![row]!, rows.altDeg![row]!, rows.trueAzDeg[row]!, rows.trueAltDeg[row]!),
  );
}

/** Scores of several models, event by event in the order of the first one's events. */
export class EventScores {
  private readonly task: Task;
  private readonly keys: KeyedEvents;
  private readonly isSignal: Uint8Array;
  private readonly scores = new Map<string, Float64Array>();
  private readonly ofAll = new Map<string, Float64Array>();

  constructor(first: PredictionRows) {
    this.task = first.task;
    this.keys = new KeyedEvents(first);
    this.isSignal = Uint8Array.from(first.trueParticle, (particle) => (particle === gamma ? 1 : 0));
  }

  add(name: string, rows: PredictionRows): void {
    this.scores.set(name, this.keys.align(rows, scoresOf(rows)));
  }

  /** Events that two models share. */
  shared(a: string, b: string): number {
    const [first, second] = [this.scores.get(a)!, this.scores.get(b)!];
    let count = 0;
    for (let i = 0; i < first.length; i++) if (Number.isFinite(first[i]! - second[i]!)) count++;
    return count;
  }

  /** Placements of a model's scores among the events that another model has too. */
  private placements(name: string, other: string): Float64Array {
    const [own, others] = [this.scores.get(name)!, this.scores.get(other)!];
    const all = own.every((value, i) => Number.isFinite(others[i]!) || Number.isNaN(value));
    if (!all) return rocPlacements(common(own, others), this.isSignal);
    // Most models judge the same events: then the placements are the same whatever the other model is.
    const known = this.ofAll.get(name) ?? rocPlacements(own, this.isSignal);
    this.ofAll.set(name, known);
    return known;
  }

  /** Tested metric of `a` minus that of `b`, on the events they share. */
  difference(a: string, b: string): Estimate {
    if (this.task !== "type") return pairedDifference(this.scores.get(a)!, this.scores.get(b)!);
    return aucDifference(this.placements(a, b), this.placements(b, a), this.isSignal);
  }
}

/** Own scores of the events that the other has too, NaN for the others. */
function common(own: Float64Array, other: Float64Array): Float64Array {
  return own.map((value, i) => (Number.isFinite(other[i]!) ? value : Number.NaN));
}
