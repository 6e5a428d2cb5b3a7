import { buildMapper } from "../camera/build-mapper.js";
import { digiCam } from "../camera/digicam.js";
import { pixelCells } from "../camera/pixel-cells.js";
import type { Config } from "../config/config.js";

/** The images that a network gets. */
export interface NetworkInput {
  /** `[height, width, channels]` */
  readonly imageShape: readonly number[];
  /** Where they show pixels, a text of `1` and `0` for each row; absent when that is not known. */
  readonly pixelCells?: readonly string[] | undefined;
}

/** Side of the images when neither data nor configuration says it: SST-1M's, two cells for each of 48 pixel rows. */
const defaultSide = 96;

/** Mappers that put each pixel of a hexagonal camera into one cell. */
const cellMappers = ["AxialMapper", "ShiftingMapper"];

/** The images that a configuration asks for, without looking at data: those of SST-1M. */
function expectedInput({ reader }: Config): NetworkInput {
  const depth = reader.channels.length;
  if (!cellMappers.includes(reader.mapper)) {
    const side = reader.imageShape ?? defaultSide;
    return { imageShape: [side, side, depth] };
  }
  const mapper = buildMapper(reader.mapper, digiCam());
  const side = reader.imageShape ?? mapper.height;
  return { imageShape: [side, side, depth], pixelCells: side === mapper.height ? pixelCells(mapper) : undefined };
}

/** What the network gets: `given`, or what the configuration asks for. */
export function networkInput(config: Config, given?: readonly number[] | NetworkInput): NetworkInput {
  if (!given) return expectedInput(config);
  return "imageShape" in given ? given : { imageShape: given };
}
