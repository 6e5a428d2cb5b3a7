import type { CameraGeometry } from "./geometry.js";
import { type ImageMapper, MapperBuilder } from "./image-mapper.js";
import {
  barycentricWeights,
  enclosingTriangle,
  forEachCell,
  type InterpolationGrid,
  interpolationGrid,
  pixelAt,
} from "./interpolation-grid.js";

/** The outer corners of the three triangles beside a triangle, in the order of the corners they lie opposite to. */
function outerCorners(corners: Int32Array, outer: Int32Array): void {
  for (let axis = 0; axis < 2; axis++) {
    const sum = corners[axis]! + corners[axis + 2]! + corners[axis + 4]!;
    for (let k = axis; k < 6; k += 2) outer[k] = sum - 2 * corners[k]!;
  }
}

function onGrid({ grid }: InterpolationGrid, corners: Int32Array): boolean {
  for (let k = 0; k < 6; k += 2) {
    const [row, place] = [corners[k]!, corners[k + 1]!];
    if (row < 0 || row >= grid.rows.length || place < 0 || place >= grid.places.length) return false;
  }
  return true;
}

function hasPixel(points: InterpolationGrid, corners: Int32Array): boolean {
  for (let k = 0; k < 6; k += 2) if (pixelAt(points, corners[k]!, corners[k + 1]!) >= 0) return true;
  return false;
}

/**
 * Interpolation over the 12 pixels around a point: the mean of four linear interpolations, between the outer corners of the
 * triangles beside the point's own triangle, and of the triangles beside each of those. Some weights are negative; charge
 * is kept roughly. Equal to dl1-data-handler's BicubicMapper, which leaves out triangles without pixels, and triangles at
 * the rim of the margin.
 */
export function bicubicMapper(geometry: CameraGeometry, imageShape: number | null): ImageMapper {
  const points = interpolationGrid(geometry, imageShape);
  const builder = new MapperBuilder("BicubicMapper", points.side, geometry.pixelX.length);
  const corners = new Int32Array(6);
  const outer = new Int32Array(6);
  const beside = new Int32Array(6);
  const large = new Int32Array(6);
  const weights = new Float64Array(3);
  const addLinear = (row: number, place: number, triangle: Int32Array): void => {
    barycentricWeights(points, row, place, triangle, weights);
    for (let k = 0; k < 3; k++) {
      const pixel = pixelAt(points, triangle[2 * k]!, triangle[2 * k + 1]!);
      if (pixel >= 0 && weights[k] !== 0) builder.add(pixel, weights[k]! / 4);
    }
  };
  forEachCell(points, (row, place) => {
    const found = enclosingTriangle(points, row, place, corners);
    outerCorners(corners, outer);
    if (found && onGrid(points, outer)) {
      if (hasPixel(points, corners)) addLinear(row, place, outer);
      for (let k = 0; k < 6; k += 2) {
        // The triangle on the other side of the edge opposite to this corner.
        beside.set(corners);
        beside[k] = outer[k]!;
        beside[k + 1] = outer[k + 1]!;
        outerCorners(beside, large);
        if (hasPixel(points, beside) && onGrid(points, large)) addLinear(row, place, large);
      }
    }
    builder.nextCell();
  });
  return builder.finish();
}
