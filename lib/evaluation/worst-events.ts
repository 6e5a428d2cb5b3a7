import type { Task } from "../config/task.js";
import { angularSeparationDeg } from "../coordinates/angular-separation.js";
import { gamma } from "./particle.js";
import type { Predictions } from "./predictions.js";

/** An event by its row, and how wrong its prediction is. */
export interface WrongEvent {
  readonly row: number;
  /** Type: distance of gammaness and class; energy: |log10(E_reco / E_true)|, dex; direction: angle, deg. */
  readonly error: number;
}

function errorOf(predictions: Predictions, task: Task): (row: number) => number {
  const { gammaness, energyTeV, altDeg, azDeg, trueEnergyTeV, trueParticle, trueAltDeg, trueAzDeg } = predictions;
  switch (task) {
    case "type":
      return (row) => Math.abs((gammaness?.[row] ?? Number.NaN) - (trueParticle[row] === gamma ? 1 : 0));
    case "energy":
      return (row) => Math.abs(Math.log10((energyTeV?.[row] ?? Number.NaN) / trueEnergyTeV[row]!));
    case "cameradirection":
    case "skydirection":
      return (row) => {
        if (!altDeg || !azDeg) return Number.NaN;
        return angularSeparationDeg(azDeg[row]!, altDeg[row]!, trueAzDeg[row]!, trueAltDeg[row]!);
      };
  }
}

/** The `count` valid events whose prediction is most wrong, the worst first; of energy and direction gammas alone. */
export function worstEvents(predictions: Predictions, task: Task, count: number = 20): WrongEvent[] {
  const error = errorOf(predictions, task);
  const onlyGammas = task !== "type" && predictions.trueParticle.includes(gamma);
  const worst: WrongEvent[] = [];
  for (let row = 0; row < predictions.rows; row++) {
    if (!predictions.valid[row] || (onlyGammas && predictions.trueParticle[row] !== gamma)) continue;
    const own = error(row);
    if (!Number.isFinite(own) || (worst.length >= count && own <= worst.at(-1)!.error)) continue;
    const at = worst.findIndex((other) => other.error < own);
    worst.splice(at < 0 ? worst.length : at, 0, { row, error: own });
    if (worst.length > count) worst.pop();
  }
  return worst;
}
