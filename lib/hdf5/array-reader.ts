import { Dataset } from "h5wasm/node";
import { InputError } from "../errors.js";
import { datatypeClass, numberType } from "./attributes.js";
import { emptyArray, itemLength, type NumericArray } from "./column.js";
import type { Hdf5Library } from "./library.js";
import { readBlocks } from "./read-block.js";

/** Values of a dataset in row-major order. */
export interface ArrayData {
  /** [] for a single value. */
  readonly shape: readonly number[];
  readonly data: NumericArray | string[];
  readonly boolean: boolean;
}

/** Reads a dataset that is not a table, the whole or records `start … start + count` of its first axis. */
export function readArray(
  library: Hdf5Library,
  fileId: bigint,
  file: string,
  path: string,
  options: { start?: number; count?: number },
): ArrayData {
  const metadata = library.get_dataset_metadata(fileId, path);
  const [length = 1, ...rest] = metadata.shape ?? [0];
  const scalar = metadata.shape?.length === 0;
  const start = Math.min(options.start ?? 0, length);
  const count = Math.min(options.count ?? length, length - start);
  if (metadata.type === datatypeClass.string) {
    const value = new Dataset(fileId, path).value;
    const strings = Array.isArray(value) ? value.map(String) : [String(value ?? "")];
    const perRecord = itemLength(rest);
    return {
      shape: scalar ? [] : [count, ...rest],
      data: strings.slice(start * perRecord, (start + count) * perRecord),
      boolean: false,
    };
  }
  const type = numberType(metadata);
  if (type === undefined) {
    throw new InputError(`${file}:${path} has a type that cannot be read as an array`, { place: `${file}:${path}` });
  }
  const data = emptyArray(type, count * itemLength(rest));
  const bytes = new Uint8Array(data.buffer);
  const recordBytes = itemLength(rest) * metadata.size;
  if (scalar) {
    const pointer = library._malloc(metadata.size);
    try {
      library.get_dataset_data(fileId, path, null, null, null, BigInt(pointer));
      bytes.set(library.HEAPU8.subarray(pointer, pointer + metadata.size));
    } finally {
      library._free(pointer);
    }
    return { shape: [], data, boolean: type === "bool" };
  }
  if (recordBytes > 0) {
    const chunkRecords = metadata.chunks?.[0] ?? 1;
    readBlocks(library, fileId, path, { recordBytes, start, count, chunkRecords, rest }, (block, first) => {
      bytes.set(block, first * recordBytes);
    });
  }
  return { shape: [count, ...rest], data, boolean: type === "bool" };
}
