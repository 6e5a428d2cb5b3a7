import type { ReaderConfig } from "../config/config.js";
import type { Task } from "../config/task.js";
import { fromCameraOffset } from "../coordinates/camera-offset.js";
import { fromSkyOffset } from "../coordinates/sky-offset.js";
import type { EventFile } from "../events/event-file.js";
import { inDegrees, type PointingRad } from "../events/pointing.js";
import { focalLengthM, type Telescope } from "../events/subarray.js";

/** What a DL2 table holds of a task: columns without prefix, in their units, NaN where nothing was predicted. */
export type Reconstructed = Readonly<Record<string, Float64Array>>;

/** The value that each task's validity follows. */
export const valueColumns: Readonly<Record<Task, readonly string[]>> = {
  type: ["prediction"],
  energy: ["energy"],
  cameradirection: ["az", "alt"],
  skydirection: ["az", "alt"],
};

function nanColumn(rows: number): Float64Array {
  return new Float64Array(rows).fill(Number.NaN);
}

function plainValues(task: "type" | "energy", answers: Float32Array, rows: number): Reconstructed {
  if (task === "type") return { prediction: Float64Array.from({ length: rows }, (_, row) => answers[2 * row + 1]!) };
  return { energy: Float64Array.from({ length: rows }, (_, row) => 10 ** answers[row]!) };
}

/**
 * Turns what a network answered for the images of one telescope into physical values: gammaness, TeV, degrees on the sky.
 * @param answers `[rows, outputs]`, NaN for images that were not predicted
 * @param pointings where the telescope looked at each row
 */
export function reconstructMono(
  task: Exclude<Task, "skydirection">,
  answers: Float32Array,
  pointings: readonly PointingRad[],
  file: Pick<EventFile, "path" | "subarray">,
  telescope: Telescope,
  reader: Pick<ReaderConfig, "focalLength">,
): Reconstructed {
  const rows = pointings.length;
  if (task !== "cameradirection") return plainValues(task, answers, rows);
  const optics = {
    focalLengthM: focalLengthM(telescope, reader.focalLength, file.path),
    pixelRotationDeg: file.subarray.cameras.get(telescope.cameraIndex)!.pixelRotationDeg,
  };
  const [az, alt] = [nanColumn(rows), nanColumn(rows)];
  for (let row = 0; row < rows; row++) {
    const offset = { xM: answers[2 * row]!, yM: answers[2 * row + 1]! };
    if (Number.isNaN(offset.xM) || Number.isNaN(offset.yM)) continue;
    const { altDeg, azDeg } = fromCameraOffset(offset, inDegrees(pointings[row]!), optics);
    alt[row] = altDeg;
    az[row] = azDeg;
  }
  return { az, alt };
}

/**
 * Turns what a stereo network answered for events into physical values.
 * @param answers `[events, outputs]`, NaN for events that were not predicted
 * @param pointings where the array looked at each event
 */
export function reconstructStereo(
  task: Exclude<Task, "cameradirection">,
  answers: Float32Array,
  pointings: readonly PointingRad[],
): Reconstructed {
  if (task !== "skydirection") return plainValues(task, answers, pointings.length);
  const [az, alt] = [nanColumn(pointings.length), nanColumn(pointings.length)];
  for (const [row, pointing] of pointings.entries()) {
    const [fovLonDeg, fovLatDeg] = [answers[2 * row]!, answers[2 * row + 1]!];
    if (Number.isNaN(fovLonDeg) || Number.isNaN(fovLatDeg)) continue;
    const { altDeg, azDeg } = fromSkyOffset({ fovLonDeg, fovLatDeg }, inDegrees(pointing));
    alt[row] = altDeg;
    az[row] = azDeg;
  }
  return { az, alt };
}

/** 1 where all values of a task are numbers. */
export function validRows(task: Task, values: Reconstructed): Uint8Array {
  const columns = valueColumns[task].map((name) => values[name]!);
  return Uint8Array.from(columns[0]!, (_, row) => (columns.every((column) => !Number.isNaN(column[row]!)) ? 1 : 0));
}
