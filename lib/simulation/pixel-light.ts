import type { PixelFinder } from "./pixel-finder.js";

/** Photo-electrons in each pixel of one telescope. */
export interface PixelLight {
  /** Photo-electrons, `[n_pixels]`. */
  readonly counts: Uint32Array;
  /** Sum of their arrival times, ns since the shower's front reached the array's plane, `[n_pixels]`. */
  readonly times: Float64Array;
  total: number;
}

/** Takes all light out of a camera. */
export function darken(light: PixelLight): void {
  light.counts.fill(0);
  light.times.fill(0);
  light.total = 0;
}

/** A camera without light. */
export function darkPixels(pixels: number): PixelLight {
  return { counts: new Uint32Array(pixels), times: new Float64Array(pixels), total: 0 };
}

/** Adds photo-electrons to the pixel they fall into; angles in degrees, time in ns. */
export function addElectrons(
  finder: PixelFinder,
  light: PixelLight,
  lon: number,
  lat: number,
  time: number,
  electrons: number,
): void {
  const pixel = finder.find(lon, lat);
  if (pixel < 0) return;
  light.counts[pixel]! += electrons;
  light.times[pixel]! += electrons * time;
  light.total += electrons;
}
