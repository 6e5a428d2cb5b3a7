import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { buildMapper } from "../../lib/camera/build-mapper.js";
import type { CameraGeometry } from "../../lib/camera/geometry.js";
import { needsData, sharedData } from "../shared-data.js";
import { readGeometry } from "./golden-geometry.js";
import { commonFactor, differingCells, type Entries, entriesOf, entriesOfMatrix, type Matrix } from "./matrix.js";

const folder = "ctlearn/mappers";
const available = needsData(folder);
const files = existsSync(join(sharedData, folder))
  ? readdirSync(join(sharedData, folder)).filter((name) => !name.includes("geometry"))
  : [];

function pixelOfCell(entries: Entries, cell: number): number | undefined {
  const key = [...entries.keys()].find((other) => other.endsWith(`,${cell}`));
  return key === undefined ? undefined : Number(key.split(",")[0]);
}

test("golden matrices are there", available, () => assert.ok(files.length >= 25));

for (const file of files) {
  const [cameraName, mapperName, shape] = file.split(".") as [string, string, string];
  test(`${file}: the matrix equals dl1-data-handler's`, available, () => {
    const matrix = JSON.parse(readFileSync(join(sharedData, folder, file), "utf8")) as Matrix;
    const camera = readGeometry(`${folder}/${cameraName}.geometry.json`);
    const mapper = buildMapper(mapperName, camera, shape === "json" ? null : Number(shape));
    assert.equal(mapper.height, matrix.image_shape);
    const [ours, theirs] = [entriesOf(mapper), entriesOfMatrix(matrix)];
    if (mapperName === "BilinearMapper") {
      // Quirk: four corners outside of the triangulation there add up to 4 to the sum that the matrix is divided by.
      const factor = commonFactor(ours, theirs);
      const sum = matrix.weight.reduce((total, weight) => total + weight, 0);
      assert.ok(factor > 1 - 1e-6 && factor < 1 + 4 / (sum * (mapper.height / 96) ** 2) + 1e-3, `factor ${factor}`);
      assert.deepEqual(differingCells(ours, theirs, factor, 1e-6), []);
      return;
    }
    const different = differingCells(ours, theirs, 1, 1e-6);
    if (cameraName === "CHEC") checkClosedGaps(camera, ours, theirs, different);
    else if (file === "FlashCam.NearestNeighborMapper.json") checkTies(camera, ours, theirs, different);
    else assert.deepEqual(different, []);
  });
}

/** Quirk: evenly spaced points miss some rows of a camera with gaps and meet others twice; ours has each pixel once. */
function checkClosedGaps(camera: CameraGeometry, ours: Entries, theirs: Entries, different: number[]): void {
  const shown = (entries: Entries): Set<number> => new Set([...entries.keys()].map((key) => Number(key.split(",")[0])));
  assert.equal(shown(ours).size, camera.pixelX.length);
  const lost = camera.pixelX.length - shown(theirs).size;
  assert.equal(lost, 128);
  assert.equal(different.length, lost);
}

/** Quirk: of two pixels equally near to a point the search tree there takes either. */
function checkTies(camera: CameraGeometry, ours: Entries, theirs: Entries, different: number[]): void {
  assert.ok(different.length < 60, `${different.length} cells`);
  for (const cell of different) {
    const [a, b] = [pixelOfCell(ours, cell), pixelOfCell(theirs, cell)];
    if (a === undefined || b === undefined) continue; // at the rim, a place without pixel is as near
    const distanceM = Math.hypot(camera.pixelX[a]! - camera.pixelX[b]!, camera.pixelY[a]! - camera.pixelY[b]!);
    assert.ok(distanceM < 0.051, `cell ${cell}: pixels ${a} and ${b} are no neighbours`);
  }
}
