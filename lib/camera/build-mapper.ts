import { closest } from "fastest-levenshtein";
import { ConfigError } from "../errors.js";
import { bilinearMapper } from "./bilinear-mapper.js";
import type { CameraGeometry } from "./geometry.js";
import type { ImageMapper } from "./image-mapper.js";

type Builder = (geometry: CameraGeometry, imageShape: number | null) => ImageMapper;

const mappers: Readonly<Record<string, Builder>> = { BilinearMapper: bilinearMapper };

/** Names that `image_mapper_type` may have. */
export const mapperNames: readonly string[] = Object.keys(mappers);

/**
 * The mapper of a camera. Without `imageShape` the image has two cells per pixel row, as in CTLearn: 96 for SST-1M.
 * @throws {ConfigError} for an unknown mapper, and for one that does not fit the camera's pixels.
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
