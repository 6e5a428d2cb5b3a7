import { checkSide } from "./check-side.js";
import type { CameraGeometry } from "./geometry.js";
import { hexagonalGrid, rowsOfSquare } from "./hexagonal-grid.js";
import { imageCell } from "./image-cell.js";
import { cellMapper, type ImageMapper } from "./image-mapper.js";

/**
 * Each pixel fills four cells, two by two, with a quarter of its charge; the image is stretched along one axis. Keeps the
 * charge exactly. Equal to dl1-data-handler's OversamplingMapper.
 */
export function oversamplingMapper(geometry: CameraGeometry, imageShape: number | null): ImageMapper {
  const name = "OversamplingMapper";
  const grid = hexagonalGrid(geometry);
  const side = 2 * rowsOfSquare(grid);
  checkSide(name, geometry, side, imageShape);
  const pixels = geometry.pixelX.length;
  const pixelOfCell = new Int32Array(side * side).fill(-1);
  // A pixel lies between two edges of cells; there is one edge more than there are places.
  const before = Math.ceil((side - grid.places.length - 1) / 2);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const [row, place] = [2 * grid.rowOf[pixel]!, grid.placeOf[pixel]! + before];
    for (const [i, j] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const) {
      pixelOfCell[imageCell(grid, side, row + i, place + j)] = pixel;
    }
  }
  return cellMapper(name, side, pixels, pixelOfCell, 0.25);
}
