import type { AttributeValue, NumericType } from "./column.js";
import type { DatasetMetadata } from "./library.js";

/** Integers that stand for scaled real numbers, as ctapipe's FixedPointColumnTransform writes them. */
export interface FixedPoint {
  readonly scale: number;
  readonly offset: number;
  readonly resultType: "float32" | "float64";
  readonly nan: number | null;
  readonly positiveInfinity: number | null;
  readonly negativeInfinity: number | null;
}

/** Where a column lies in a packed row and what its values mean. */
export interface ColumnSchema {
  readonly name: string;
  readonly type: NumericType | "string";
  readonly boolean: boolean;
  readonly itemShape: readonly number[];
  /** Bytes from the start of the row. */
  readonly offset: number;
  /** Bytes of the whole item. */
  readonly bytes: number;
  readonly unit?: string;
  readonly description?: string;
  readonly fixedPoint?: FixedPoint;
}

type Attributes = Readonly<Record<string, AttributeValue>>;

// Type classes of the HDF5 library: H5T_INTEGER, H5T_FLOAT, H5T_STRING, H5T_BITFIELD, H5T_ENUM, H5T_ARRAY.
const integer = 0;
const float = 1;
const text = 3;
const bitfield = 4;
const enumeration = 8;
const array = 10;

function scalarType(type: DatasetMetadata): { type: NumericType | "string"; boolean: boolean } | null {
  if (type.vlen) return null;
  if (type.type === text) return { type: "string", boolean: false };
  if (type.type === bitfield && type.size === 1) return { type: "uint8", boolean: true };
  if (!type.littleEndian && type.size > 1) return null;
  if (type.type === float && (type.size === 4 || type.size === 8)) {
    return { type: type.size === 4 ? "float32" : "float64", boolean: false };
  }
  if (type.type === enumeration && type.size === 1) return { type: "uint8", boolean: true }; // h5py's boolean
  if (type.type === integer || type.type === enumeration) {
    const name = `${type.signed ? "" : "u"}int${type.size * 8}` as NumericType;
    return { type: name, boolean: false };
  }
  return null;
}

function optionalNumber(value: AttributeValue | undefined): number | null {
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : null;
}

function fixedPoint(attributes: Attributes, prefix: string): FixedPoint | undefined {
  const scale = optionalNumber(attributes[`${prefix}TRANSFORM_SCALE`]);
  if (scale === null) return undefined;
  return {
    scale,
    offset: optionalNumber(attributes[`${prefix}TRANSFORM_OFFSET`]) ?? 0,
    resultType: attributes[`${prefix}TRANSFORM_DTYPE`] === "float64" ? "float64" : "float32",
    nan: optionalNumber(attributes[`${prefix}NAN_VALUE`]),
    positiveInfinity: optionalNumber(attributes[`${prefix}POSINF_VALUE`]),
    negativeInfinity: optionalNumber(attributes[`${prefix}NEGINF_VALUE`]),
  };
}

function optionalText(value: AttributeValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/**
 * Columns of a compound table. Units, descriptions and transforms come from ctapipe's `CTAFIELD_<position>_*` attributes.
 * Members of a type this room does not read (variable length, big endian, nested compounds) are left out.
 */
export function columnSchemas(metadata: DatasetMetadata, attributes: Attributes): ColumnSchema[] {
  return (metadata.compound_type?.members ?? []).flatMap((member, position) => {
    const itemType = member.type === array ? member.array_type : member;
    const scalar = itemType && scalarType(itemType);
    if (!scalar) return [];
    const prefix = `CTAFIELD_${position}_`;
    return [
      {
        name: member.name,
        ...scalar,
        itemShape: member.type === array ? (itemType.shape ?? []) : [],
        offset: member.offset,
        bytes: member.size,
        unit: optionalText(attributes[`${prefix}UNIT`]),
        description: optionalText(attributes[`${prefix}DESC`]),
        fixedPoint: fixedPoint(attributes, prefix),
      },
    ];
  });
}
