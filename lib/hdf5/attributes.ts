import { Attribute } from "h5wasm/node";
import { type AttributeValue, type ColumnType, typeOfArray } from "./column.js";
import type { Hdf5Library } from "./library.js";

/** HDF5 datatype classes that attributes and columns use (H5T_class_t). */
export const datatypeClass: {
  readonly integer: 0;
  readonly float: 1;
  readonly string: 3;
  readonly bitfield: 4;
  readonly compound: 6;
  readonly enumeration: 8;
  readonly array: 10;
} = { integer: 0, float: 1, string: 3, bitfield: 4, compound: 6, enumeration: 8, array: 10 };

/** An attribute with its stored type, as a faithful copy needs it. */
export interface TypedAttribute {
  readonly value: AttributeValue;
  readonly type: Exclude<ColumnType, { readonly string: number }> | "string";
}

type Metadata = ReturnType<Hdf5Library["get_dataset_metadata"]>;

/** Type of a number in a file, or undefined where JavaScript has none (float16, int128, big-endian, …). */
export function numberType(metadata: Metadata): Exclude<ColumnType, { readonly string: number }> | undefined {
  const bits = 8 * metadata.size;
  if (metadata.littleEndian === false && bits > 8) return undefined;
  if (metadata.type === datatypeClass.float) return bits === 32 ? "float32" : bits === 64 ? "float64" : undefined;
  if (metadata.type === datatypeClass.bitfield) return bits === 8 ? "bool" : undefined;
  if (metadata.type === datatypeClass.enumeration) {
    const names = Object.keys(metadata.enum_type?.members ?? {}).sort();
    if (bits === 8 && names.join() === "FALSE,TRUE") return "bool"; // h5py's boolean
  }
  if (metadata.type !== datatypeClass.integer && metadata.type !== datatypeClass.enumeration) return undefined;
  // HDF5 tells the sign of an enumeration's base type only through H5Tget_sign, which h5wasm passes on as `signed`.
  const type = `${metadata.signed ? "" : "u"}int${bits}`;
  return type === "int8" || type === "int16" || type === "int32" || type === "int64"
    ? type
    : type === "uint8" || type === "uint16" || type === "uint32" || type === "uint64"
      ? type
      : undefined;
}

/** The attribute, or undefined when its type has no counterpart here (references, compounds, empty numbers). */
export function readAttribute(fileId: bigint, path: string, name: string): TypedAttribute | undefined {
  const { metadata, value } = new Attribute(fileId, path, name);
  if (metadata.type === datatypeClass.string) {
    if (value === null) return { value: "", type: "string" };
    if (typeof value === "string") return { value, type: "string" };
    if (Array.isArray(value)) return { value: value.map(String), type: "string" };
    return undefined;
  }
  const type = numberType(metadata);
  if (type === undefined || value === null) return undefined;
  const scalar = metadata.shape?.length === 0;
  if (type === "bool") {
    const bytes = ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : null;
    if (scalar) return { value: bytes ? bytes[0] !== 0 : Boolean(value), type };
    return bytes ? { value: bytes, type } : undefined;
  }
  if (typeof value === "number") return { value, type };
  if (typeof value === "bigint") {
    return { value: Number.isSafeInteger(Number(value)) ? Number(value) : value, type };
  }
  if (ArrayBuffer.isView(value) && !(value instanceof Uint8ClampedArray)) return { value, type: typeOfArray(value) };
  return undefined;
}
