import assert from "node:assert/strict";
import { test } from "node:test";
import { buildMapper } from "../../lib/camera/build-mapper.js";
import { digiCam } from "../../lib/camera/digicam.js";
import { mapImage } from "../../lib/camera/map-image.js";
import {
  compileMappingKernel,
  MappingKernel,
  sharedKernelMemory,
  workspaceBytes,
} from "../../lib/camera/mapping-kernel.js";

const module = await compileMappingKernel();

test("the kernel maps as mapImage does, for any mapper, number of channels and number of images", () => {
  for (const name of ["BilinearMapper", "BicubicMapper", "AxialMapper", "OversamplingMapper"]) {
    for (const channels of [1, 2, 3, 8]) {
      const mapper = buildMapper(name, digiCam());
      const [vectorSize, imageSize] = [mapper.pixels * channels, mapper.height * mapper.width * channels];
      const count = 19;
      const begin = 64 + Math.ceil(workspaceBytes(mapper, channels) / 64) * 64;
      const memory = sharedKernelMemory(begin + 4 * count * (vectorSize + imageSize));
      const vectors = new Float32Array(memory.buffer, begin, count * vectorSize);
      for (let i = 0; i < vectors.length; i++) vectors[i] = Math.sin(i * 1.7);
      const images = new Float32Array(memory.buffer, begin + vectors.byteLength, count * imageSize).fill(Number.NaN);
      new MappingKernel(module, memory, 64, mapper, channels).map(
        Array.from({ length: count }, (_, i) => begin + 4 * i * vectorSize),
        Array.from({ length: count }, (_, i) => begin + vectors.byteLength + 4 * i * imageSize),
      );
      const wanted = new Float32Array(imageSize);
      for (let i = 0; i < count; i++) {
        mapImage(mapper, vectors, i * vectorSize, channels, wanted, 0);
        for (let k = 0; k < imageSize; k++) {
          const off = Math.abs(images[i * imageSize + k]! - wanted[k]!);
          if (!(off < 1e-6)) assert.fail(`${name}, ${channels} channels, image ${i}, value ${k}: off by ${off}`);
        }
      }
    }
  }
});

test("images may be interleaved, as telescopes stacked along the channels", () => {
  const mapper = buildMapper("ShiftingMapper", digiCam());
  const cells = mapper.height * mapper.width;
  const begin = Math.ceil(workspaceBytes(mapper, 2) / 64) * 64;
  const size = 2 * mapper.pixels;
  const memory = sharedKernelMemory(begin + 4 * (3 * size + 6 * cells));
  const vectors = new Float32Array(memory.buffer, begin, 3 * size);
  for (let i = 0; i < vectors.length; i++) vectors[i] = i;
  const stacked = new Float32Array(memory.buffer, begin + vectors.byteLength, 6 * cells);
  new MappingKernel(module, memory, 0, mapper, 2, 6 * 4).map(
    [0, 1, 2].map((i) => begin + 4 * i * size),
    [0, 1, 2].map((i) => begin + vectors.byteLength + 4 * 2 * i),
  );
  const one = new Float32Array(2 * cells);
  for (let i = 0; i < 3; i++) {
    mapImage(mapper, vectors, i * size, 2, one, 0);
    for (let cell = 0; cell < cells; cell++) {
      assert.equal(stacked[6 * cell + 2 * i], one[2 * cell]);
      assert.equal(stacked[6 * cell + 2 * i + 1], one[2 * cell + 1]);
    }
  }
});
