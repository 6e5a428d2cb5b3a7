import { closest } from "fastest-levenshtein";
import { ConfigError } from "../errors.js";
import { axialMapper } from "./axial-mapper.js";
import { bicubicMapper } from "./bicubic-mapper.js";
import { bilinearMapper } from "./bilinear-mapper.js";
import type { CameraGeometry } from "./geometry.js";
import { hexagdlyMapper } from "./hexagdly-mapper.js";
import type { ImageMapper } from "./image-mapper.js";
import { nearestNeighborMapper } from "./nearest-neighbor-mapper.js";
import { oversamplingMapper } from "./oversampling-mapper.js";
import { rebinMapper } from "./rebin-mapper.js";
import { shiftingMapper } from "./shifting-mapper.js";
import { squareMapper } from "./square-mapper.js";

type Builder = (geometry: CameraGeometry, imageShape: number | null) => ImageMapper;

const mappers: Readonly<Record<string, Builder>> = {
  BilinearMapper: bilinearMapper,
  BicubicMapper: bicubicMapper,
  NearestNeighborMapper: nearestNeighborMapper,
  RebinMapper: rebinMapper,
  OversamplingMapper: oversamplingMapper,
  AxialMapper: axialMapper,
  ShiftingMapper: shiftingMapper,
  SquareMapper: squareMapper,
  HexagdlyMapper: hexagdlyMapper,
};

/** Names that `image_mapper_type` may have. */
export const mapperNames: readonly string[] = Object.keys(mappers);

/**
 * The mapper of a camera. Without `imageShape` the image has the mapper's own shape for the camera, as in CTLearn: two
 * cells per row of pixels for interpolating ones (96 for SST-1M), one per row for Axial, Shifting and Square.
 * @throws {ConfigError} for an unknown mapper, for one that does not fit the camera's pixels or cannot have `imageShape`,
 *   and for a camera whose pixels do not stand on a regular grid.
 */
export function buildMapper(name: string, geometry: CameraGeometry, imageShape: number | null = null): ImageMapper {
  const builder = Object.hasOwn(mappers, name) ? mappers[name] : undefined;
  if (!builder) {
    throw new ConfigError(`there is no image mapper ${name} (is it ${closest(name, [...mapperNames])}?)`, {
      place: "image_mapper_type",
      remedy: `use one of ${mapperNames.join(", ")}`,
    });
  }
  if (imageShape !== null && imageShape < 2) {
    throw new ConfigError(`an image of ${imageShape} cells a side is too small`, {
      place: "interpolation_image_shape",
    });
  }
  return builder(geometry, imageShape);
}
