import { ConfigError } from "../errors.js";
import { checkSide } from "./check-side.js";
import { type CameraGeometry, medianPixelWidthM, rotateBack } from "./geometry.js";
import { cellMapper, type ImageMapper } from "./image-mapper.js";
import { clusterPositions } from "./position-clusters.js";

/** Median distance between neighbouring rows; infinite for a single one. */
function medianStep(rows: Float64Array): number {
  const steps = rows
    .subarray(1)
    .map((position, i) => position - rows[i]!)
    .sort();
  return steps[steps.length >> 1] ?? Number.POSITIVE_INFINITY;
}

/**
 * One cell a pixel of a camera with square pixels; gaps between modules are closed. Keeps the charge exactly.
 *
 * Equal to dl1-data-handler's SquareMapper where its image has each pixel once: it looks for the pixel nearest to evenly
 * spaced points, and so loses some pixels of cameras with gaps (CHEC) and shows others twice.
 * @throws {ConfigError} for hexagonal pixels, and when the pixels do not stand in rows and columns
 */
export function squareMapper(geometry: CameraGeometry, imageShape: number | null): ImageMapper {
  const name = "SquareMapper";
  if (geometry.pixelType !== "square") {
    throw new ConfigError(`${geometry.name} has no square pixels, ${name} needs them`, {
      place: "image_mapper_type",
      remedy: "use BilinearMapper",
    });
  }
  const widthM = medianPixelWidthM(geometry);
  const apartM = widthM / 4;
  const turned = rotateBack(geometry.pixelX, geometry.pixelY, geometry.pixelRotationDeg);
  const [x, y] = [clusterPositions(turned.x, apartM), clusterPositions(turned.y, apartM)];
  const side = Math.max(x.mean.length, y.mean.length);
  const pixels = geometry.pixelX.length;
  const pixelOfCell = new Int32Array(side * side).fill(-1);
  // Scattered pixels have nearly as many rows as pixels; rows of a turned grid lie closer together than its pixels are wide.
  const scattered = side > 4 * Math.sqrt(pixels) + 4 || [x, y].some(({ mean }) => medianStep(mean) < 0.8 * widthM);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const cell = (side - 1 - y.of[pixel]!) * side + x.of[pixel]!;
    if (scattered || pixelOfCell[cell] !== -1) {
      throw new ConfigError(`the pixels of ${geometry.name} do not stand in rows and columns`, {
        place: `camera ${geometry.name}`,
        remedy: "check pixel positions and pixel rotation (PIX_ROT) in the camera description of the file",
      });
    }
    pixelOfCell[cell] = pixel;
  }
  checkSide(name, geometry, side, imageShape);
  return cellMapper(name, side, pixels, pixelOfCell);
}
