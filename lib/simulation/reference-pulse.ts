/** Pulse of one photo-electron as the readout sees it. */
export interface ReferencePulse {
  /** Height, 1 at the peak. */
  readonly shape: Float64Array;
  readonly timeNs: Float64Array;
  readonly stepNs: number;
}

/** A pulse of DigiCam's length: about 20 ns wide at half of its height, its peak at 15 ns. */
export function referencePulse(): ReferencePulse {
  const stepNs = 0.4;
  const count = 150;
  const timeNs = Float64Array.from({ length: count }, (_, i) => i * stepNs);
  const shape = timeNs.map((time) => {
    const away = time - 15;
    return Math.exp(-0.5 * (away / (away < 0 ? 6.5 : 9.5)) ** 2);
  });
  return { shape, timeNs, stepNs };
}
