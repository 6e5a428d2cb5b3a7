import assert from "node:assert/strict";
import { test } from "node:test";
import { angularSeparationDeg } from "../../lib/coordinates/angular-separation.js";
import { cameraOffset, fromCameraOffset } from "../../lib/coordinates/camera-offset.js";
import { fromSkyOffset, skyOffset } from "../../lib/coordinates/sky-offset.js";

const close = (a: number, b: number, tolerance: number, what: string): void =>
  assert.ok(Math.abs(a - b) < tolerance, `${what}: ${a}, expected ${b}`);

test("offsets and directions are each other's inverse to 1e-9 degrees", () => {
  const optics = { focalLengthM: 5.6, pixelRotationDeg: 30 };
  for (const altDeg of [20, 50, 70, 89.9]) {
    for (const azDeg of [0, 0.01, 175.1963, 359.99]) {
      for (const [dAlt, dAz] of [
        [0.5, 0.3],
        [-2, 4],
        [0, 0],
      ] as const) {
        const pointing = { altDeg, azDeg };
        const direction = { altDeg: Math.min(90, altDeg + dAlt), azDeg: (azDeg + dAz + 360) % 360 };
        for (const back of [
          fromSkyOffset(skyOffset(direction, pointing), pointing),
          fromCameraOffset(cameraOffset(direction, pointing, optics), pointing, optics),
        ]) {
          const away = angularSeparationDeg(back.azDeg, back.altDeg, direction.azDeg, direction.altDeg);
          close(away, 0, 1e-9, `alt ${altDeg} az ${azDeg}`);
          assert.ok(back.azDeg >= 0 && back.azDeg < 360);
        }
      }
    }
  }
});

// astropy 8.0: SkyCoord(alt=71 deg, az=177 deg).transform_to(NominalFrame(origin = alt 70 deg, az 175.1963 deg))
test("the sky offset equals ctapipe's nominal frame", () => {
  const { fovLonDeg, fovLatDeg } = skyOffset({ altDeg: 71, azDeg: 177 }, { altDeg: 70, azDeg: 175.1963 });
  close(fovLonDeg, 0.5872315704229809, 1e-9, "longitude");
  close(fovLatDeg, 1.0086862950379398, 1e-9, "latitude");
});

test("a pointing that lies a rounding error beyond the zenith is the zenith", () => {
  const { fovLatDeg } = skyOffset({ altDeg: 89, azDeg: 0 }, { altDeg: 90.0000025, azDeg: 0 });
  close(fovLatDeg, -1, 1e-9, "latitude");
});

test("separations are exact where the cosine formula loses them", () => {
  close(angularSeparationDeg(10, 20, 10, 20 + 1e-9), 1e-9, 1e-14, "tiny");
  close(angularSeparationDeg(0, 0, 180, 0), 180, 1e-12, "opposite");
  close(angularSeparationDeg(350, 60, 10, 60), 9.961850643857744, 1e-8, "across north");
});
