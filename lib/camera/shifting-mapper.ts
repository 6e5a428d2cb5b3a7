import { checkSide } from "./check-side.js";
import type { CameraGeometry } from "./geometry.js";
import { hexagonalGrid, placesBefore, rowsOfSquare } from "./hexagonal-grid.js";
import { imageCell } from "./image-cell.js";
import { cellMapper, type ImageMapper } from "./image-mapper.js";

/**
 * One cell a pixel: every other row is shifted by half a pixel, so that the rows stand above each other. Keeps the charge
 * exactly. Equal to dl1-data-handler's ShiftingMapper.
 */
export function shiftingMapper(geometry: CameraGeometry, imageShape: number | null): ImageMapper {
  const name = "ShiftingMapper";
  const grid = hexagonalGrid(geometry);
  const side = rowsOfSquare(grid);
  checkSide(name, geometry, side, imageShape);
  const pixelOfCell = new Int32Array(side * side).fill(-1);
  const before = placesBefore(grid);
  for (let pixel = 0; pixel < grid.rowOf.length; pixel++) {
    const cell = imageCell(grid, side, grid.rowOf[pixel]!, (grid.placeOf[pixel]! + before) >> 1);
    pixelOfCell[cell] = pixel;
  }
  return cellMapper(name, side, grid.rowOf.length, pixelOfCell);
}
