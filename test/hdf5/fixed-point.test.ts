import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { writeChannels } from "../../lib/events/channels.js";
import type { ColumnSchema, NumericArray } from "../../lib/hdf5/column.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { createHdf5 } from "../../lib/hdf5/writer.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-fixed-point-"));
after(() => rmSync(folder, { recursive: true }));

const transform = { TRANSFORM: "fixed_point", TRANSFORM_DTYPE: "float32" };

// ctapipe's FixedPointColumnTransform: signed −inf = min, NaN = min + 1, +inf = max; unsigned −inf = max − 2, NaN = max − 1.
for (const [type, data, scale, offset, expected] of [
  ["int16", Int16Array.of(-32768, -32767, 32767, 250, -32766, 32766), 100, 0, [2.5, -327.66, 327.66]],
  ["int32", Int32Array.of(-2147483648, -2147483647, 2147483647, 17, -3, 7), 10, 7, [1, -1, 0]],
  ["uint16", Uint16Array.of(65533, 65534, 65535, 120, 0, 65532), 10, 20, [10, -2, 6551.2]],
  ["uint8", Uint8Array.of(253, 254, 255, 40, 0, 252), 4, 0, [10, 0, 63]],
] as const) {
  test(`scaled ${type}: −inf, NaN and +inf come back, and the numbers beside them`, async () => {
    const path = join(folder, `${type}.h5`);
    const file = await createHdf5(path);
    const column: ColumnSchema = {
      name: "image",
      type,
      itemShape: [6],
      metadata: { ...transform, TRANSFORM_SCALE: scale, TRANSFORM_OFFSET: offset },
    };
    file.table("/images", [column]).append({ image: data as NumericArray });
    await file.close();
    const read = await Hdf5File.open(path);
    const image = read.table("/images").read().columns.get("image")!.data as Float32Array;
    const raw = read.table("/images").read({ raw: true }).columns.get("image")!.data;
    read.close();
    assert.deepEqual([...image.slice(0, 3)], [Number.NEGATIVE_INFINITY, Number.NaN, Number.POSITIVE_INFINITY]);
    for (const [i, value] of expected.entries())
      assert.ok(Math.abs(image[3 + i]! - value) < 1e-3 * Math.abs(value) + 1e-6);
    assert.deepEqual(raw, data);
    // What is not finite never reaches a network.
    const pixels = new Float32Array(6);
    writeChannels(["image"], { image }, pixels, 0);
    assert.deepEqual([...pixels.slice(0, 3)], [0, 0, 0]);
    assert.equal(pixels[3], image[3]);
  });
}
