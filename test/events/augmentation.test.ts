import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { buildMapper } from "../../lib/camera/build-mapper.js";
import type { CameraGeometry } from "../../lib/camera/geometry.js";
import { mapImage } from "../../lib/camera/map-image.js";
import { cameraTurns } from "../../lib/camera/symmetries.js";
import type { ReaderConfig } from "../../lib/config/config.js";
import type { Task } from "../../lib/config/task.js";
import { turnOf } from "../../lib/events/augmentation.js";
import { openImageStore } from "../../lib/events/image-store.js";
import { exampleLabels } from "../../lib/events/labels.js";
import { openBatches } from "../../lib/events/open-batches.js";
import { openExamples } from "../../lib/events/open-examples.js";
import { readExampleImages } from "../../lib/events/read-example-images.js";
import { needsData, sharedData } from "../shared-data.js";
import { readerConfig } from "./reader-config.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-augmentation-"));
const cacheBefore = process.env.CHERENKIT_CACHE;
process.env.CHERENKIT_CACHE = folder;
after(() => {
  if (cacheBefore === undefined) delete process.env.CHERENKIT_CACHE;
  else process.env.CHERENKIT_CACHE = cacheBefore;
  rmSync(folder, { recursive: true });
});

const digicam = "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5";
const lst = "ctlearn/dl1/gamma_run1.dl1.h5";

async function opened(path: string, reader: ReaderConfig, task: Task, augmentation: "rotation" | "symmetry") {
  const examples = await openExamples([join(sharedData, path)], null, reader);
  const store = await openImageStore(examples, reader);
  const options = { tasks: [task], batchSize: examples.rows, workers: 1, augmentation };
  return { examples, batches: await openBatches(examples, store, reader, options) };
}

test(
  "turned images are the permuted pixels, mapped; the turn of a row follows from the seed alone",
  needsData(digicam),
  async () => {
    const reader = readerConfig({ channels: ["image", "peak_time"], mapper: "ShiftingMapper" });
    const { examples, batches } = await opened(digicam, reader, "cameradirection", "symmetry");
    const [camera] = examples.cameras as [CameraGeometry];
    const turns = cameraTurns(camera);
    const mapper = buildMapper("ShiftingMapper", camera);
    const size = mapper.height * mapper.width * 2;
    const order = Uint32Array.from({ length: examples.rows }, (_, i) => i);
    for (const turnSeed of [7, 8]) {
      const wanted = new Float32Array(examples.rows * size);
      for await (const { row, pixels } of readExampleImages(examples, reader.channels)) {
        const { source } = turns[turnOf(row, turnSeed, turns.length)]!;
        const turned = new Float32Array(pixels.length);
        for (const [pixel, from] of source.entries()) {
          if (from >= 0) turned.set(pixels.subarray(2 * from, 2 * from + 2), 2 * pixel);
        }
        mapImage(mapper, turned, 0, 2, wanted, row * size);
      }
      for (const rows of [order, order.toReversed()]) {
        for await (const batch of batches.epoch(rows, rows.length, { turnSeed })) {
          for (let i = 0; i < rows.length; i++) {
            const ours = batch.images.subarray(i * size, (i + 1) * size);
            assert.deepEqual(ours, wanted.subarray(rows[i]! * size, (rows[i]! + 1) * size), `row ${rows[i]}`);
          }
          batch.release();
        }
      }
    }
    const labels = exampleLabels(examples, "cameradirection");
    for await (const batch of batches.epoch(order, order.length)) {
      assert.deepEqual(batch.labels.cameradirection, labels, "without a seed nothing is turned");
      batch.release();
    }
    await batches.close();
  },
);

test("all turns are drawn, about equally often", () => {
  const counts = new Array<number>(12).fill(0);
  for (let row = 0; row < 12_000; row++) counts[turnOf(row, 99, 12)]!++;
  for (const count of counts) assert.ok(count > 850 && count < 1150, counts.join(", "));
});

/** The pixel at a place of the camera. */
function pixelAt({ pixelX, pixelY }: CameraGeometry, x: number, y: number): { pixel: number; apart: number } {
  let [pixel, apart] = [-1, Number.POSITIVE_INFINITY];
  for (let i = 0; i < pixelX.length; i++) {
    const distance = Math.hypot(pixelX[i]! - x, pixelY[i]! - y);
    if (distance < apart) [pixel, apart] = [i, distance];
  }
  return { pixel, apart };
}

for (const [path, task] of [
  [digicam, "cameradirection"],
  [lst, "cameradirection"],
  [lst, "skydirection"],
] as const) {
  test(
    `${task} of ${path} is turned along: the light of the source's pixel comes to lie at the new label`,
    needsData(path),
    async () => {
      const stereo = task === "skydirection";
      const reader = readerConfig({
        mode: stereo ? "stereo" : "mono",
        stackTelescopeImages: stereo,
        mapper: "AxialMapper",
        focalLength: path === lst ? "effective" : "equivalent",
      });
      const { examples, batches } = await opened(path, reader, task, "symmetry");
      const [camera] = examples.cameras as [CameraGeometry];
      const turns = cameraTurns(camera);
      const { focalLengthM } = examples.telescopeOf!(0);
      const width = Math.sqrt(camera.pixelArea[0]!);
      // Place in the camera from a label, by the definitions of ctapipe's frames: x along latitude, y along longitude.
      const place = (labels: Float32Array, at: number): [number, number] => {
        const [a, b] = [labels[at]!, labels[at + 1]!];
        if (stereo) return [(focalLengthM * b * Math.PI) / 180, (focalLengthM * a * Math.PI) / 180];
        const angle = (camera.pixelRotationDeg * Math.PI) / 180;
        return [a * Math.cos(angle) - b * Math.sin(angle), a * Math.sin(angle) + b * Math.cos(angle)];
      };
      const labels = exampleLabels(examples, task);
      const order = Uint32Array.from({ length: examples.rows }, (_, i) => i);
      let moved = 0;
      for await (const batch of batches.epoch(order, order.length, { turnSeed: 3 })) {
        for (const row of order) {
          const { source } = turns[turnOf(row, 3, turns.length)]!;
          const before = pixelAt(camera, ...place(labels, 2 * row));
          if (before.apart > width) continue;
          const now = pixelAt(camera, ...place(batch.labels[task]!, 2 * row));
          const shown = source.indexOf(before.pixel);
          if (shown < 0) continue;
          // Nearest, or as near as the turned grid allows.
          const [x, y] = place(batch.labels[task]!, 2 * row);
          const apart = Math.hypot(camera.pixelX[shown]! - x, camera.pixelY[shown]! - y);
          assert.ok(
            Math.abs(apart - before.apart) < 0.1 * width,
            `row ${row}: ${apart} m now, ${before.apart} m before`,
          );
          if (now.pixel !== before.pixel) moved++;
        }
        batch.release();
      }
      await batches.close();
      assert.ok(moved > examples.rows / 3, `${moved} of ${examples.rows} directions moved`);
    },
  );
}
