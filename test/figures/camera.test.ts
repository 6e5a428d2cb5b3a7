import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type CameraGeometry, pixelWidthM } from "../../lib/camera/geometry.js";
import { neighbours } from "../../lib/camera/neighbours.js";
import { cameraImage } from "../../lib/figures/camera-image.js";
import { pixelOutlines } from "../../lib/figures/pixel-outlines.js";
import { readGeometry } from "../camera/golden-geometry.js";
import { needsData, sharedData } from "../shared-data.js";
import { hexagonalCamera, sampleImage, squareCamera } from "./sample-camera.js";

/** Share of the pairs of neighbours whose outlines have two corners in common, within a tenth of a pixel. */
function touching(geometry: CameraGeometry): number {
  const focalLengthM = 180 / Math.PI;
  const { corners, lonDeg, latDeg } = pixelOutlines(geometry, focalLengthM);
  const near = pixelWidthM(geometry)[0]! * 0.1;
  const { offsets, indices } = neighbours(geometry);
  let pairs = 0;
  let good = 0;
  for (let pixel = 0; pixel < geometry.pixelX.length; pixel++) {
    for (let k = offsets[pixel]!; k < offsets[pixel + 1]!; k++) {
      const other = indices[k]!;
      let shared = 0;
      for (let a = 0; a < corners; a++) {
        for (let b = 0; b < corners; b++) {
          const [i, j] = [pixel * corners + a, other * corners + b];
          if (Math.hypot(lonDeg[i]! - lonDeg[j]!, latDeg[i]! - latDeg[j]!) < near) shared++;
        }
      }
      pairs++;
      if (shared >= 2) good++;
    }
  }
  return good / pairs;
}

test("hexagons and squares tile the camera", () => {
  assert.equal(touching(hexagonalCamera(6)), 1);
  assert.equal(touching(squareCamera(8)), 1);
  assert.ok(touching({ ...hexagonalCamera(6), pixelRotationDeg: 30 }) < 0.1);
});

test("the pixels of every hexagonal camera touch along their sides", needsData("geometry/json"), () => {
  for (const name of readdirSync(join(sharedData, "geometry/json"))) {
    const geometry = readGeometry(`geometry/json/${name}`);
    if (geometry.pixelType !== "hexagon") continue;
    assert.ok(touching(geometry) > 0.95, `${name}: ${touching(geometry)}`);
  }
});

test("a camera is a few dozen paths and one trace of centres, each pixel in the path of its colour", () => {
  const image = sampleImage(hexagonalCamera(), 5.6);
  const { data } = cameraImage(image);
  assert.ok(data.length < 60, `${data.length} traces`);
  const fills = data.filter((trace) => trace.fill === "toself");
  const outlines = fills.reduce((sum, trace) => sum + (trace.x as unknown[]).filter((x) => x === null).length, 0);
  assert.equal(outlines, image.values.length);
  const brightest = Array.from(image.values).indexOf(Math.max(...Array.from(image.values)));
  const last = fills.at(-1)! as { x: number[]; y: number[] };
  const { centreLonDeg, centreLatDeg } = pixelOutlines(image.geometry, 5.6);
  const near = last.x.some(
    (x, i) => x !== null && Math.hypot(x - centreLonDeg[brightest]!, last.y[i]! - centreLatDeg[brightest]!) < 0.2,
  );
  assert.ok(near, "the path of the brightest colour is at the brightest pixel");
});

test("pixels without a value stay empty", () => {
  const image = sampleImage(hexagonalCamera(3), 5.6);
  const values = Float64Array.from(image.values);
  values[0] = Number.NaN;
  const { data } = cameraImage({ ...image, values, hillas: null });
  const empty = data.filter((trace) => trace.fillcolor === "rgba(0,0,0,0)");
  assert.equal((empty[0]!.x as unknown[]).filter((x) => x === null).length, 1);
  assert.doesNotThrow(() => cameraImage({ ...image, values: values.fill(Number.NaN) }));
});
