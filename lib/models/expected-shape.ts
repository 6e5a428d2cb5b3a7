import type { Config } from "../config/config.js";

/** Side of the images when neither data nor configuration says it: SST-1M's, two cells for each of 48 pixel rows. */
const defaultSide = 96;

/** `[height, width, channels]` of the images that a configuration asks for. */
export function expectedShape(config: Config): [number, number, number] {
  const side = config.reader.imageShape ?? defaultSide;
  return [side, side, config.reader.channels.length];
}
