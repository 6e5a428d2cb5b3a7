import { datatypeClass } from "../attributes.js";
import type { ColumnType } from "../column.js";
import type { RecordMember } from "../record-member.js";
import { UnusualFileError } from "./file-bytes.js";

/** A stored type, and where its description ends. */
interface StoredType {
  readonly size: number;
  readonly end: number;
  /** Null for records. */
  readonly type: ColumnType | null;
  readonly itemShape: readonly number[];
  /** Of a record. */
  readonly members: readonly RecordMember[];
}

function integerType(bits: number, size: number, offset: number, precision: number): ColumnType {
  const bigEndian = (bits & 1) !== 0 && size > 1;
  if (bigEndian || offset !== 0 || precision !== 8 * size) throw new UnusualFileError("an unusual integer");
  const sign = (bits & 8) !== 0 ? "" : "u";
  if (size === 1) return `${sign}int8`;
  if (size === 2) return `${sign}int16`;
  if (size === 4) return `${sign}int32`;
  if (size === 8) return `${sign}int64`;
  throw new UnusualFileError("an unusual integer");
}

/** Name of a member, and where its padding ends. */
function nameAt(data: Buffer, at: number, padded: boolean): [name: string, end: number] {
  const end = data.indexOf(0, at);
  if (end < 0) throw new UnusualFileError("a name without end");
  return [data.toString("utf8", at, end), padded ? at + Math.ceil((end + 1 - at) / 8) * 8 : end + 1];
}

/** Members of a record (IV.A.2.d, class 6). */
function recordType(data: Buffer, begin: number, version: number, size: number, count: number): StoredType {
  const members: RecordMember[] = [];
  // Version 3 writes offsets in as few bytes as the size of the record needs.
  const offsetBytes = Math.max(1, Math.ceil((32 - Math.clz32(size)) / 8));
  let at = begin;
  for (let i = 0; i < count; i++) {
    const [name, afterName] = nameAt(data, at, version < 3);
    const offset = version < 3 ? data.readUInt32LE(afterName) : data.readUIntLE(afterName, offsetBytes);
    let typeAt = afterName + (version < 3 ? 4 : offsetBytes);
    if (version === 1) {
      if (data[typeAt] !== 0) throw new UnusualFileError("an array of the first version");
      typeAt += 28;
    }
    const member = typeAtPlace(data, typeAt);
    if (member.type === null) {
      if (member.itemShape.length > 0) throw new UnusualFileError("an array of records");
      for (const inner of member.members) {
        members.push({ ...inner, name: `${name}/${inner.name}`, offset: offset + inner.offset });
      }
    } else members.push({ name, offset, type: member.type, itemShape: member.itemShape });
    at = member.end;
  }
  return { size, end: at, type: null, itemShape: [], members };
}

function arrayType(data: Buffer, begin: number, version: number, size: number): StoredType {
  const rank = data[begin]!;
  const dimensions = version < 3 ? begin + 4 : begin + 1;
  const itemShape = Array.from({ length: rank }, (_, i) => data.readUInt32LE(dimensions + 4 * i));
  const element = typeAtPlace(data, dimensions + 4 * rank * (version < 3 ? 2 : 1));
  return { ...element, size, itemShape: [...itemShape, ...element.itemShape] };
}

/** A type (HDF5 file format specification, IV.A.2.d). */
function typeAtPlace(data: Buffer, at: number): StoredType {
  const [kind, version, bits] = [data[at]! & 15, data[at]! >> 4, data[at + 1]!];
  const size = data.readUInt32LE(at + 4);
  const plain = (type: ColumnType, bytes: number): StoredType => {
    return { size, end: at + 8 + bytes, type, itemShape: [], members: [] };
  };
  if (version < 1 || version > 3) throw new UnusualFileError(`a type of version ${version}`);
  if (kind === datatypeClass.integer) {
    return plain(integerType(bits, size, data.readUInt16LE(at + 8), data.readUInt16LE(at + 10)), 4);
  }
  if (kind === datatypeClass.float && (bits & 0x41) === 0 && (size === 4 || size === 8)) {
    return plain(size === 4 ? "float32" : "float64", 12);
  }
  if (kind === datatypeClass.string) return plain({ string: size }, 0);
  if (kind === datatypeClass.bitfield && size === 1) return plain("bool", 4);
  if (kind === datatypeClass.array && version > 1) return arrayType(data, at + 8, version, size);
  if (kind === datatypeClass.compound) return recordType(data, at + 8, version, size, data.readUInt16LE(at + 1));
  throw new UnusualFileError(`a type of class ${kind}`);
}

/** A type in a message of its own. @throws {UnusualFileError} for types that tables rarely have */
export function storedType(data: Buffer): StoredType {
  return typeAtPlace(data, 0);
}
