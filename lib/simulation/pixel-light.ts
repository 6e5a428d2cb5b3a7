import type { PixelFinder } from "./pixel-finder.js";

/** Photo-electrons in each pixel of one telescope. */
export interface PixelLight {
  /** Photo-electrons, `[n_pixels]`. */
  readonly counts: Uint32Array;
  /** Sum of their arrival times, ns since the shower's front reached the array's plane, `[n_pixels]`. */
  readonly times: Float64Array;
  total: number;
}

/** Adds one photo-electron to the pixel it falls into; angles in degrees, time in ns. */
export function addElectron(finder: PixelFinder, light: PixelLight, lon: number, lat: number, time: number): void {
  const pixel = finder.find(lon, lat);
  if (pixel < 0) return;
  light.counts[pixel]!++;
  light.times[pixel]! += time;
  light.total++;
}
