import { type AttributeValue, type NumberType, type NumericArray, numericArrays, typeOfArray } from "../column.js";
import { Bytes } from "./bytes.js";
import { encodeElement } from "./datatype.js";

/**
 * What an attribute may be given as. A whole number is written as int64, another as float64; a typed value chooses;
 * a typed array or a list of texts becomes a one-dimensional attribute.
 */
export type AttributeInput = AttributeValue | { readonly type: NumberType; readonly value: number | bigint };

const scalarSpace = new Bytes().u8(1, 0, 0, 0).zeros(4).done();
const nullSpace = new Bytes().u8(2, 0, 0, 2).done();

function simpleSpace(length: number): Buffer {
  return new Bytes().u8(1, 1, 0, 0).zeros(4).u64(length).done();
}

function bytesOf(array: NumericArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function scalar(type: NumberType, value: number | bigint): Uint8Array {
  if (type === "int64") return bytesOf(BigInt64Array.of(BigInt(value)));
  if (type === "uint64") return bytesOf(BigUint64Array.of(BigInt(value)));
  return bytesOf(numericArrays[type].of(Number(value)));
}

// PyTables takes a text for a pickled object only when it is marked as ASCII; ctapipe keeps its enumerations so.
const pickled = /^c[\w.]+\n\w+\n.*\.$/s;

function encodeValue(value: AttributeInput): { type: Buffer; space: Buffer; data: Uint8Array } {
  if (typeof value === "string") {
    const data = Buffer.from(value);
    const type = encodeElement({ string: Math.max(1, data.length) });
    if (pickled.test(value)) type[1] = 0;
    return { type, space: data.length > 0 ? scalarSpace : nullSpace, data };
  }
  if (typeof value === "boolean") {
    return { type: encodeElement("bool"), space: scalarSpace, data: Uint8Array.of(value ? 1 : 0) };
  }
  if (Array.isArray(value)) {
    const texts = value.map((text) => Buffer.from(text));
    const size = Math.max(1, ...texts.map((text) => text.length));
    const data = Buffer.alloc(size * texts.length);
    for (const [i, text] of texts.entries()) data.set(text, i * size);
    return { type: encodeElement({ string: size }), space: simpleSpace(texts.length), data };
  }
  if (ArrayBuffer.isView(value)) {
    return { type: encodeElement(typeOfArray(value)), space: simpleSpace(value.length), data: bytesOf(value) };
  }
  const typed =
    typeof value === "object"
      ? value
      : ({ type: typeof value === "bigint" || Number.isInteger(value) ? "int64" : "float64", value } as const);
  return { type: encodeElement(typed.type), space: scalarSpace, data: scalar(typed.type, typed.value) };
}

/** Attribute message, version 1 (HDF5 file format specification, IV.A.2.m). Strings have exactly their UTF-8 length. */
export function encodeAttribute(name: string, value: AttributeInput): Buffer {
  const { type, space, data } = encodeValue(value);
  const nameBytes = Buffer.from(`${name}\0`);
  const out = new Bytes().u8(1, 0).u16(nameBytes.length).u16(type.length).u16(space.length);
  return out.raw(nameBytes).pad(8).raw(type).pad(8).raw(space).pad(8).raw(data).done();
}
