import type { CameraGeometry } from "./geometry.js";
import { type ImageMapper, MapperBuilder } from "./image-mapper.js";
import { forEachCell, interpolationGrid } from "./interpolation-grid.js";
import { nearestPixels } from "./nearest-pixels.js";

/**
 * Each cell shows the pixel whose centre is nearest, with weight 1; cells nearer to a place without pixel are empty. Charge
 * is not kept: a pixel fills about four cells of the default image. Equal to dl1-data-handler's NearestNeighborMapper but
 * for points equally near to two pixels.
 */
export function nearestNeighborMapper(geometry: CameraGeometry, imageShape: number | null): ImageMapper {
  const points = interpolationGrid(geometry, imageShape);
  const builder = new MapperBuilder("NearestNeighborMapper", points.side, geometry.pixelX.length);
  const count = points.alongPlaces.positions.length;
  const lines = points.alongRows.positions.length;
  const nearest = new Int32Array(lines * count);
  for (let row = 0; row < lines; row++) nearestPixels(points, row, nearest.subarray(row * count, (row + 1) * count));
  forEachCell(points, (row, place) => {
    const pixel = nearest[row * count + place]!;
    if (pixel >= 0) builder.add(pixel, 1);
    builder.nextCell();
  });
  return builder.finish();
}
