import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { buildMapper } from "../../lib/camera/build-mapper.js";
import { mapImage } from "../../lib/camera/map-image.js";
import type { Channel } from "../../lib/config/channel.js";
import { writeChannels } from "../../lib/events/channels.js";
import { openEventFile } from "../../lib/events/event-file.js";
import { readImageBlocks } from "../../lib/events/read-images.js";
import { ImageStream } from "../../lib/prediction/image-stream.js";
import { KeyedRows } from "../../lib/prediction/keyed-rows.js";
import { readTriggers } from "../../lib/prediction/triggers.js";
import type { View } from "../../lib/prediction/views.js";
import { needsData, sharedData } from "../shared-data.js";

const name = "ctlearn/dl1/gamma_run1.dl1.h5";

test("threads map every wanted image of every telescope once a view, as mapImage does", needsData(name), async () => {
  const file = await openEventFile(join(sharedData, name));
  const triggers = readTriggers(file, file.subarray.telescopes);
  const cameraOf = new Map(file.subarray.telescopes.map(({ id, cameraIndex }) => [id, cameraIndex]));
  const sets: [string, number, Channel[]][] = [
    ["BilinearMapper", 110, ["image", "peak_time"]],
    ["NearestNeighborMapper", 64, ["log_image", "cleaned_image", "cleaned_relative_peak_time"]],
  ];
  const views = sets.map(
    ([mapper, imageShape, channels]): View => ({
      mode: "mono",
      reader: { channels, mapper, imageShape },
      imageShape: [imageShape, imageShape, channels.length],
      models: [],
    }),
  );
  const mappers = sets.map(([mapper, side]) => buildMapper(mapper, [...file.subarray.cameras.values()][0]!, side));
  // The first view wants all but the images of one telescope, the second every third trigger.
  const wants = (view: number, id: number, row: number): boolean => (view === 0 ? id !== 2 : row % 3 === 0);
  const telescopes = triggers.telescopes.map(({ telescope, firstRow, rows, obsIds, eventIds }) => ({
    id: telescope.id,
    firstRow,
    pixels: file.subarray.cameras.get(cameraOf.get(telescope.id)!)!.pixelX.length,
    obsIds,
    eventIds,
    mappers,
    wanted: views.map((_, v) => Uint8Array.from({ length: rows }, (_, i) => Number(wants(v, telescope.id, i)))),
  }));
  const found = views.map(() => new Map<number, Float32Array>());
  const stream = await ImageStream.open(views, 5, 2);
  // Twice: the threads' memory serves one file after the other.
  for (let time = 0; time < 2; time++) {
    for (const map of found) map.clear();
    for await (const { view, rows, images, size, release } of stream.read({
      path: file.path,
      telescopes,
      events: [],
    })) {
      for (const [i, row] of rows.entries()) {
        assert.ok(!found[view]!.has(row), `image ${row} came twice`);
        found[view]!.set(row, images.slice((i * images.length) / size, ((i + 1) * images.length) / size));
      }
      release();
    }
  }
  await stream.close();
  let compared = 0;
  for (const [v, [, , channels]] of sets.entries()) {
    const expectedRows: number[] = [];
    for (const { id, firstRow, pixels, obsIds, eventIds } of telescopes) {
      const keys = new KeyedRows(obsIds, eventIds);
      const vector = new Float32Array(pixels * channels.length);
      const wanted = new Float32Array(mappers[v]!.height * mappers[v]!.width * channels.length);
      for (const block of readImageBlocks(file, id, channels)) {
        for (let i = 0; i < block.rows; i++) {
          const trigger = keys.find(block.obsIds[i]!, block.eventIds[i]!);
          if (!wants(v, id, trigger)) continue;
          expectedRows.push(firstRow + trigger);
          writeChannels(channels, block.image(i), vector, 0);
          mapImage(mappers[v]!, vector, 0, channels.length, wanted, 0);
          const image = found[v]!.get(firstRow + trigger)!;
          for (const [k, value] of wanted.entries()) {
            if (Math.abs(image[k]! - value) > 1e-4 * Math.max(1, Math.abs(value))) {
              assert.fail(`view ${v}, telescope ${id}, image ${i}, number ${k}: ${image[k]}, mapImage ${value}`);
            }
          }
          compared++;
        }
      }
    }
    assert.deepEqual(
      [...found[v]!.keys()].sort((a, b) => a - b),
      expectedRows.sort((a, b) => a - b),
    );
  }
  assert.ok(compared > 100, `${compared} images were compared`);
  file.close();
});
