import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type CameraGeometry, derotate } from "../../lib/camera/geometry.js";
import { sharedData } from "../shared-data.js";

interface GeometryFile {
  readonly camera?: string;
  readonly name?: string;
  readonly pix_type: CameraGeometry["pixelType"];
  readonly pix_rotation_deg: number;
  readonly cam_rotation_deg: number;
  readonly pix_x?: number[];
  readonly pix_y?: number[];
  readonly pix_area?: number[];
  readonly pix_x_m?: number[];
  readonly pix_y_m?: number[];
  readonly pix_area_m2?: number[];
}

/** A camera of the reference data, turned back by its camera rotation. */
export function readGeometry(name: string): CameraGeometry {
  const file = JSON.parse(readFileSync(join(sharedData, name), "utf8")) as GeometryFile;
  return derotate({
    name: file.camera ?? file.name ?? name,
    pixelType: file.pix_type,
    pixelX: Float64Array.from(file.pix_x ?? file.pix_x_m ?? []),
    pixelY: Float64Array.from(file.pix_y ?? file.pix_y_m ?? []),
    pixelArea: Float64Array.from(file.pix_area ?? file.pix_area_m2 ?? []),
    pixelRotationDeg: file.pix_rotation_deg,
    cameraRotationDeg: file.cam_rotation_deg,
  });
}
