import type { HexagonalGrid } from "./hexagonal-grid.js";

/**
 * Cell of a square image for a step along the rows of a camera and a step along its places, both counted from the
 * smallest coordinate: row 0 of the image is at the largest y.
 */
export function imageCell(
  grid: Pick<HexagonalGrid, "rowsAlongX">,
  side: number,
  alongRows: number,
  alongPlaces: number,
): number {
  const [column, row] = grid.rowsAlongX ? [alongRows, alongPlaces] : [alongPlaces, alongRows];
  return (side - 1 - row) * side + column;
}
