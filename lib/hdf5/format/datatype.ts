import { bytesOf, type ColumnSchema, type ColumnType, itemLength } from "../column.js";
import { Bytes } from "./bytes.js";

/** A member of a table: its values' type, and the shape of what a row holds of them. */
export interface CompoundMember {
  readonly name: string;
  readonly type: ColumnType;
  readonly itemShape: readonly number[];
}

export function compoundMember({ name, type, itemShape }: ColumnSchema): CompoundMember {
  return { name, type, itemShape: itemShape ?? [] };
}

/** Bytes of one row's values. */
export function memberBytes(member: CompoundMember): number {
  return bytesOf(member.type) * itemLength(member.itemShape);
}

function header(out: Bytes, version: number, typeClass: number, bits: [number, number, number], size: number): Bytes {
  return out.u8((version << 4) | typeClass, ...bits).u32(size);
}

/**
 * Datatype message of one value (HDF5 file format specification, IV.A.2.d).
 * Booleans are 8-bit bit fields as PyTables writes them: read back as uint8 they would break ctapipe's masks.
 */
export function encodeElement(type: ColumnType): Buffer {
  const out = new Bytes();
  if (typeof type === "object") return header(out, 1, 3, [0x10, 0, 0], type.string).done(); // NUL-terminated, UTF-8
  if (type === "bool") return header(out, 1, 4, [0, 0, 0], 1).u16(0).u16(8).done();
  const bytes = bytesOf(type);
  if (type === "float32") {
    return header(out, 1, 1, [0x20, 31, 0], 4).u16(0).u16(32).u8(23, 8, 0, 23).u32(127).done();
  }
  if (type === "float64") {
    return header(out, 1, 1, [0x20, 63, 0], 8).u16(0).u16(64).u8(52, 11, 0, 52).u32(1023).done();
  }
  const signed = type.startsWith("int") ? 0x08 : 0;
  return header(out, 1, 0, [signed, 0, 0], bytes)
    .u16(0)
    .u16(bytes * 8)
    .done();
}

function encodeArray(type: ColumnType, itemShape: readonly number[]): Buffer {
  const size = memberBytes({ name: "", type, itemShape });
  const out = header(new Bytes(), 2, 10, [0, 0, 0], size).u8(itemShape.length, 0, 0, 0);
  for (const length of itemShape) out.u32(length);
  for (const _ of itemShape) out.u32(0); // permutation, unused
  return out.raw(encodeElement(type)).done();
}

/** Datatype message of a packed compound: members follow each other without gaps. */
export function encodeCompound(members: readonly CompoundMember[]): Buffer {
  const size = members.reduce((sum, member) => sum + memberBytes(member), 0);
  const out = header(new Bytes(), 2, 6, [members.length & 0xff, members.length >> 8, 0], size);
  let offset = 0;
  for (const member of members) {
    const name = new Bytes().raw(Buffer.from(member.name)).u8(0).pad(8).done();
    out.raw(name).u32(offset);
    out.raw(member.itemShape.length > 0 ? encodeArray(member.type, member.itemShape) : encodeElement(member.type));
    offset += memberBytes(member);
  }
  return out.done();
}
