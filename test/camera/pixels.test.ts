import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { digiCam } from "../../lib/camera/digicam.js";
import { hillasParameters, telescopeFramePixels } from "../../lib/camera/hillas-parameters.js";
import { borderPixels, neighbours } from "../../lib/camera/neighbours.js";
import { tailcutsClean } from "../../lib/camera/tailcuts-clean.js";
import { numbers, type Table } from "../../lib/hdf5/column.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { needsData, sharedData } from "../shared-data.js";
import { readGeometry } from "./golden-geometry.js";

const folder = "geometry/json";
const available = needsData(folder);

test("neighbours and border pixels equal ctapipe's for every camera", available, () => {
  for (const name of readdirSync(join(sharedData, folder))) {
    const file = JSON.parse(readFileSync(join(sharedData, folder, name), "utf8")) as {
      neighbors: number[][];
      border_pixels_1: number[];
    };
    const found = neighbours(readGeometry(`${folder}/${name}`));
    const lists = file.neighbors.map((_, i) => Array.from(found.indices.slice(found.offsets[i], found.offsets[i + 1])));
    const wrong = lists.filter((list, i) => list.join() !== [...file.neighbors[i]!].sort((a, b) => a - b).join());
    assert.equal(wrong.length, 0, `${name}: ${wrong.length} pixels differ`);
    const border = Array.from(borderPixels(found, 1).entries()).flatMap(([i, is]) => (is ? [i] : []));
    assert.deepEqual(
      border,
      [...file.border_pixels_1].sort((a, b) => a - b),
      name,
    );
  }
});

test("the built-in DigiCam equals the SST-1M array description", needsData(`${folder}/DigiCam.sst1mpipe.json`), () => {
  const wanted = readGeometry(`${folder}/DigiCam.sst1mpipe.json`);
  const ours = digiCam();
  assert.equal(ours.pixelX.length, 1296);
  for (let i = 0; i < 1296; i++) {
    assert.ok(
      Math.hypot(ours.pixelX[i]! - wanted.pixelX[i]!, ours.pixelY[i]! - wanted.pixelY[i]!) < 1e-4,
      `pixel ${i}`,
    );
    assert.ok(Math.abs(ours.pixelArea[i]! / wanted.pixelArea[i]! - 1) < 1e-3);
  }
  assert.equal(ours.pixelRotationDeg, wanted.pixelRotationDeg);
});

function item(table: Table, name: string, row: number): number {
  return numbers(table.columns.get(name)!)[row]!;
}

test("Hillas parameters equal ctapipe's for the official SST-1M gammas", needsData("dl1/v7.1.0"), async () => {
  const file = await Hdf5File.open(join(sharedData, "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5"));
  const camera = file.table("/configuration/instrument/telescope/camera/geometry_0").read();
  const optics = file.table("/configuration/instrument/telescope/optics").read();
  const images = file.table("/dl1/event/telescope/images/tel_001").read();
  const wanted = file.table("/dl1/event/telescope/parameters/tel_001").read();
  file.close();
  const column = (name: string): Float64Array => numbers(camera.columns.get(name)!);
  const pixels = telescopeFramePixels(
    {
      name: "DigiCam",
      pixelType: "hexagon",
      pixelX: column("pix_x"),
      pixelY: column("pix_y"),
      pixelArea: column("pix_area"),
      pixelRotationDeg: 0,
      cameraRotationDeg: 0,
    },
    item(optics, "equivalent_focal_length", 0),
  );
  const image = numbers(images.columns.get("image")!);
  const mask = numbers(images.columns.get("image_mask")!);
  for (let row = 0; row < images.rows; row++) {
    const range = [row * 1296, (row + 1) * 1296] as const;
    const ours = hillasParameters(pixels, image.subarray(...range), Uint8Array.from(mask.subarray(...range)));
    assert.ok(ours);
    const pairs: [number, string, number][] = [
      [ours.intensity, "hillas_intensity", 1e-6],
      [ours.fovLonDeg, "hillas_fov_lon", 1e-4],
      [ours.fovLatDeg, "hillas_fov_lat", 1e-4],
      [ours.rDeg, "hillas_r", 1e-4],
      [ours.phiDeg, "hillas_phi", 1e-4],
      [ours.lengthDeg, "hillas_length", 1e-4],
      [ours.lengthUncertaintyDeg, "hillas_length_uncertainty", 1e-4],
      [ours.widthDeg, "hillas_width", 1e-4],
      [ours.widthUncertaintyDeg, "hillas_width_uncertainty", 1e-4],
      [ours.psiDeg, "hillas_psi", 1e-4],
      [ours.psiUncertaintyDeg, "hillas_psi_uncertainty", 1e-3],
      [ours.transverseCogUncertaintyDeg, "hillas_transverse_cog_uncertainty", 1e-3],
      [ours.skewness, "hillas_skewness", 1e-3],
      [ours.kurtosis, "hillas_kurtosis", 1e-3],
    ];
    for (const [value, name, tolerance] of pairs) {
      const expected = item(wanted, name, row);
      assert.ok(
        Math.abs(value - expected) <= tolerance * Math.max(1e-3, Math.abs(expected)),
        `row ${row} ${name}: ${value}, ctapipe ${expected}`,
      );
    }
  }
});

test("tail cuts keep a picture pixel only beside another, unless isolated ones are kept", () => {
  const list = neighbours(digiCam());
  const image = new Float32Array(1296);
  image[600] = 12;
  assert.equal(tailcutsClean(list, image, { pictureThreshold: 8, boundaryThreshold: 4 })[600], 0);
  assert.equal(tailcutsClean(list, image, { pictureThreshold: 8, boundaryThreshold: 4, keepIsolated: true })[600], 1);
  const neighbour = list.indices[list.offsets[600]!]!;
  image[neighbour] = 5;
  const kept = tailcutsClean(list, image, { pictureThreshold: 8, boundaryThreshold: 4 });
  assert.deepEqual([kept[600], kept[neighbour]], [1, 1]);
  const strict = { pictureThreshold: 8, boundaryThreshold: 4, minPictureNeighbours: 1 };
  assert.equal(tailcutsClean(list, image, strict)[600], 0);
});
