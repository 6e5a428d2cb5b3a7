import { PbfWriter } from "pbf";

/** TensorFlow's numbers of data types. */
export const dataTypes = {
  float: 1,
  int32: 3,
  string: 7,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  half: 19,
  resource: 20,
} as const;
export type DataType = (typeof dataTypes)[keyof typeof dataTypes];

/** Encoded protobuf message. */
export type Message = Uint8Array;

/** Builds one message: `message((out) => out.writeStringField(1, "x"))`. */
export function message(fill: (out: PbfWriter) => void): Message {
  const out = new PbfWriter();
  fill(out);
  return Uint8Array.from(out.finish());
}

/** TensorShapeProto; null = unknown rank, −1 = unknown length. */
export function shapeMessage(shape: readonly number[] | null): Message {
  return message((out) => {
    if (shape === null) out.writeBooleanField(3, true);
    else {
      for (const size of shape)
        out.writeBytesField(
          2,
          message((dim) => dim.writeVarintField(1, size)),
        );
    }
  });
}

function tensorMessage(type: DataType, shape: readonly number[], content: Uint8Array | readonly string[]): Message {
  return message((out) => {
    out.writeVarintField(1, type);
    out.writeBytesField(2, shapeMessage(shape));
    if (content instanceof Uint8Array) out.writeBytesField(4, content);
    else for (const text of content) out.writeStringField(8, text);
  });
}

/** AttrValue messages of an operation's attributes. */
export const attribute = {
  type: (value: DataType): Message => message((out) => out.writeVarintField(6, value)),
  text: (value: string): Message => message((out) => out.writeStringField(2, value)),
  integer: (value: number): Message => message((out) => out.writeVarintField(3, value)),
  float: (value: number): Message => message((out) => out.writeFloatField(4, value)),
  boolean: (value: boolean): Message => message((out) => out.writeBooleanField(5, value)),
  shape: (value: readonly number[] | null): Message => message((out) => out.writeBytesField(7, shapeMessage(value))),
  integers: (values: readonly number[]): Message =>
    message((out) =>
      out.writeBytesField(
        1,
        message((list) => list.writePackedVarint(3, [...values])),
      ),
    ),
  types: (values: readonly DataType[]): Message =>
    message((out) =>
      out.writeBytesField(
        1,
        message((list) => list.writePackedVarint(6, [...values])),
      ),
    ),
  floats: (values: Float32Array, shape: readonly number[]): Message =>
    message((out) => out.writeBytesField(8, tensorMessage(dataTypes.float, shape, new Uint8Array(values.buffer)))),
  int32s: (values: Int32Array, shape: readonly number[]): Message =>
    message((out) => out.writeBytesField(8, tensorMessage(dataTypes.int32, shape, new Uint8Array(values.buffer)))),
  int64s: (values: BigInt64Array, shape: readonly number[]): Message =>
    message((out) => out.writeBytesField(8, tensorMessage(dataTypes.int64, shape, new Uint8Array(values.buffer)))),
  strings: (values: readonly string[], shape: readonly number[]): Message =>
    message((out) => out.writeBytesField(8, tensorMessage(dataTypes.string, shape, values))),
};

/** The attribute of an operation on whole numbers, and the option of one that answers with them. */
export const int32: Message = attribute.type(dataTypes.int32);
export const asInt32: { readonly type: DataType } = { type: dataTypes.int32 };

/** NodeDef. Control inputs carry a leading `^`. */
export function nodeMessage(
  name: string,
  operation: string,
  inputs: readonly string[],
  attributes: Readonly<Record<string, Message>>,
  device = "",
): Message {
  return message((out) => {
    out.writeStringField(1, name);
    out.writeStringField(2, operation);
    for (const input of inputs) out.writeStringField(3, input);
    if (device) out.writeStringField(4, device);
    for (const [key, value] of Object.entries(attributes)) {
      out.writeBytesField(
        5,
        message((entry) => {
          entry.writeStringField(1, key);
          entry.writeBytesField(2, value);
        }),
      );
    }
  });
}
