import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { ReaderConfig } from "../../lib/config/config.js";
import { ConfigError, InputError } from "../../lib/errors.js";
import { openExamples } from "../../lib/events/open-examples.js";
import { readExampleImages } from "../../lib/events/read-example-images.js";

/** Everything that is read of a file, by name: columns, and the images in their order. */
export type FileContent = ReadonlyMap<string, string>;

const hash = (values: Float32Array | Float64Array | Int32Array): string =>
  createHash("sha1").update(values).digest("hex");

/** Reads columns and images of a file. @throws {assert.AssertionError} when an image is not finite or is not there */
export async function contentOf(path: string, reader: ReaderConfig): Promise<FileContent> {
  const examples = await openExamples([path], null, reader);
  const content = new Map([["rows", String(examples.rows)]]);
  for (const name of examples.columnNames) content.set(name, hash(Float64Array.from(examples.column(name))));
  if (examples.imagesOf) content.set("images of events", hash(examples.imagesOf));
  const images: string[] = [];
  for await (const { row, pixels } of readExampleImages(examples, reader.channels)) {
    assert.ok(pixels.every(Number.isFinite), `image ${row} is not finite`);
    images[row] = hash(pixels);
  }
  assert.equal(images.filter(Boolean).length, examples.images.rows, "images are missing");
  return content.set("images", images.join());
}

/** What is read of a damaged file: the right data, no events, one clear error that names it, or other data. */
export type Outcome =
  | { readonly kind: "right" | "no events" }
  | { readonly kind: "told"; readonly message: string }
  | { readonly kind: "wrong"; readonly differs: readonly string[] };

/** @throws whatever is neither data nor a clear error */
export async function outcomeOf(path: string, reader: ReaderConfig, expected: FileContent): Promise<Outcome> {
  try {
    const content = await contentOf(path, reader);
    const names = new Set([...content.keys(), ...expected.keys()]);
    const differs = [...names].filter((name) => content.get(name) !== expected.get(name));
    if (differs.length === 0) return { kind: "right" };
    return content.get("rows") === "0" ? { kind: "no events" } : { kind: "wrong", differs };
  } catch (error) {
    if (!(error instanceof InputError || error instanceof ConfigError)) throw error;
    assert.ok(error.message.includes(path), `the message does not name the file: ${error.message}`);
    return { kind: "told", message: error.message.split("\n")[0]! };
  }
}
