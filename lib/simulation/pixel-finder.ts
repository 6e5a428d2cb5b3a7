import type { TelescopeFramePixels } from "../camera/hillas-parameters.js";

/** Finds the pixel of a place in the field of view. */
export interface PixelFinder {
  /** Index of the pixel, −1 outside the camera; angles in degrees. */
  find(lonDeg: number, latDeg: number): number;
}

const cellsPerPixel = 10;

/**
 * A table of cells, each with its nearest pixel: the borders between the pixels of a regular grid lie half-way between
 * their centres. Cells beyond the pixels' outer edge hold none.
 */
export function pixelFinder(pixels: TelescopeFramePixels): PixelFinder {
  const { lonDeg, latDeg, widthDeg } = pixels;
  const width = widthDeg[0]!;
  const cell = width / cellsPerPixel;
  const reach = 0.62 * width; // between half a pixel's width and its half diagonal
  const left = Math.min(...lonDeg) - width;
  const bottom = Math.min(...latDeg) - width;
  const columns = Math.ceil((Math.max(...lonDeg) + width - left) / cell);
  const rows = Math.ceil((Math.max(...latDeg) + width - bottom) / cell);
  const nearest = new Int16Array(columns * rows).fill(-1);
  const distance = new Float64Array(columns * rows).fill(reach);
  const span = Math.ceil(reach / cell) + 1;
  for (let pixel = 0; pixel < lonDeg.length; pixel++) {
    const column = Math.floor((lonDeg[pixel]! - left) / cell);
    const row = Math.floor((latDeg[pixel]! - bottom) / cell);
    for (let r = Math.max(0, row - span); r <= Math.min(rows - 1, row + span); r++) {
      for (let c = Math.max(0, column - span); c <= Math.min(columns - 1, column + span); c++) {
        const away = Math.hypot(left + (c + 0.5) * cell - lonDeg[pixel]!, bottom + (r + 0.5) * cell - latDeg[pixel]!);
        if (away >= distance[r * columns + c]!) continue;
        distance[r * columns + c] = away;
        nearest[r * columns + c] = pixel;
      }
    }
  }
  return {
    find(lon, lat) {
      const column = Math.floor((lon - left) / cell);
      const row = Math.floor((lat - bottom) / cell);
      if (column < 0 || row < 0 || column >= columns || row >= rows) return -1;
      return nearest[row * columns + column]!;
    },
  };
}
