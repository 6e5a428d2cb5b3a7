import type { CameraGeometry } from "./geometry.js";
import { type ImageMapper, MapperBuilder } from "./image-mapper.js";
import {
  barycentricWeights,
  enclosingTriangle,
  forEachCell,
  interpolationGrid,
  padding,
  pixelAt,
} from "./interpolation-grid.js";

/**
 * Bilinear interpolation between pixel centres, CTLearn's default: each cell of the image is the mean of the three
 * pixels around it by their barycentric weights; the matrix is normalised so that a pixel's weights sum to 1 on average,
 * which keeps the charge.
 *
 * Equal to dl1-data-handler's BilinearMapper up to one factor per camera (at most 1.003), which comes from four grid
 * corners there that fall outside the triangulation.
 */
export function bilinearMapper(geometry: CameraGeometry, imageShape: number | null): ImageMapper {
  const points = interpolationGrid(geometry, imageShape);
  const realPixels = geometry.pixelX.length;
  const builder = new MapperBuilder("BilinearMapper", points.side, realPixels);
  const corners = new Int32Array(6);
  const weights = new Float64Array(3);
  let sum = 0;
  const addCell = (row: number, place: number, inside: boolean): void => {
    if (enclosingTriangle(points, row, place, corners)) {
      barycentricWeights(points, row, place, corners, weights);
      for (let k = 0; k < 3; k++) {
        const pixel = pixelAt(points, corners[2 * k]!, corners[2 * k + 1]!);
        if (pixel < 0 || weights[k]! <= 1e-12) continue;
        sum += weights[k]!;
        if (inside) builder.add(pixel, weights[k]!);
      }
    }
    if (inside) builder.nextCell();
  };
  forEachCell(points, addCell, padding);
  return builder.finish(realPixels / sum);
}
