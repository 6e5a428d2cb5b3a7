import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { axialMapper } from "../../lib/camera/axial-mapper.js";
import { digiCam } from "../../lib/camera/digicam.js";
import type { CameraGeometry } from "../../lib/camera/geometry.js";
import { mapImage } from "../../lib/camera/map-image.js";
import { neighbours } from "../../lib/camera/neighbours.js";
import { pixelCells } from "../../lib/camera/pixel-cells.js";
import { compilePredictor } from "../../lib/engine/compile-predictor.js";
import { hexagonalConv2d } from "../../lib/engine/hexagonal-conv-2d.js";
import { tf } from "../../lib/engine/tensorflow.js";
import { loadModel } from "../../lib/models/load-model.js";
import { saveModel } from "../../lib/models/save-model.js";
import { checkGradients, fillWeights, values } from "./eager-reference.js";

const camera = digiCam();
/** The same camera lying on its side: its rows follow each other along the other axis. */
const turned: CameraGeometry = {
  ...camera,
  pixelX: camera.pixelY,
  pixelY: camera.pixelX.map((x) => -x),
  pixelRotationDeg: 0,
};
const pixels = camera.pixelX.length;

/** Cell of each pixel in the mapped image. */
function cellOfPixel(geometry: CameraGeometry): Int32Array {
  const { offsets, indices } = axialMapper(geometry, null);
  const cells = new Int32Array(pixels);
  for (let cell = 0; cell + 1 < offsets.length; cell++) {
    if (offsets[cell + 1]! > offsets[cell]!) cells[indices[offsets[cell]!]!] = cell;
  }
  return cells;
}

/** Pixel in each direction of a hexagon, −1 where there is none: the pixel itself is in the middle. */
function hexagon(geometry: CameraGeometry, pixel: number, side: number): number[] {
  const list = neighbours(geometry);
  const cells = cellOfPixel(geometry);
  const near = [pixel, ...list.indices.subarray(list.offsets[pixel], list.offsets[pixel + 1])];
  const steps = [-side - 1, -side, -1, 0, 1, side, side + 1];
  const found = steps.map((step) => near.find((one) => cells[one] === cells[pixel]! + step) ?? -1);
  assert.equal(found.filter((one) => one >= 0).length, near.length, "each neighbour lies in one of the seven places");
  return found;
}

for (const [name, geometry] of Object.entries({ DigiCam: camera, "DigiCam on its side": turned })) {
  test(`${name}: the convolution equals an indexed one on pixel vectors, whatever stands between the pixels`, async () => {
    const mapper = axialMapper(geometry, null);
    const { height, width } = mapper;
    const input = tf.input({ shape: [height, width, 2] });
    const layer = hexagonalConv2d({ filters: 3, activation: "tanh", cells: pixelCells(mapper) });
    const model = fillWeights(tf.model({ inputs: input, outputs: layer.apply(input) as tf.SymbolicTensor }));
    const vector = values(pixels * 2, 4);
    const image = values(height * width * 2, 5);
    const mapped = new Float32Array(height * width * 2);
    mapImage(mapper, vector, 0, 2, mapped, 0);
    const cells = cellOfPixel(geometry);
    for (const cell of cells) image.set(mapped.subarray(2 * cell, 2 * cell + 2), 2 * cell);

    const [kernel, bias] = model.getWeights().map((weight) => weight.dataSync());
    const wanted = (pixel: number, filter: number): number => {
      let sum = bias![filter]!;
      for (const [k, near] of hexagon(geometry, pixel, width).entries()) {
        if (near < 0) continue;
        for (let c = 0; c < 2; c++) sum += kernel![(k * 2 + c) * 3 + filter]! * vector[2 * near + c]!;
      }
      return Math.tanh(sum);
    };
    const graph = await compilePredictor(model);
    const fromGraph = graph.predict(image, 1)[model.outputNames[0]!]!;
    const eager = (model.predict(tf.tensor(image, [1, height, width, 2])) as tf.Tensor).dataSync();
    for (let pixel = 0; pixel < pixels; pixel += 7) {
      for (let filter = 0; filter < 3; filter++) {
        const at = 3 * cells[pixel]! + filter;
        assert.ok(Math.abs(eager[at]! - wanted(pixel, filter)) < 1e-5, `pixel ${pixel}, eager`);
        assert.ok(Math.abs(fromGraph[at]! - wanted(pixel, filter)) < 1e-5, `pixel ${pixel}, graph`);
      }
    }
    graph.dispose();
  });
}

const rows = ["01110", "11111", "11111", "11011", "01110", "00100", "00000"];
const convolve = (x: tf.SymbolicTensor, filters: number, strides: 1 | 2, cells?: string[]): tf.SymbolicTensor =>
  hexagonalConv2d({ filters, strides, cells, activation: "softplus" }).apply(x) as tf.SymbolicTensor;

test("predictions and gradients equal eager TensorFlow.js, with cells and strides, of odd and even sizes", async () => {
  const flat = (x: tf.SymbolicTensor): tf.SymbolicTensor =>
    tf.layers.dense({ units: 2 }).apply(tf.layers.flatten().apply(x)) as tf.SymbolicTensor;
  await checkGradients([7, 5, 2], (x) => flat(convolve(convolve(convolve(x, 3, 1, rows), 2, 2, rows), 3, 2, rows)));
  await checkGradients([6, 8, 1], (x) => flat(convolve(convolve(x, 3, 2), 2, 1)));
});

test("no pixel is lost by halving, and what stands in cells without a pixel changes nothing", () => {
  const cells = pixelCells(axialMapper(camera, null));
  const input = tf.input({ shape: [48, 48, 1] });
  const outputs = convolve(convolve(input, 2, 2, cells), 2, 2, cells);
  const model = fillWeights(tf.model({ inputs: input, outputs }));
  const predict = (image: Float32Array): Float32Array =>
    (model.predict(tf.tensor(image, [1, 48, 48, 1])) as tf.Tensor).dataSync<"float32">();
  const blank = predict(new Float32Array(48 * 48));
  for (const [row, text] of cells.entries()) {
    for (const column of row % 5 === 0 ? Array.from(text).keys() : []) {
      const image = new Float32Array(48 * 48);
      image[48 * row + column] = 1;
      const same = predict(image).every((value, i) => value === blank[i]);
      assert.equal(same, text[column] === "0", `row ${row}, column ${column}`);
    }
  }
});

test("a network with such layers comes back from its file with the same predictions", async () => {
  const input = tf.input({ shape: [7, 5, 2] });
  const model = fillWeights(tf.model({ inputs: input, outputs: convolve(input, 3, 2, rows) }));
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-hexagonal-"));
  await saveModel(model, folder);
  const again = await loadModel(folder);
  await rm(folder, { recursive: true });
  const images = tf.tensor(values(140, 3), [2, 7, 5, 2]);
  assert.deepEqual(
    [...(again.predict(images) as tf.Tensor).dataSync()],
    [...(model.predict(images) as tf.Tensor).dataSync()],
  );
});

test("cells that do not fit the image are told", () => {
  const input = tf.input({ shape: [9, 9, 1] });
  assert.throws(() => convolve(input, 1, 1, rows), /gets images of 9 × 9, which cells of 7 × 5 do not become/);
});
