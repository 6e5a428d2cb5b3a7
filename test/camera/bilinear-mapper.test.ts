import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { buildMapper } from "../../lib/camera/build-mapper.js";
import { digiCam } from "../../lib/camera/digicam.js";
import type { ImageMapper } from "../../lib/camera/image-mapper.js";
import { mapImage } from "../../lib/camera/map-image.js";
import { numbers } from "../../lib/hdf5/column.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { needsData, sharedData } from "../shared-data.js";
import { readGeometry } from "./golden-geometry.js";

function mappedCharge(mapper: ImageMapper, image: Float32Array): number {
  const out = new Float32Array(mapper.height * mapper.width);
  mapImage(mapper, image, 0, 1, out, 0);
  return out.reduce((sum, value) => sum + value, 0);
}

test("the true SST-1M camera keeps the charge of a small shower anywhere to 2 %", () => {
  const camera = digiCam();
  const mapper = buildMapper("BilinearMapper", camera);
  assert.equal(mapper.height, 96);
  for (const [cx, cy] of [
    [0, 0],
    [0.2, 0.1],
    [-0.3, 0.2],
    [0.05, -0.35],
    [0.28, -0.17],
  ] as const) {
    const image = Float32Array.from(camera.pixelX, (x, i) => {
      return 100 * Math.exp(-((x - cx) ** 2 / (2 * 0.05 ** 2) + (camera.pixelY[i]! - cy) ** 2 / (2 * 0.03 ** 2)));
    });
    const charge = image.reduce((sum, value) => sum + value, 0);
    const kept = mappedCharge(mapper, image) / charge;
    assert.ok(Math.abs(kept - 1) < 0.02, `at ${cx}, ${cy}: ${kept}`);
  }
});

const official = "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5";
test("the cleaned official SST-1M gammas keep their charge to 2 %", needsData(official), async () => {
  const mapper = buildMapper("BilinearMapper", readGeometry("geometry/json/DigiCam.sst1mpipe.json"));
  const file = await Hdf5File.open(join(sharedData, official));
  const { columns } = file.table("/dl1/event/telescope/images/tel_001").read({ columns: ["image", "image_mask"] });
  file.close();
  const image = numbers(columns.get("image")!);
  const mask = numbers(columns.get("image_mask")!);
  for (let start = 0; start < image.length; start += 1296) {
    const cleaned = Float32Array.from({ length: 1296 }, (_, i) => image[start + i]! * mask[start + i]!);
    const charge = cleaned.reduce((sum, value) => sum + value, 0);
    const kept = mappedCharge(mapper, cleaned) / charge;
    assert.ok(Math.abs(kept - 1) < 0.02, `event ${start / 1296}: ${kept}`);
  }
});

test("two channels are mapped as each by itself", () => {
  const mapper = buildMapper("BilinearMapper", digiCam(), 48);
  const pixels = Float32Array.from({ length: 2 * 1296 }, (_, i) => Math.sin(i));
  const both = new Float32Array(48 * 48 * 2);
  mapImage(mapper, pixels, 0, 2, both, 0);
  const second = new Float32Array(48 * 48);
  mapImage(
    mapper,
    Float32Array.from({ length: 1296 }, (_, i) => pixels[2 * i + 1]!),
    0,
    1,
    second,
    0,
  );
  for (let cell = 0; cell < second.length; cell++) assert.ok(Math.abs(both[2 * cell + 1]! - second[cell]!) < 1e-6);
});

test("an unknown mapper and square pixels are refused with a remedy", () => {
  assert.throws(() => buildMapper("BilinerMapper", digiCam()), /is it BilinearMapper\?/);
  assert.throws(() => buildMapper("BilinearMapper", { ...digiCam(), pixelType: "square" }), /SquareMapper/);
});
