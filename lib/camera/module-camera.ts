import type { CameraGeometry } from "./geometry.js";

const pitchM = 0.05;
/** Modules in each of the 19 rows, from the lowest on; a row stands half a module beside the next. */
const modulesInRow = [8, 11, 12, 13, 14, 15, 16, 17, 18, 17, 18, 17, 16, 15, 14, 13, 12, 11, 8];
/** Modules of seven pixels fill the plane on a grid of √7 pixels. */
const modulePitchM = pitchM * Math.sqrt(7);
/** The grid of the pixels is turned against the rows of the modules by 30° − atan(√3 / 5). */
const turnDeg = 30 - (Math.atan(Math.sqrt(3) / 5) * 180) / Math.PI;
const pixelAreaM2 = 2.0793e-3;

/**
 * The camera of 265 modules of seven hexagonal pixels that LST and NectarCam share: 1855 pixels at a pitch of 50 mm.
 * Places as in CTAO's prod6 simulations; pixels are counted module by module from the lowest row on, their middle first.
 */
function moduleCamera(name: string): CameraGeometry {
  const x: number[] = [];
  const y: number[] = [];
  for (const [row, modules] of modulesInRow.entries()) {
    const middleY = (row - (modulesInRow.length - 1) / 2) * modulePitchM * (Math.sqrt(3) / 2);
    for (let k = 0; k < modules; k++) {
      const middleX = (k - (modules - 1) / 2) * modulePitchM;
      x.push(middleX);
      y.push(middleY);
      for (let side = 0; side < 6; side++) {
        const angle = ((turnDeg + 30 + 60 * side) * Math.PI) / 180;
        x.push(middleX + pitchM * Math.cos(angle));
        y.push(middleY + pitchM * Math.sin(angle));
      }
    }
  }
  return {
    name,
    pixelType: "hexagon",
    pixelX: Float64Array.from(x),
    pixelY: Float64Array.from(y),
    pixelArea: new Float64Array(x.length).fill(pixelAreaM2),
    pixelRotationDeg: turnDeg + 30,
    cameraRotationDeg: 0,
  };
}

/** Camera of the Large-Sized Telescopes. */
export function lstCam(): CameraGeometry {
  return moduleCamera("LSTCam");
}

/** Camera of the Medium-Sized Telescopes in the north. */
export function nectarCam(): CameraGeometry {
  return moduleCamera("NectarCam");
}
