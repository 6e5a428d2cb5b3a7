import type { Channel } from "../config/channel.js";
import { InputError } from "../errors.js";
import { openEventFile } from "./event-file.js";
import { EventIndex } from "./event-index.js";
import type { ExampleTable } from "./example-table.js";
import { imagesPath, readVectorBlocks } from "./read-images.js";

/** An image of an example, valid until the next is asked for. */
export interface ExampleImage {
  /** Row of `ExampleTable.images`. */
  readonly row: number;
  readonly telescopeId: number;
  /** Pixels with interleaved channels, `[n_pixels, channels]`. */
  readonly pixels: Float32Array;
}

/** Rows of the images by file, and in it by telescope. */
function rowsByTable(examples: ExampleTable): Map<number, Map<number, number[]>> {
  const files = new Map<number, Map<number, number[]>>();
  const fileIndex = examples.images.column("file_index");
  const telescopeIds = examples.images.column("tel_id");
  for (let row = 0; row < examples.images.rows; row++) {
    const tables = files.get(fileIndex[row]!) ?? new Map<number, number[]>();
    files.set(fileIndex[row]!, tables);
    const rows = tables.get(telescopeIds[row]!) ?? [];
    tables.set(telescopeIds[row]!, rows);
    rows.push(row);
  }
  return files;
}

/**
 * The images of all examples in the order of the files, so that each block of a file is read once. Memory is bounded by
 * one block.
 * @throws {InputError} for a file that cannot be read or lacks an image
 */
export async function* readExampleImages(
  examples: ExampleTable,
  channels: readonly Channel[],
): AsyncGenerator<ExampleImage> {
  const [obsIds, eventIds] = [examples.images.column("obs_id"), examples.images.column("event_id")];
  for (const [fileIndex, tables] of rowsByTable(examples)) {
    const file = await openEventFile(examples.files[fileIndex]!.path);
    try {
      for (const [telescopeId, rows] of tables) {
        const keys = [obsIds, eventIds].map((column) => rows.map((row) => column[row]!));
        const index = new EventIndex(keys[0]!, keys[1]!);
        const camera = examples.cameras[examples.cameraOfTelescope.get(telescopeId)!]!;
        const pixels = new Float32Array(camera.pixelX.length * channels.length);
        const place = `${file.path}:${imagesPath(telescopeId)}`;
        let found = 0;
        for (const block of readVectorBlocks(file, telescopeId, channels)) {
          if (block.pixels !== camera.pixelX.length) {
            const sizes = `images of ${block.pixels} pixels, its camera has ${camera.pixelX.length}`;
            throw new InputError(`${place} has ${sizes}`, { place });
          }
          for (let i = 0; i < block.rows; i++) {
            const example = index.find(block.obsIds[i]!, block.eventIds[i]!);
            if (example < 0) continue;
            block.write(i, pixels, 0);
            found++;
            yield { row: rows[example]!, telescopeId, pixels };
          }
        }
        if (found < rows.length) {
          throw new InputError(`${place} lacks ${rows.length - found} of ${rows.length} images`, {
            place,
            remedy: "give DL1 files with images (ctapipe-process --write-images)",
          });
        }
      }
    } finally {
      file.close();
    }
  }
}
