import { checkSide } from "./check-side.js";
import type { CameraGeometry } from "./geometry.js";
import { type HexagonalGrid, hexagonalGrid } from "./hexagonal-grid.js";
import { cellMapper, type ImageMapper } from "./image-mapper.js";

interface Cells {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

const smallest = (values: Int32Array): number => values.reduce((least, value) => Math.min(least, value));
const largest = (values: Int32Array): number => values.reduce((most, value) => Math.max(most, value));

/** Axial coordinates counted from row `origin`, in steps of `sign`, as rows and columns whose odd columns stand higher. */
function offsetCells(grid: HexagonalGrid, origin: number, sign: 1 | -1): Cells {
  const low = smallest(grid.placeOf);
  const along = grid.rowOf.map((row) => sign * (row - origin));
  const columns = grid.placeOf.map((place, pixel) => (sign * (place - low - (grid.rowOf[pixel]! - origin))) / 2);
  return { rows: along.map((value, pixel) => value + (columns[pixel]! >> 1)), columns };
}

/**
 * dl1-data-handler takes the first of three rows and two directions that leaves the first column even: the row at y = 0,
 * the highest, the lowest. An even column's neighbours stand one row lower than an odd one's.
 */
function chosenCells(grid: HexagonalGrid): Cells {
  const step = (grid.rows.at(-1)! - grid.rows[0]!) / (grid.rows.length - 1);
  const centre = -grid.rows[0]! / step;
  const low = smallest(grid.placeOf);
  const origins = [Math.round(centre), grid.rows.length - 1, 0].filter(
    // Only rows that have a pixel at the smallest place count whole steps from it; y = 0 may lie between two rows.
    (origin, i) => (low + origin) % 2 === grid.parity && (i > 0 || Math.abs(centre - origin) < 0.45),
  );
  for (const origin of [...origins, low % 2 === grid.parity ? 0 : 1]) {
    for (const sign of [1, -1] as const) {
      const cells = offsetCells(grid, origin, sign);
      if (smallest(cells.columns) % 2 === 0) return cells;
    }
  }
  // Cameras that dl1-data-handler refuses: one column more on the left makes the first column even.
  const cells = offsetCells(grid, low % 2 === grid.parity ? 0 : 1, 1);
  return { rows: cells.rows, columns: cells.columns.map((column) => column + 1) };
}

/**
 * One cell a pixel on the grid that HexagDLy's convolutions expect: columns whose hexagonal neighbours are found by the
 * parity of the column. Keeps the charge exactly. Row 0 is at the smallest coordinate, unlike in other mappers. Equal to
 * the HexagdlyMapper of dl1-data-handler 0.14.10.
 */
export function hexagdlyMapper(geometry: CameraGeometry, imageShape: number | null): ImageMapper {
  const name = "HexagdlyMapper";
  const grid = hexagonalGrid(geometry);
  const { rows, columns } = chosenCells(grid);
  const [firstRow, firstColumn] = [smallest(rows), smallest(columns) & ~1];
  const side = Math.max(largest(rows) - firstRow, largest(columns) - firstColumn) + 1;
  checkSide(name, geometry, side, imageShape);
  const pixelOfCell = new Int32Array(side * side).fill(-1);
  for (const [pixel, row] of rows.entries()) {
    pixelOfCell[(row - firstRow) * side + columns[pixel]! - firstColumn] = pixel;
  }
  return cellMapper(name, side, rows.length, pixelOfCell);
}
