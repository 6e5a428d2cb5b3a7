import { type AttributeInput, encodeAttribute } from "./attribute.js";
import { Bytes, undefinedAddress } from "./bytes.js";

export interface Message {
  readonly type: number;
  readonly data: Buffer;
}

/** Version 1 object header in one piece (HDF5 file format specification, IV.A.1.a). */
export function encodeObjectHeader(messages: readonly Message[]): Buffer {
  const body = new Bytes();
  for (const { type, data } of messages) {
    const size = Math.ceil(data.length / 8) * 8;
    body
      .u16(type)
      .u16(size)
      .u8(0, 0, 0, 0)
      .raw(data)
      .zeros(size - data.length);
  }
  const content = body.done();
  return new Bytes().u8(1, 0).u16(messages.length).u32(1).u32(content.length).zeros(4).raw(content).done();
}

export function attributeMessages(attributes: Readonly<Record<string, AttributeInput>>): Message[] {
  return Object.entries(attributes).map(([name, value]) => ({ type: 0x0c, data: encodeAttribute(name, value) }));
}

export function dataspaceMessage(rows: number, itemShape: readonly number[]): Message {
  const out = new Bytes().u8(1, 1 + itemShape.length, 1, 0).zeros(4);
  for (const length of [rows, ...itemShape]) out.u64(length);
  out.u64(undefinedAddress); // the first dimension may grow
  for (const length of itemShape) out.u64(length);
  return { type: 0x01, data: out.done() };
}

/** Dimensions that never change. */
export function fixedDataspaceMessage(shape: readonly number[]): Message {
  const out = new Bytes().u8(1, shape.length, 0, 0).zeros(4);
  for (const length of shape) out.u64(length);
  return { type: 0x01, data: out.done() };
}

export function datatypeMessage(type: Buffer): Message {
  return { type: 0x03, data: type };
}

/** Default fill value, space allocated chunk by chunk. */
export const fillValueMessage: Message = { type: 0x05, data: new Bytes().u8(2, 3, 2, 1).u32(0).done() };

export function chunkedLayoutMessage(
  tree: number | bigint,
  chunkRows: number,
  itemShape: readonly number[],
  elementBytes: number,
): Message {
  const out = new Bytes().u8(3, 2, 2 + itemShape.length).u64(tree);
  for (const length of [chunkRows, ...itemShape, elementBytes]) out.u32(length);
  return { type: 0x08, data: out.done() };
}

/** All values in one piece. */
export function contiguousLayoutMessage(address: number | bigint, bytes: number): Message {
  return { type: 0x08, data: new Bytes().u8(3, 1).u64(address).u64(bytes).done() };
}

export const deflateMessage: Message = {
  type: 0x0b,
  data: new Bytes().u8(1, 1).zeros(6).u16(1).u16(8).u16(1).u16(1).ascii("deflate\0").u32(1).u32(0).done(),
};

export function symbolTableMessage(tree: number, heap: number): Message {
  return { type: 0x11, data: new Bytes().u64(tree).u64(heap).done() };
}

/**
 * ctapipe's filters: blosc with zstd, level 5, then the fletcher32 checksum. Blosc counts rows above 255 bytes as single
 * bytes (github.com/Blosc/hdf5-blosc, values of the filter).
 */
export function bloscMessage(rowBytes: number, chunkRows: number): Message {
  const blosc = { id: 32001, optional: 1, size: 7 };
  const out = new Bytes()
    .u8(1, 2)
    .zeros(6)
    .u16(blosc.id)
    .u16(8)
    .u16(blosc.optional)
    .u16(blosc.size)
    .ascii("blosc\0\0\0");
  const [zstd, level, shuffle] = [5, 5, 1];
  for (const value of [2, 2, rowBytes > 255 ? 1 : rowBytes, rowBytes * chunkRows, level, shuffle, zstd]) out.u32(value);
  out.zeros(4); // an odd number of values is padded
  const fletcher32 = 3;
  return { type: 0x0b, data: out.u16(fletcher32).u16(0).u16(0).u16(0).done() };
}
