import { setImmediate } from "node:timers/promises";
import { buildMapper } from "../camera/build-mapper.js";
import type { ImageMapper } from "../camera/image-mapper.js";
import { mapImage } from "../camera/map-image.js";
import { CherenkitError, ConfigError } from "../errors.js";
import { AtomicFile } from "../files/atomic-file.js";
import { createHdf5 } from "../hdf5/writer.js";
import type { ExampleTable } from "./example-table.js";
import { type ExportResult, type ExportSelection, formOf, selectExamples } from "./export-examples.js";
import { npyHeader } from "./npy-header.js";
import { readExampleImages } from "./read-example-images.js";
import { addExampleColumns, examplesAsCsv } from "./write-examples.js";

/** Where images go, in any order; those that are never written are zero. */
interface Target {
  /** @param place number of the image in `features`, which in stereo has one of each telescope for every event */
  write(place: number, image: Float32Array): void;
  close(): Promise<void>;
  abort(): void;
}

async function hdf5Target(
  output: string,
  examples: ExampleTable,
  shape: readonly [number, ...number[]],
  attributes: Readonly<Record<string, string>>,
): Promise<Target> {
  const file = await createHdf5(output);
  const features = file.fixedArray("features", "float32", shape, { attributes });
  addExampleColumns(examples, file);
  const write = (place: number, image: Float32Array): void => features.write(place * image.length, image);
  return { write, close: () => file.close(), abort: () => file.abort() };
}

/** Ids of the telescopes whose images an event has, in the order of their images. */
function telescopeSlots({ telescopes }: ExampleTable): number[] {
  return telescopes.map(({ id }) => id).sort((a, b) => a - b);
}

/** Place in `features` of each image; null where it is the number of the image. */
function placesOf({ images, imagesOf }: ExampleTable): Uint32Array | null {
  if (!imagesOf) return null;
  const places = new Uint32Array(images.rows);
  for (let place = 0; place < imagesOf.length; place++) if (imagesOf[place]! >= 0) places[imagesOf[place]!] = place;
  return places;
}

function npyTarget(output: string, examples: ExampleTable, shape: readonly number[]): Target {
  const features = new AtomicFile(output);
  const header = npyHeader(shape);
  features.write(header);
  features.resize(header.length + shape.reduce((product, length) => product * length, 4));
  return {
    write: (place, image) =>
      features.write(
        new Uint8Array(image.buffer, image.byteOffset, image.byteLength),
        header.length + place * image.byteLength,
      ),
    close: async () => {
      const table = new AtomicFile(tableBeside(output));
      try {
        for (const text of examplesAsCsv(examples)) table.write(text);
        table.close();
        features.close();
      } catch (error) {
        table.abort();
        features.abort();
        throw error;
      }
    },
    abort: () => features.abort(),
  };
}

function tableBeside(output: string): string {
  return output.replace(/\.npy$/i, ".csv");
}

function mappersOf(examples: ExampleTable, name: string, imageShape: number | null): ImageMapper[] {
  const mappers = examples.cameras.map((camera) => buildMapper(name, camera, imageShape));
  const sizes = [...new Set(mappers.map(({ height, width }) => `${height} × ${width}`))];
  if (sizes.length > 1) {
    throw new ConfigError(`the cameras give images of ${sizes.join(" and ")}`, {
      place: "--shape",
      remedy: "choose a common size with --shape, or telescopes of one camera with --tel-type",
    });
  }
  return mappers;
}

/** Images that are mapped before anything else may happen. */
const imagesPerTurn = 64;

/**
 * Writes mapped images and the example table: `.h5` with a dataset `features` (float32, `[n, height, width, channels]`)
 * and one dataset a column, or `.npy` with the table as `.csv` beside it. Files are read once, block by block.
 * @throws {InputError} for files that cannot be read
 * @throws {ConfigError} for a selection or mapper that cannot be used
 * @throws {OutputError} when the output cannot be written; nothing is left then
 */
export async function exportImages(
  selection: ExportSelection,
  output: string,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<ExportResult> {
  const form = formOf(output, ["h5", "npy"]);
  const { examples, focalLength } = await selectExamples(selection);
  if (examples.rows === 0) {
    throw new CherenkitError("no image passes the quality cuts", {
      remedy: "check the files with cherenkit inspect, or loosen the cuts (--cut, --no-cuts)",
    });
  }
  const { channels, mapper: mapperName, imageShape } = selection.reader;
  const mappers = mappersOf(examples, mapperName, imageShape);
  const { height, width } = mappers[0]!;
  const slots = examples.imagesOf ? examples.telescopes.length : 1;
  const stereo = examples.imagesOf ? [slots] : [];
  const shape = [examples.rows, ...stereo, height, width, channels.length] as const;
  const attributes = {
    channels: channels.join(","),
    mapper: mapperName,
    focal_length: focalLength,
    telescopes: telescopeSlots(examples).join(","),
  };
  const target =
    form === "h5" ? await hdf5Target(output, examples, shape, attributes) : npyTarget(output, examples, shape);
  try {
    const image = new Float32Array(height * width * channels.length);
    const place = placesOf(examples);
    let done = 0;
    for await (const { row, telescopeId, pixels } of readExampleImages(examples, channels)) {
      mapImage(mappers[examples.cameraOfTelescope.get(telescopeId)!]!, pixels, 0, channels.length, image, 0);
      target.write(place ? place[row]! : row, image);
      done++;
      onProgress(done, examples.images.rows);
      if (done % imagesPerTurn === 0) await setImmediate(); // so that Ctrl-C is heard
    }
    await target.close();
  } catch (error) {
    target.abort();
    throw error;
  }
  return { files: form === "h5" ? [output] : [output, tableBeside(output)], examples: examples.rows, focalLength };
}
