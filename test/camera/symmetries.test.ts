import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { digiCam } from "../../lib/camera/digicam.js";
import { cameraTurns } from "../../lib/camera/symmetries.js";
import { sharedData } from "../shared-data.js";
import { readGeometry } from "./golden-geometry.js";

const folder = join(sharedData, "geometry/json");
const cameras = existsSync(folder) ? readdirSync(folder) : [];

for (const name of cameras) {
  test(`${name} turns onto itself: six ways, or four for squares, and mirrored`, () => {
    const geometry = readGeometry(`geometry/json/${name}`);
    const turns = cameraTurns(geometry);
    assert.equal(turns.length, geometry.pixelType === "square" ? 8 : 12);
    assert.deepEqual(
      [...turns[0]!.source],
      Array.from(geometry.pixelX, (_, i) => i),
    );
    for (const { source, matrix, shiftM } of turns) {
      const shown = [...source].filter((pixel) => pixel >= 0);
      assert.equal(new Set(shown).size, shown.length, "a pixel is shown twice");
      assert.ok(shown.length > 0.92 * source.length, `${source.length - shown.length} pixels are lost`);
      const width = Math.sqrt(geometry.pixelArea[0]!);
      for (const [pixel, from] of source.entries()) {
        if (from < 0) continue;
        const [x, y] = [geometry.pixelX[from]!, geometry.pixelY[from]!];
        const moved = [matrix[0] * x + matrix[1] * y + shiftM[0], matrix[2] * x + matrix[3] * y + shiftM[1]];
        const apart = Math.hypot(moved[0]! - geometry.pixelX[pixel]!, moved[1]! - geometry.pixelY[pixel]!);
        assert.ok(apart < 0.35 * width, `pixel ${from} comes to lie ${apart} m beside ${pixel}`);
      }
    }
  });
}

test("the SST-1M camera loses nothing in a third of a turn, and its turns follow each other", () => {
  const turns = cameraTurns(digiCam());
  const third = turns.find(({ rotationDeg, mirrored }) => rotationDeg === 120 && !mirrored)!.source;
  const twoThirds = turns.find(({ rotationDeg, mirrored }) => rotationDeg === 240 && !mirrored)!.source;
  assert.ok(third.every((pixel) => pixel >= 0));
  for (const [pixel, from] of third.entries()) {
    assert.equal(third[from], twoThirds[pixel]);
    assert.equal(third[third[from]!], pixel);
  }
});

test("a camera without a grid has the identity alone", () => {
  const pixelX = Float64Array.from({ length: 60 }, (_, i) => Math.sin(i * 7.1) * i * 0.01);
  const pixelY = Float64Array.from({ length: 60 }, (_, i) => Math.cos(i * 3.7) * i * 0.013);
  const turns = cameraTurns({ ...digiCam(), pixelX, pixelY, pixelArea: new Float64Array(60).fill(1e-5) });
  assert.deepEqual(
    turns.map(({ rotationDeg, mirrored }) => [rotationDeg, mirrored]),
    [[0, false]],
  );
});
