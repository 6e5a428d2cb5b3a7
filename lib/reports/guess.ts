import type { Predictions } from "../evaluation/predictions.js";

const gamma = 0;

function median(values: Float64Array): number {
  const sorted = values.filter((value) => value > 0).sort();
  return sorted.length > 0 ? sorted[sorted.length >> 1]! : Number.NaN;
}

function gammaShare({ rows, trueParticle, valid }: Predictions): number {
  let [gammas, all] = [0, 0];
  for (let row = 0; row < rows; row++) {
    if (!valid[row]) continue;
    all++;
    if (trueParticle[row] === gamma) gammas++;
  }
  return all > 0 ? gammas / all : Number.NaN;
}

/**
 * The best answer to the same events that needs no look at an image: always the share of gammas as gammaness, always
 * the median energy, always the centre of the field of view. Whatever a network is worth shows against it.
 */
export function guess(predictions: Predictions): Predictions {
  const { task, rows, trueEnergyTeV, trueParticle } = predictions;
  const constant = (value: number): Float64Array => new Float64Array(rows).fill(value);
  switch (task) {
    case "type":
      return { ...predictions, gammaness: constant(gammaShare(predictions)) };
    case "energy": {
      const ofGammas = trueEnergyTeV.filter((_, row) => trueParticle[row] === gamma);
      return { ...predictions, energyTeV: constant(median(ofGammas.length > 0 ? ofGammas : trueEnergyTeV)) };
    }
    case "cameradirection":
    case "skydirection":
      return { ...predictions, altDeg: predictions.pointingAltDeg, azDeg: predictions.pointingAzDeg };
  }
}

/** What `guess` does, in words. */
export const guessWords: Readonly<Record<Predictions["task"], string>> = {
  type: "every image gets the same gammaness",
  energy: "every image gets the median energy of the test events",
  cameradirection: "every image is said to come from the centre of the field of view",
  skydirection: "every event is said to come from the centre of the field of view",
};
