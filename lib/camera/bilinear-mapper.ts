import Delaunator from "delaunator";
import type { CameraGeometry } from "./geometry.js";
import { hexagonalGrid, linearGrid } from "./hexagonal-grid.js";
import { type ImageMapper, imageMapper, type MapperEntry } from "./image-mapper.js";

/** Rows added around the image while it is made, and cut off again, so that the camera's edge is not treated apart. */
const padding = 3;

/** Points of a grid inside the camera's lattice, as weights of the three corners of the triangle they lie in. */
function* interpolate(
  x: Float64Array,
  y: Float64Array,
  columns: Float64Array,
  rows: Float64Array,
): Generator<{ row: number; column: number; corners: [number, number, number]; weights: [number, number, number] }> {
  const coordinates = new Float64Array(2 * x.length);
  for (let i = 0; i < x.length; i++) {
    coordinates[2 * i] = x[i]!;
    coordinates[2 * i + 1] = y[i]!;
  }
  const { triangles } = new Delaunator(coordinates);
  const done = new Uint8Array(columns.length * rows.length);
  const columnStep = columns[1]! - columns[0]!;
  const rowStep = rows[1]! - rows[0]!;
  const tolerance = 1e-9;
  for (let t = 0; t < triangles.length; t += 3) {
    const corners: [number, number, number] = [triangles[t]!, triangles[t + 1]!, triangles[t + 2]!];
    const [a, b, c] = corners;
    const [ax, ay, bx, by, cx, cy] = [x[a]!, y[a]!, x[b]!, y[b]!, x[c]!, y[c]!];
    const determinant = (by - cy) * (ax - cx) + (cx - bx) * (ay - cy);
    if (Math.abs(determinant) < 1e-12) continue;
    const lowColumn = Math.max(0, Math.ceil((Math.min(ax, bx, cx) - columns[0]!) / columnStep - 1e-6));
    const highColumn = Math.min(
      columns.length - 1,
      Math.floor((Math.max(ax, bx, cx) - columns[0]!) / columnStep + 1e-6),
    );
    const lowRow = Math.max(0, Math.ceil((Math.min(ay, by, cy) - rows[0]!) / rowStep - 1e-6));
    const highRow = Math.min(rows.length - 1, Math.floor((Math.max(ay, by, cy) - rows[0]!) / rowStep + 1e-6));
    for (let row = lowRow; row <= highRow; row++) {
      for (let column = lowColumn; column <= highColumn; column++) {
        if (done[row * columns.length + column]) continue;
        const px = columns[column]! - cx;
        const py = rows[row]! - cy;
        const wa = ((by - cy) * px + (cx - bx) * py) / determinant;
        const wb = ((cy - ay) * px + (ax - cx) * py) / determinant;
        const wc = 1 - wa - wb;
        if (wa < -tolerance || wb < -tolerance || wc < -tolerance) continue;
        done[row * columns.length + column] = 1;
        yield { row, column, corners, weights: [wa, wb, wc] };
      }
    }
  }
}

/**
 * Bilinear interpolation between pixel centres, CTLearn's default: each cell of the image is the mean of the three
 * pixels around it by their barycentric weights; the matrix is normalised so that a pixel's weights sum to 1 on average,
 * which keeps the charge.
 *
 * Equal to dl1-data-handler's BilinearMapper up to one factor per camera (at most 1.003), which comes from four grid
 * corners there that fall outside the triangulation.
 */
export function bilinearMapper(geometry: CameraGeometry, imageShape: number | null): ImageMapper {
  const grid = hexagonalGrid(geometry, padding);
  const side = imageShape ?? 2 * grid.rows;
  const padded = side + 2 * padding;
  const columns = linearGrid(grid.x, padded);
  const rows = linearGrid(grid.y, padded);
  const entries: MapperEntry[] = [];
  let sum = 0;
  for (const { row, column, corners, weights } of interpolate(grid.x, grid.y, columns, rows)) {
    for (const [k, pixel] of corners.entries()) {
      const weight = weights[k]!;
      if (pixel >= grid.realPixels || weight <= 1e-12) continue;
      sum += weight;
      const outRow = side - 1 - (row - padding);
      const outColumn = column - padding;
      const inside = outRow >= 0 && outRow < side && outColumn >= 0 && outColumn < side;
      if (inside) entries.push({ pixel, cell: outRow * side + outColumn, weight });
    }
  }
  const scale = grid.realPixels / sum;
  const scaled = entries.map((entry) => ({ ...entry, weight: entry.weight * scale }));
  return imageMapper("BilinearMapper", side, grid.realPixels, scaled);
}
