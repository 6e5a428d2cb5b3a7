import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { axialMapper } from "../../lib/camera/axial-mapper.js";
import { digiCam } from "../../lib/camera/digicam.js";
import { hillasParameters, telescopeFramePixels } from "../../lib/camera/hillas-parameters.js";
import { mapImage } from "../../lib/camera/map-image.js";
import { pixelCells } from "../../lib/camera/pixel-cells.js";
import { loadConfig } from "../../lib/config/load-config.js";
import { tf } from "../../lib/engine/tensorflow.js";
import { prepareModel } from "../../lib/models/prepare-model.js";

const camera = digiCam();
const mapper = axialMapper(camera, null);
const { height, width } = mapper;
const pixels = camera.pixelX.length;
const focalLengthM = 5.6;
/** Four pixels, in which the network counts lengths. */
const unitDeg = ((4 * 0.0242962) / focalLengthM) * (180 / Math.PI);

async function momentsNet(channels: number): Promise<tf.LayersModel> {
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-moments-"));
  try {
    const file = fileURLToPath(new URL("../../../models/moments.ts", import.meta.url));
    const yaml = `prepare_model:
  model_type: CustomModel
  tasks: [cameradirection]
  CustomModel: {model_filename: "${file}", model_name: momentsNet}
training_model:
  TrainCTLearnModel: {input_dir_signal: data, random_seed: 3}
`;
    await writeFile(join(folder, "package.json"), "{}");
    await writeFile(join(folder, "moments.yaml"), yaml);
    const input = { imageShape: [height, width, channels], pixelCells: pixelCells(mapper) };
    const model = await prepareModel(await loadConfig(join(folder, "moments.yaml")), input);
    return model.layers.find(({ name }) => name === "Moments_block") as tf.LayersModel;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Charges of an elongated image about a place in the camera, p.e., of pixels above 8. */
function shower(xM: number, yM: number, angle: number): Float32Array {
  return Float32Array.from({ length: pixels }, (_, i) => {
    const [x, y] = [camera.pixelX[i]! - xM, camera.pixelY[i]! - yM];
    const along = (x * Math.cos(angle) + y * Math.sin(angle)) / 0.05;
    const across = (-x * Math.sin(angle) + y * Math.cos(angle)) / 0.02;
    const charge = 60 * Math.exp(-(along ** 2 + across ** 2) / 2);
    return charge > 8 ? charge : 0;
  });
}

test("momentsNet begins with the centroid that Hillas' parameters tell, wherever the image is", async () => {
  const network = await momentsNet(2);
  const frame = telescopeFramePixels(camera, focalLengthM);
  const seen = ([x, y, angle]: readonly [number, number, number]): { network: number[]; hillas: number[] } => {
    const image = shower(x, y, angle);
    const channels = new Float32Array(pixels * 2);
    image.forEach((charge, i) => {
      channels[2 * i] = charge > 0 ? Math.log10(charge) : 0;
    });
    const mapped = new Float32Array(height * width * 2);
    mapImage(mapper, channels, 0, 2, mapped, 0);
    const features = tf.tidy(() =>
      Array.from((network.predict(tf.tensor4d(mapped, [1, height, width, 2])) as tf.Tensor).dataSync()),
    );
    const hillas = hillasParameters(frame, image, Uint8Array.from(image, Number))!;
    return {
      network: features.slice(0, 2).map((feature) => 10 * feature * unitDeg),
      hillas: [hillas.fovLonDeg, hillas.fovLatDeg],
    };
  };
  const places = [
    [0, 0, 0.4],
    [0.2, 0.1, 2],
    [-0.25, 0.05, 1],
    [0.1, -0.3, 0],
  ] as const;
  const images = places.map(seen);
  const distance = ([ax, ay]: number[], [bx, by]: number[]): number => Math.hypot(ax! - bx!, ay! - by!);
  for (const a of images) {
    for (const b of images) {
      const [found, wanted] = [distance(a.network, b.network), distance(a.hillas, b.hillas)];
      assert.ok(Math.abs(found - wanted) < 0.08, `${found}° from one image to the other, ${wanted}° by Hillas`);
    }
  }
});

test("momentsNet takes two channels of each telescope, and says so of others", async () => {
  assert.deepEqual((await momentsNet(4)).outputs[0]!.shape, [null, 2 * 16 + 64]);
  await assert.rejects(momentsNet(3), /two channels of each telescope/);
});
