import type { Task } from "../../lib/config/task.js";
import type { Predictions } from "../../lib/evaluation/predictions.js";

/** Fractional cycle: the same numbers in Python and here, to the last bit. */
const part = (k: number, step: number, cycle: number): number => ((k * step) % cycle) / cycle;

/**
 * 400 events by rule, k = 0 … 399, that Python repeats:
 *
 *     y = ((k*31) % 7 < 3); s = ((k*7919) % 1009) / 1009
 *     gammaness = round(where(y, sqrt(s), s**2), 3); weight = 1 + (k % 5) / 2
 *     E_true = 10**(((k*613) % 997) / 997 * 2 - .5); E_reco = E_true * 10**((((k*389) % 991) / 991 - .5) * .4)
 *     alt_true = 70 + ((k*17) % 101) / 50 - 1; az_true = (359 + ((k*29) % 103) / 50) % 360
 *     alt = alt_true + (((k*37) % 211) / 211 - .5) * .6; az = (az_true + (((k*41) % 223) / 223 - .5) * 1.5) % 360
 *
 * Azimuths lie on both sides of north.
 */
export function countedPredictions(task: Task, weighted: boolean = false, particle?: number): Predictions {
  const rows = 400;
  const column = (of: (k: number) => number): Float64Array => Float64Array.from({ length: rows }, (_, k) => of(k));
  const isGamma = (k: number): boolean => (k * 31) % 7 < 3;
  const trueEnergy = (k: number): number => 10 ** (part(k, 613, 997) * 2 - 0.5);
  const trueAlt = (k: number): number => 70 + ((k * 17) % 101) / 50 - 1;
  const trueAz = (k: number): number => (359 + ((k * 29) % 103) / 50) % 360;
  return {
    task,
    level: "subarray",
    files: [],
    rows,
    valid: new Uint8Array(rows).fill(1),
    weights: weighted ? column((k) => 1 + (k % 5) / 2) : null,
    trueEnergyTeV: column(trueEnergy),
    trueParticle: Int32Array.from({ length: rows }, (_, k) => particle ?? (isGamma(k) ? 0 : 101)),
    gammaness: column((k) => {
      const share = part(k, 7919, 1009);
      return Math.round((isGamma(k) ? Math.sqrt(share) : share ** 2) * 1000) / 1000;
    }),
    energyTeV: column((k) => trueEnergy(k) * 10 ** ((part(k, 389, 991) - 0.5) * 0.4)),
    altDeg: column((k) => trueAlt(k) + (part(k, 37, 211) - 0.5) * 0.6),
    azDeg: column((k) => (trueAz(k) + (part(k, 41, 223) - 0.5) * 1.5 + 360) % 360),
    trueAltDeg: column(trueAlt),
    trueAzDeg: column(trueAz),
    pointingAltDeg: column(() => 70),
    pointingAzDeg: column(() => 0),
    impactM: column((k) => 5 * (k % 80)),
    intensity: column((k) => 50 * 10 ** ((k % 10) / 5)),
  };
}
