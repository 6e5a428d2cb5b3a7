import { inflateSync } from "node:zlib";
import type { ChunkedTable, StoredFilter } from "./chunked-table.js";
import { DamagedBlockError, type FileBytes, UnusualFileError } from "./file-bytes.js";
import { Zstd } from "./zstd.js";

const filterIds = { deflate: 1, shuffle: 2, fletcher32: 3, blosc: 32001 } as const;

/** Larger chunks are left to HDF5. */
const largestChunk = 64 * 1024 * 1024;

/** The remainder from 1 to 65535: so are Fletcher's sums left where they are folded. */
function remainder(sum: number): number {
  const left = sum % 65_535;
  return left > 0 ? left : left + 65_535;
}

/** Undoes the filters of chunks, within one memory; each thread has one. */
class ChunkDecoder {
  private readonly zstd = new Zstd();
  private readonly sums = this.zstd.allocate(64);
  /** Rooms for a chunk and what it becomes step by step, of equal size. */
  private rooms: readonly number[] = [];
  private roomBytes = 0;
  /** The chunk that was decoded last, and where its rows are. */
  private last: { readonly table: ChunkedTable; readonly number: number; readonly room: number } | undefined;

  /**
   * Rows of a chunk, valid until the next is decoded.
   * @throws {UnusualFileError} for what is not known here
   * @throws {DamagedBlockError}
   */
  decode(file: FileBytes, table: ChunkedTable, number: number): Uint8Array {
    const bytes = table.chunkRows * table.rowBytes;
    let { last } = this;
    if (last?.table !== table || last.number !== number) {
      this.last = undefined;
      last = { table, number, room: this.decodeChunk(file, table, number) };
      this.last = last;
    }
    return this.view().subarray(this.rooms[last.room]!, this.rooms[last.room]! + bytes);
  }

  /**
   * Float32 columns of rows that `decode` gave, side by side, valid until the next is decoded; undefined for other bytes.
   * @param offsets of the columns in a row
   * @param length of each column
   */
  sideBySide(rows: Uint8Array, rowBytes: number, offsets: readonly number[], length: number): Float32Array | undefined {
    const stride = 4 * offsets.length;
    const count = Math.floor(rows.length / rowBytes);
    const fits = count * length * stride <= this.roomBytes;
    if (rows.buffer !== this.zstd.memory.buffer || !this.last || !fits) return undefined;
    const to = this.rooms[(this.last.room + 1) % this.rooms.length]!;
    for (let row = 0; row < count; row++) {
      for (const [column, offset] of offsets.entries()) {
        const from = rows.byteOffset + row * rowBytes + offset;
        this.zstd.kernel.spreadFloats(from, to + row * length * stride + 4 * column, stride, length);
      }
    }
    return new Float32Array(this.zstd.memory.buffer, to, count * length * offsets.length);
  }

  /** @returns the room in which the rows are */
  private decodeChunk(file: FileBytes, table: ChunkedTable, number: number): number {
    const { filters, chunks, chunkRows, rowBytes } = table;
    const { at, bytes, without } = chunks[number]!;
    const wanted = chunkRows * rowBytes;
    // A checksum comes on top.
    this.makeRoom(Math.max(bytes, wanted) + 64);
    let room = 0;
    let length = bytes;
    file.readInto(this.view(), this.rooms[room]!, at, bytes);
    for (let i = filters.length - 1; i >= 0; i--) {
      if ((without & (1 << i)) !== 0) continue;
      const { id, values } = filters[i]!;
      const from = this.rooms[room]!;
      if (id === filterIds.fletcher32) {
        length = this.check(from, length);
        continue;
      }
      const next = (room + 1) % this.rooms.length;
      if (id === filterIds.blosc) length = this.unblosc(from, length, next);
      else if (id === filterIds.deflate) length = this.inflate(from, length, this.rooms[next]!);
      else if (id === filterIds.shuffle) this.unshuffle(from, this.rooms[next]!, length, values[0] || 1);
      else throw new UnusualFileError(`filter ${id}`);
      room = next;
    }
    if (length !== wanted) throw new UnusualFileError("a chunk of another size");
    return room;
  }

  private makeRoom(bytes: number): void {
    if (bytes <= this.roomBytes) return;
    if (bytes > largestChunk) throw new UnusualFileError("a very large chunk");
    this.last = undefined;
    this.roomBytes = 2 * bytes;
    this.rooms = [0, 1, 2].map(() => this.zstd.allocate(this.roomBytes));
  }

  private view(): Uint8Array {
    return new Uint8Array(this.zstd.memory.buffer);
  }

  /** Tests the Fletcher-32 checksum after the data, as HDF5 computes it. @returns length of the data @throws {DamagedBlockError} */
  private check(at: number, length: number): number {
    const bytes = length - 4;
    if (bytes < 0) throw new DamagedBlockError("no fletcher32 checksum");
    const steps = Math.floor(bytes / 16);
    const words = Math.floor(bytes / 2) - 8 * steps;
    this.zstd.kernel.sumWords(at, steps, this.sums);
    const sums = new Uint32Array(this.zstd.memory.buffer, this.sums, 16);
    let [first, second] = [0, 0];
    for (let lane = 0; lane < 8; lane++) {
      first += sums[lane]!;
      second += 8 * sums[8 + lane]! + (words - lane) * sums[lane]!;
    }
    const view = this.view();
    const tail = at + 16 * steps;
    for (let i = 0; i < words; i++) {
      const word = view[tail + 2 * i]! * 256 + view[tail + 2 * i + 1]!;
      first += word;
      second += (words - i) * word;
    }
    if (bytes % 2 === 1) {
      first += view[at + bytes - 1]! * 256;
      second += first;
    }
    const stored = new DataView(this.zstd.memory.buffer).getUint32(at + bytes, true);
    // Both sums are 0 for nothing but zeros.
    const checksum = first === 0 ? 0 : remainder(second) * 65_536 + remainder(first);
    // Old versions of HDF5 on other machines swapped the bytes, which it still takes.
    const swapped = ((checksum & 0xff00ff) << 8) | ((checksum >>> 8) & 0xff00ff);
    if (stored !== checksum && stored !== swapped >>> 0) throw new DamagedBlockError("another fletcher32 checksum");
    return bytes;
  }

  private inflate(from: number, length: number, to: number): number {
    try {
      const data = inflateSync(this.view().subarray(from, from + length), { maxOutputLength: this.roomBytes });
      this.view().set(data, to);
      return data.length;
    } catch (cause) {
      throw new DamagedBlockError("inflate: the block cannot be decompressed", { cause });
    }
  }

  /** A buffer of blosc 1 with zstd (github.com/Blosc/c-blosc, README_CHUNK_FORMAT). @returns length of the data */
  private unblosc(from: number, length: number, target: number): number {
    const data = new DataView(this.zstd.memory.buffer, from, length);
    if (length < 16) throw new DamagedBlockError("blosc: the header does not fit");
    const [flags, typeSize] = [data.getUint8(2), data.getUint8(3)];
    const [bytes, blockBytes, stored] = [4, 8, 12].map((at) => data.getUint32(at, true)) as [number, number, number];
    if (bytes > this.roomBytes || stored > length || blockBytes === 0 || typeSize === 0) {
      throw new DamagedBlockError("blosc: the header does not fit");
    }
    const to = this.rooms[target]!;
    const [shuffled, verbatim, bitShuffled, whole] = [1, 2, 4, 16].map((bit) => (flags & bit) !== 0);
    if (verbatim) {
      if (16 + bytes > length) throw new DamagedBlockError("blosc: the header does not fit");
      this.zstd.kernel.memcpy(to, from + 16, bytes);
      return bytes;
    }
    const zstdFormat = 4;
    if (bitShuffled || flags >> 5 !== zstdFormat) throw new UnusualFileError("another compressor");
    const planes = shuffled && typeSize > 1 ? this.rooms[(target + 1) % this.rooms.length]! : null;
    const place = (at: number, count: number): number => {
      if (!(at >= 16 && count > 0 && at + count <= length))
        throw new DamagedBlockError("blosc: the header does not fit");
      return at;
    };
    for (let begin = 0, block = 0; begin < bytes; begin += blockBytes, block++) {
      const size = Math.min(blockBytes, bytes - begin);
      // Short types are compressed plane by plane, unless the header says otherwise.
      const split = !whole && typeSize <= 16 && blockBytes / typeSize >= 128 && size === blockBytes;
      const parts = split ? typeSize : 1;
      const partBytes = size / parts;
      if (!Number.isInteger(partBytes)) throw new DamagedBlockError("blosc: the header does not fit");
      let at = place(data.getInt32(place(16 + 4 * block, 4), true), 4);
      for (let part = 0; part < parts; part++) {
        const compressed = data.getInt32(place(at, 4), true);
        at = place(at + 4, compressed);
        const out = (planes ?? to) + begin + part * partBytes;
        if (compressed === partBytes) this.zstd.kernel.memcpy(out, from + at, compressed);
        else this.zstd.decompress(from + at, compressed, out, partBytes);
        at += compressed;
      }
      if (planes !== null) this.unshuffle(planes + begin, to + begin, size, typeSize);
    }
    return bytes;
  }

  /** Bytes that stand by their place in an element go back to their elements; what is no whole element stays. */
  private unshuffle(from: number, to: number, length: number, elementBytes: number): void {
    const { joinFourPlanes, joinPlane, memcpy } = this.zstd.kernel;
    const count = Math.floor(length / elementBytes);
    const steps = count >> 4;
    let plane = 0;
    for (; plane + 4 <= elementBytes; plane += 4) {
      joinFourPlanes(from + plane * count, count, to + plane, elementBytes, steps);
      for (let k = plane; k < plane + 4; k++) {
        const done = 16 * steps;
        joinPlane(from + k * count + done, to + k + done * elementBytes, elementBytes, count - done);
      }
    }
    for (; plane < elementBytes; plane++) joinPlane(from + plane * count, to + plane, elementBytes, count);
    const rest = count * elementBytes;
    memcpy(to + rest, from + rest, length - rest);
  }
}

const known: ReadonlySet<number> = new Set(Object.values(filterIds));

/** True when all filters of a table are known here. */
export function canDecode(filters: readonly StoredFilter[]): boolean {
  return filters.every(({ id }) => known.has(id));
}

let decoder: ChunkDecoder | undefined;

/**
 * Rows of a chunk as they are stored, valid until this thread decodes the next.
 * @throws {UnusualFileError} for what is not known here
 * @throws {DamagedBlockError} for what cannot be decompressed
 */
export function decodeChunk(file: FileBytes, table: ChunkedTable, number: number): Uint8Array {
  decoder ??= new ChunkDecoder();
  try {
    return decoder.decode(file, table, number);
  } catch (cause) {
    // After a trap its memory may be in any state.
    if (!(cause instanceof WebAssembly.RuntimeError)) throw cause;
    decoder = undefined;
    throw new DamagedBlockError("zstd: the block cannot be decompressed", { cause });
  }
}

/**
 * Float32 columns side by side, `[rows, length, columns]`, what is not finite as 0; valid until this thread decodes the next chunk.
 * @param rows of a chunk, whole ones, as `decodeChunk` gave them; undefined comes back for any others
 * @param offsets of the columns in a row
 * @param length of each column
 */
export function sideBySide(
  rows: Uint8Array,
  rowBytes: number,
  offsets: readonly number[],
  length: number,
): Float32Array | undefined {
  return decoder?.sideBySide(rows, rowBytes, offsets, length);
}
