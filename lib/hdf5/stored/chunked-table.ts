import { address, type FileBytes, UnusualFileError } from "./file-bytes.js";
import { messageTypes } from "./object-header.js";

/** A step of compression or checking, as it was done when the table was written. */
export interface StoredFilter {
  readonly id: number;
  readonly values: readonly number[];
}

/** Where a block of rows lies in the file. */
export interface StoredChunk {
  readonly at: number;
  readonly bytes: number;
  /** Bit i is set where filter i was left out. */
  readonly without: number;
}

/** A table that is stored in chunks of rows. */
export interface ChunkedTable {
  readonly rows: number;
  readonly rowBytes: number;
  readonly chunkRows: number;
  /** In the order in which they were applied. */
  readonly filters: readonly StoredFilter[];
  readonly chunks: readonly StoredChunk[];
}

const deepest = 8;

/** Length of a dataset of one dimension (IV.A.2.b). */
function rowsIn(data: Buffer): number {
  const begin = data[0] === 1 ? 8 : data[0] === 2 ? 4 : 0;
  if (begin === 0 || data[1] !== 1) throw new UnusualFileError("no table");
  return address(data, begin);
}

/** Filters of a dataset (IV.A.2.l), version 1. */
function filtersIn(data: Buffer): StoredFilter[] {
  if (data[0] !== 1) throw new UnusualFileError(`filters of version ${data[0]}`);
  let at = 8;
  return Array.from({ length: data[1]! }, () => {
    const [id, nameBytes, count] = [data.readUInt16LE(at), data.readUInt16LE(at + 2), data.readUInt16LE(at + 6)];
    at += 8 + Math.ceil(nameBytes / 8) * 8;
    const values = Array.from({ length: count }, (_, i) => data.readUInt32LE(at + 4 * i));
    at += 4 * (count + (count % 2));
    return { id, values };
  });
}

/** Chunks below a node of the B-tree that indexes them (III.A.1), by their numbers. */
function gatherChunks(file: FileBytes, tree: number, chunkRows: number, chunks: StoredChunk[], depth = 0): void {
  const head = file.read(tree, 24);
  const usual = head.toString("latin1", 0, 4) === "TREE" && head[4] === 1 && depth <= deepest;
  if (!usual) throw new UnusualFileError("no tree of chunks");
  const count = head.readUInt16LE(6);
  const bytes = file.read(tree + 24, 32 * count);
  for (let at = 0; at < bytes.length; at += 32) {
    const child = address(bytes, at + 24);
    if (head[5] !== 0) {
      gatherChunks(file, child, chunkRows, chunks, depth + 1);
      continue;
    }
    const row = address(bytes, at + 8);
    if (row !== chunks.length * chunkRows) throw new UnusualFileError("a chunk is missing");
    chunks.push({ at: child, bytes: bytes.readUInt32LE(at), without: bytes.readUInt32LE(at + 4) });
  }
}

/** Dimensions of a dataset (IV.A.2.b); 0 for a single value. */
export function rankIn(space: Buffer): number {
  if (space[0] !== 1 && space[0] !== 2) throw new UnusualFileError(`a space of version ${space[0]}`);
  return space[1]!;
}

/**
 * Where the rows of a table lie: a dataset of records, chunked and in files of the older layout, as PyTables writes them.
 * @param messages of its object header, by type
 * @throws {UnusualFileError} for any other dataset
 */
export function readChunkedTable(file: FileBytes, messages: ReadonlyMap<number, Buffer>): ChunkedTable {
  const { dataspace, datatype, layout, filters } = messageTypes;
  const [space, type, place] = [dataspace, datatype, layout].map((wanted) => messages.get(wanted));
  // Version 3, chunks of one dimension and the bytes of an element.
  if (!space || !type || !place || place[0] !== 3 || place[1] !== 2 || place[2] !== 2) {
    throw new UnusualFileError("another layout");
  }
  const rows = rowsIn(space);
  const [chunkRows, rowBytes] = [place.readUInt32LE(11), place.readUInt32LE(15)];
  if (chunkRows === 0 || rowBytes !== type.readUInt32LE(4)) throw new UnusualFileError("another layout");
  const chunks: StoredChunk[] = [];
  if (rows > 0) gatherChunks(file, address(place, 3), chunkRows, chunks);
  if (chunks.length * chunkRows < rows) throw new UnusualFileError("a chunk is missing");
  const pipeline = messages.get(filters);
  return { rows, rowBytes, chunkRows, filters: pipeline ? filtersIn(pipeline) : [], chunks };
}
