import type { CameraGeometry } from "./geometry.js";

/** Pixels in column i of 48, counted from negative x. */
function pixelsInColumn(column: number): number {
  if (column < 12) return 2 + 3 * column;
  return column < 36 ? 36 : 34 - 3 * (column - 36);
}

/** Row of a column's lowest pixel, in half pixels from the centre. */
function lowestRow(column: number): number {
  if (column < 12) return -2 - 3 * column;
  if (column < 36) return column % 2 === 0 ? -34 : -35;
  return -34 + 3 * (column - 36);
}

const columns = 48;
const columnDistanceM = 0.0210445;
const rowDistanceM = 0.01215; // half a pixel
const lastColumnXM = 0.49805;
const pixelAreaM2 = 4.7016e-4;

/**
 * DigiCam of the SST-1M telescopes: 1296 hexagonal pixels at a pitch of 24.3 mm, as in the array description of
 * sst1mpipe. Pixels run down each column, from the column at the largest x.
 */
export function digiCam(): CameraGeometry {
  const x: number[] = [];
  const y: number[] = [];
  for (let column = columns - 1; column >= 0; column--) {
    const first = lowestRow(column);
    for (let k = pixelsInColumn(column) - 1; k >= 0; k--) {
      x.push(lastColumnXM - (columns - 1 - column) * columnDistanceM);
      y.push((first + 2 * k) * rowDistanceM);
    }
  }
  return {
    name: "DigiCam",
    pixelType: "hexagon",
    pixelX: Float64Array.from(x),
    pixelY: Float64Array.from(y),
    pixelArea: new Float64Array(x.length).fill(pixelAreaM2),
    pixelRotationDeg: 30,
    cameraRotationDeg: 0,
  };
}
