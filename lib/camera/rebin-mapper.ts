import type { CameraGeometry } from "./geometry.js";
import { type ImageMapper, MapperBuilder } from "./image-mapper.js";
import { forEachCell, type InterpolationGrid, interpolationGrid } from "./interpolation-grid.js";
import { nearestPixels } from "./nearest-pixels.js";

/** Points of a cell along each axis. */
const fineness = 10;

/** Pixels of cell c and their points: entries from `offsets[c]` to `offsets[c + 1]`. */
interface CellShares {
  readonly offsets: Uint32Array;
  readonly pixels: number[];
  readonly counts: number[];
}

/** For each cell of a strip of cells along the places, the pixels in it and how many of its points each has. */
function sharesOfStrip(points: InterpolationGrid, firstRow: number, line: Int32Array[]): CellShares {
  for (const [i, out] of line.entries()) nearestPixels(points, firstRow + i, out);
  const cells = line[0]!.length / fineness;
  const shares: CellShares = { offsets: new Uint32Array(cells + 1), pixels: [], counts: [] };
  for (let cell = 0; cell < cells; cell++) {
    const first = shares.pixels.length;
    for (const nearest of line) {
      for (let j = cell * fineness; j < (cell + 1) * fineness; j++) {
        const pixel = nearest[j]!;
        if (pixel < 0) continue;
        let k = first;
        while (k < shares.pixels.length && shares.pixels[k] !== pixel) k++;
        if (k === shares.pixels.length) {
          shares.pixels.push(pixel);
          shares.counts.push(0);
        }
        shares.counts[k]!++;
      }
    }
    shares.offsets[cell + 1] = shares.pixels.length;
  }
  return shares;
}

/**
 * Each cell is the mean of 10 × 10 points in it, each showing the pixel it lies in; what lies outside of the camera counts
 * as 0. Weights are shares of the cell's area, so a pixel's weights sum to its area in cells. Equal to dl1-data-handler's
 * RebinMapper, which needs tens of gigabytes for what are a few entries a cell.
 */
export function rebinMapper(geometry: CameraGeometry, imageShape: number | null): ImageMapper {
  const points = interpolationGrid(geometry, imageShape, fineness);
  const builder = new MapperBuilder("RebinMapper", points.side, geometry.pixelX.length);
  const line = Array.from({ length: fineness }, () => new Int32Array(points.alongPlaces.positions.length));
  const strips = new Map<number, CellShares>();
  forEachCell(points, (row, place) => {
    let strip = strips.get(row);
    if (!strip) {
      strip = sharesOfStrip(points, row, line);
      strips.set(row, strip);
    }
    const cell = place / fineness;
    for (let k = strip.offsets[cell]!; k < strip.offsets[cell + 1]!; k++) {
      builder.add(strip.pixels[k]!, strip.counts[k]! / (fineness * fineness));
    }
    builder.nextCell();
  });
  return builder.finish();
}
