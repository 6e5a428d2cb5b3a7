import type { Readout } from "./telescope-type.js";

/** Pulse of one photo-electron as the readout sees it. */
export interface ReferencePulse {
  /** Height, 1 at the peak. */
  readonly shape: Float64Array;
  readonly timeNs: Float64Array;
  readonly stepNs: number;
}

const points = 150;

/** The pulse as two halves of normal distributions, over five half widths before and after its peak. */
export function referencePulse({ pulse: { riseNs, fallNs } }: Pick<Readout, "pulse">): ReferencePulse {
  const peakNs = 5 * riseNs;
  const stepNs = (5 * (riseNs + fallNs)) / points;
  const timeNs = Float64Array.from({ length: points }, (_, i) => i * stepNs);
  const shape = timeNs.map((time) => {
    const away = time - peakNs;
    return Math.exp(-0.5 * (away / (away < 0 ? riseNs : fallNs)) ** 2);
  });
  return { shape, timeNs, stepNs };
}
