import type { TypedAttribute } from "../attributes.js";
import { type ColumnType, emptyArray, itemLength } from "../column.js";
import { storedType } from "./datatype.js";
import { address, type FileBytes, UnusualFileError } from "./file-bytes.js";
import { messageTypes, storedMessages } from "./object-header.js";

const decoder = new TextDecoder();

/** Lengths of a dataspace; null for one without any value. */
function shapeIn(space: Buffer): number[] | null {
  const [version, rank, kind] = [space[0]!, space[1]!, space[3]!];
  const nothing = 2;
  if (version === 2 && kind === nothing) return null;
  if (version !== 1 && version !== 2) throw new UnusualFileError(`a space of version ${version}`);
  return Array.from({ length: rank }, (_, i) => address(space, (version === 1 ? 8 : 4) + 8 * i));
}

/** A text of fixed size, cut at the first NUL. */
function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function numbersOf(type: Extract<ColumnType, string>, shape: readonly number[], data: Buffer): TypedAttribute {
  const values = emptyArray(type, itemLength(shape));
  const bytes = new Uint8Array(values.buffer);
  if (data.length < bytes.length) throw new UnusualFileError("an attribute that is cut off");
  bytes.set(data.subarray(0, bytes.length));
  if (shape.length > 0) return { value: values, type };
  const [value] = values;
  if (type === "bool") return { value: value !== 0, type };
  if (typeof value !== "bigint") return { value: value!, type };
  return { value: Number.isSafeInteger(Number(value)) ? Number(value) : value, type };
}

/** An attribute message (HDF5 file format specification, IV.A.2.m). */
class StoredAttribute {
  readonly name: string;

  constructor(private readonly message: Buffer) {
    const version = message[0]!;
    if (version < 1 || version > 3 || (version > 1 && message[1] !== 0)) {
      throw new UnusualFileError(`an attribute of version ${version}`);
    }
    // Tables have hundreds: what is not asked for is not looked at.
    const begin = version === 3 ? 9 : 8;
    const end = message.indexOf(0, begin);
    if (end < begin) throw new UnusualFileError("an attribute without a name");
    this.name = message.toString("utf8", begin, end);
  }

  private parts(): readonly [type: Buffer, space: Buffer, data: Buffer] {
    const { message } = this;
    const version = message[0]!;
    let at = version === 3 ? 9 : 8;
    const take = (length: number): Buffer => {
      const part = message.subarray(at, at + length);
      if (part.length < length) throw new UnusualFileError("an attribute that is cut off");
      at += version === 1 ? Math.ceil(length / 8) * 8 : length;
      return part;
    };
    take(message.readUInt16LE(2));
    const [type, space] = [4, 6].map((place) => take(message.readUInt16LE(place)));
    return [type!, space!, message.subarray(at)];
  }

  /** The value; undefined for kinds that no one needs. @throws {UnusualFileError} for those that HDF5 has to read */
  read(): TypedAttribute | undefined {
    const [typeBytes, space, data] = this.parts();
    const { type, size, itemShape } = storedType(typeBytes);
    if (type === null || itemShape.length > 0) throw new UnusualFileError("an attribute of another kind");
    const shape = shapeIn(space);
    if (typeof type === "string") return shape === null ? undefined : numbersOf(type, shape, data);
    if (shape === null) return { value: "", type: "string" };
    if (data.length < size * itemLength(shape)) throw new UnusualFileError("an attribute that is cut off");
    const text = (i: number): string => textOf(data.subarray(i * size, (i + 1) * size));
    return {
      value: shape.length === 0 ? text(0) : Array.from({ length: itemLength(shape) }, (_, i) => text(i)),
      type: "string",
    };
  }
}

/** Attributes of an object by name, in HDF5's order; read when they are asked for. @throws {UnusualFileError} */
export function storedAttributes(file: FileBytes, header: number): Map<string, StoredAttribute> {
  const found: StoredAttribute[] = [];
  for (const { type, data } of storedMessages(file, header)) {
    if (type === messageTypes.attributeInfo) throw new UnusualFileError("attributes of the newer layout");
    if (type === messageTypes.attribute) found.push(new StoredAttribute(data));
  }
  found.sort((a, b) => (a.name < b.name ? -1 : 1));
  return new Map(found.map((attribute) => [attribute.name, attribute]));
}

export type { StoredAttribute };
