import type { CameraGeometry } from "./geometry.js";
import { type HexagonalGrid, hexagonalGrid, paddedGrid, pixelsAtNodes, rowsOfSquare } from "./hexagonal-grid.js";

/** Rows of empty nodes, and cells, around the image while it is made, so that the camera's edge is not treated apart. */
export const padding = 3;

/** Evenly spaced positions along one axis of the image, and the ticks of the camera that enclose them. */
interface Axis {
  readonly positions: Float64Array;
  /** Last tick that is not above the position, and never the last of all. */
  readonly ticks: Int32Array;
}

/** A hexagonal camera and the evenly spaced points at which its image is made. */
export interface InterpolationGrid {
  readonly grid: HexagonalGrid;
  /** Side of the image. */
  readonly side: number;
  /** Pixel at each node, −1 where there is none. */
  readonly pixels: Int32Array;
  readonly alongRows: Axis;
  readonly alongPlaces: Axis;
  /** First point of the image on both axes. */
  readonly firstPoint: number;
  /** Points of a cell along each axis. */
  readonly pointsPerCell: number;
}

function axis(ticks: Float64Array, count: number): Axis {
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  const positions = Float64Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
  const enclosing = new Int32Array(count);
  let tick = 0;
  for (let i = 0; i < count; i++) {
    while (tick < ticks.length - 2 && ticks[tick + 1]! <= positions[i]!) tick++;
    enclosing[i] = tick;
  }
  return { positions, ticks: enclosing };
}

/**
 * Points of an image of `imageShape` cells a side, by default two for each row of pixels; as in dl1-data-handler they
 * span the camera with a margin of three rows, and the margin is cut off.
 */
export function interpolationGrid(
  geometry: CameraGeometry,
  imageShape: number | null,
  pointsPerCell = 1,
): InterpolationGrid {
  const camera = hexagonalGrid(geometry);
  const grid = paddedGrid(camera, padding);
  const side = imageShape ?? 2 * rowsOfSquare(camera);
  const points = (side + 2 * padding) * pointsPerCell;
  return {
    grid,
    side,
    pixels: pixelsAtNodes(grid),
    alongRows: axis(grid.rows, points),
    alongPlaces: axis(grid.places, points),
    firstPoint: padding * pointsPerCell,
    pointsPerCell,
  };
}

/**
 * Finds the three nodes around a point; neighbouring nodes form equal triangles.
 * @param row point along the rows, `place` point along the places
 * @param corners gets row and place of each corner, `[r0, p0, r1, p1, r2, p2]`
 * @returns false where the margin is cut: no pixel is near
 */
export function enclosingTriangle(points: InterpolationGrid, row: number, place: number, corners: Int32Array): boolean {
  const { grid, alongRows, alongPlaces } = points;
  const [i, j] = [alongRows.ticks[row]!, alongPlaces.ticks[place]!];
  const { rows, places } = grid;
  const t = (alongRows.positions[row]! - rows[i]!) / (rows[i + 1]! - rows[i]!);
  const u = (alongPlaces.positions[place]! - places[j]!) / (places[j + 1]! - places[j]!);
  // Two of the rectangle's corners are nodes, and the line between them is a side of the triangle.
  const rising = (i + j) % 2 === grid.parity;
  const onThisRow = rising ? u > t : u + t < 1;
  const right = rising === onThisRow;
  corners[0] = i;
  corners[1] = rising ? j : j + 1;
  corners[2] = i + 1;
  corners[3] = rising ? j + 1 : j;
  corners[4] = onThisRow ? i : i + 1;
  corners[5] = right ? j + 2 : j - 1;
  return corners[5] >= 0 && corners[5] < places.length;
}

/** Pixel at a node; −1 where there is none or no node. */
export function pixelAt({ grid, pixels }: InterpolationGrid, row: number, place: number): number {
  if (row < 0 || row >= grid.rows.length || place < 0 || place >= grid.places.length) return -1;
  return pixels[row * grid.places.length + place]!;
}

/**
 * Barycentric weights of a point for a triangle of nodes.
 * @param corners `[r0, p0, r1, p1, r2, p2]`
 * @param weights gets the three weights
 */
export function barycentricWeights(
  { grid: { rows, places }, alongRows, alongPlaces }: InterpolationGrid,
  row: number,
  place: number,
  corners: Int32Array,
  weights: Float64Array,
): void {
  const [x1, x2, x3] = [rows[corners[0]!]!, rows[corners[2]!]!, rows[corners[4]!]!];
  const [y1, y2, y3] = [places[corners[1]!]!, places[corners[3]!]!, places[corners[5]!]!];
  const [x, y] = [alongRows.positions[row]! - x3, alongPlaces.positions[place]! - y3];
  const determinant = (y2 - y3) * (x1 - x3) + (x3 - x2) * (y1 - y3);
  weights[0] = ((y2 - y3) * x + (x3 - x2) * y) / determinant;
  weights[1] = ((y3 - y1) * x + (x1 - x3) * y) / determinant;
  weights[2] = 1 - weights[0] - weights[1];
}

/**
 * Calls `visit` for the cells of the image, row 0 first, with the first of a cell's points on each axis.
 * @param margin cells of the margin around the image that are visited as well, with `inside` false
 */
export function forEachCell(
  points: InterpolationGrid,
  visit: (row: number, place: number, inside: boolean) => void,
  margin = 0,
): void {
  const { side, firstPoint, pointsPerCell, grid } = points;
  for (let imageRow = -margin; imageRow < side + margin; imageRow++) {
    const y = firstPoint + (side - 1 - imageRow) * pointsPerCell;
    for (let column = -margin; column < side + margin; column++) {
      const x = firstPoint + column * pointsPerCell;
      const inside = imageRow >= 0 && imageRow < side && column >= 0 && column < side;
      if (grid.rowsAlongX) visit(x, y, inside);
      else visit(y, x, inside);
    }
  }
}
