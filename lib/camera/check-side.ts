import { ConfigError } from "../errors.js";
import type { CameraGeometry } from "./geometry.js";

/** @throws {ConfigError} when another side is wanted of a mapper whose images have one side for each camera. */
export function checkSide(mapper: string, camera: CameraGeometry, side: number, wanted: number | null): void {
  if (wanted === null || wanted === side) return;
  throw new ConfigError(`${mapper} gives images of ${side} × ${side} for ${camera.name}, not ${wanted} × ${wanted}`, {
    place: "interpolation_image_shape",
    remedy: `leave it (and input_shape) out, set ${side}, or use BilinearMapper, whose images may have any shape`,
  });
}
