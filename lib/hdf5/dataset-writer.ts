import { deflateSync } from "node:zlib";
import { CherenkitError } from "../errors.js";
import { itemLength, numericArrays } from "./column.js";
import type { AttributeInput } from "./format/attribute.js";
import { undefinedAddress } from "./format/bytes.js";
import { type Chunk, writeChunkIndex } from "./format/chunk-index.js";
import type { CompoundMember } from "./format/datatype.js";
import {
  attributeMessages,
  chunkedLayoutMessage,
  dataspaceMessage,
  datatypeMessage,
  deflateMessage,
  encodeObjectHeader,
  fillValueMessage,
} from "./format/object-header.js";
import { type ColumnInput, RowPacker } from "./row-packer.js";

/** Where bytes go: at the end of the file; the result is their address. */
export type Place = (bytes: Uint8Array) => number;

/** Packs rows into chunks and writes each chunk when it is full. */
export class ChunkedRows {
  rows = 0;
  readonly rowBytes: number;
  private readonly packer: RowPacker;
  private chunkRows: number;
  private readonly deflate: boolean;
  private readonly place: Place;
  private readonly buffer: Buffer;
  private readonly chunks: Chunk[] = [];
  private filled = 0;

  constructor(members: readonly CompoundMember[], chunkRows: number, deflate: boolean, place: Place) {
    this.packer = new RowPacker(members);
    this.chunkRows = chunkRows;
    this.deflate = deflate;
    this.place = place;
    this.rowBytes = this.packer.rowBytes;
    this.buffer = Buffer.alloc(this.rowBytes * chunkRows);
  }

  /** Appends `count` rows given as one array per member. */
  append(columns: readonly ColumnInput[], count: number): void {
    for (let done = 0; done < count; ) {
      const rows = Math.min(count - done, this.chunkRows - this.filled);
      this.packer.pack(columns, done, rows, this.buffer, this.filled);
      this.filled += rows;
      this.rows += rows;
      done += rows;
      if (this.filled === this.chunkRows) this.flush();
    }
  }

  private flush(): void {
    if (this.filled === 0) return;
    this.buffer.fill(0, this.filled * this.rowBytes);
    const chunk = this.buffer.subarray(0, this.chunkRows * this.rowBytes);
    const bytes = this.deflate ? deflateSync(chunk, { level: 1 }) : chunk;
    this.chunks.push({ address: this.place(bytes), bytes: bytes.length });
    this.filled = 0;
  }

  /** Writes what is left, the index and the object header. @returns address of the header */
  finish(type: Buffer, itemShape: readonly number[], attributes: Readonly<Record<string, AttributeInput>>): number {
    if (this.chunks.length === 0) this.chunkRows = Math.max(1, this.filled); // a small table needs no room to spare
    this.flush();
    const tree = writeChunkIndex(this.chunks, this.chunkRows, 1 + itemShape.length, this.place);
    const element = this.rowBytes / itemLength(itemShape);
    return this.place(
      encodeObjectHeader([
        dataspaceMessage(this.rows, itemShape),
        datatypeMessage(type),
        fillValueMessage,
        chunkedLayoutMessage(tree ?? undefinedAddress, this.chunkRows, itemShape, element),
        ...(this.deflate ? [deflateMessage] : []),
        ...attributeMessages(attributes),
      ]),
    );
  }
}

/** Rows of one chunk: about 64 KiB for narrow rows, 256 KiB for image tables, as PyTables chooses. */
export function defaultChunkRows(rowBytes: number): number {
  return Math.max(1, Math.floor((rowBytes > 2048 ? 262_144 : 65_536) / rowBytes));
}

/** The column as an array of the member's own type. @throws {CherenkitError} on a wrong length. */
export function convertColumn(member: CompoundMember, column: ColumnInput, rows: number): ColumnInput {
  const wanted = rows * itemLength(member.itemShape);
  if (column.length !== wanted) {
    throw new CherenkitError(`column ${member.name} has ${column.length} values, ${rows} rows need ${wanted}`);
  }
  if (typeof member.type === "object") return column;
  const stored = member.type === "bool" ? "uint8" : member.type;
  if (ArrayBuffer.isView(column) && column instanceof numericArrays[stored]) return column;
  const values = column as ArrayLike<number | bigint>;
  if (stored === "int64" || stored === "uint64") return numericArrays[stored].from(Array.from(values, BigInt));
  return numericArrays[stored].from(Array.from(values, Number));
}
