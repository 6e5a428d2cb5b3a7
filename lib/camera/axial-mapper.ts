import { checkSide } from "./check-side.js";
import type { CameraGeometry } from "./geometry.js";
import { hexagonalGrid } from "./hexagonal-grid.js";
import { imageCell } from "./image-cell.js";
import { cellMapper, type ImageMapper } from "./image-mapper.js";

/**
 * One cell a pixel at its axial coordinates: each row is shifted by half a pixel against the row above, so that neighbours
 * along two of the three directions stay neighbours. Keeps the charge exactly. Equal to dl1-data-handler's AxialMapper.
 */
export function axialMapper(geometry: CameraGeometry, imageShape: number | null): ImageMapper {
  const name = "AxialMapper";
  const grid = hexagonalGrid(geometry);
  const shifted = grid.placeOf.map((place, pixel) => place - grid.rowOf[pixel]!);
  const first = shifted.reduce((least, value) => Math.min(least, value));
  const columns = shifted.map((place) => (place - first) / 2);
  const side = columns.reduce((most, value) => Math.max(most, value + 1), grid.rows.length);
  checkSide(name, geometry, side, imageShape);
  const pixelOfCell = new Int32Array(side * side).fill(-1);
  for (const [pixel, column] of columns.entries()) {
    pixelOfCell[imageCell(grid, side, grid.rowOf[pixel]!, column)] = pixel;
  }
  return cellMapper(name, side, columns.length, pixelOfCell);
}
