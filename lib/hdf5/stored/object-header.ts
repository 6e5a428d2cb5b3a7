import { address, type FileBytes, UnusualFileError } from "./file-bytes.js";

/** A message of an object header: its type, and its data. */
export interface StoredMessage {
  readonly type: number;
  readonly data: Buffer;
}

/** Types of messages that are read here. */
export const messageTypes: Readonly<
  Record<
    "dataspace" | "datatype" | "layout" | "filters" | "attribute" | "continuation" | "symbolTable" | "attributeInfo",
    number
  >
> = {
  dataspace: 0x01,
  datatype: 0x03,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
};

const shared = 2;

/**
 * Messages of an object header of version 1, one after the other (HDF5 file format specification, IV.A.1.a). Tables of
 * ctapipe have hundreds of attributes in further blocks, which are read only when they are asked for.
 * @throws {UnusualFileError}
 */
export function* storedMessages(file: FileBytes, header: number): Generator<StoredMessage> {
  const prefix = file.read(header, 16);
  if (prefix[0] !== 1) throw new UnusualFileError(`object header of version ${prefix[0]}`);
  let left = prefix.readUInt16LE(2);
  const blocks = [{ at: header + 16, length: prefix.readUInt32LE(8) }];
  for (let block = blocks.shift(); block && left > 0; block = blocks.shift()) {
    const bytes = file.read(block.at, block.length);
    for (let at = 0; at + 8 <= bytes.length && left > 0; left--) {
      const [type, size] = [bytes.readUInt16LE(at), bytes.readUInt16LE(at + 2)];
      const end = at + 8 + size;
      if (end > bytes.length) throw new UnusualFileError("a message beyond its header");
      const data = bytes.subarray(at + 8, end);
      if (type === messageTypes.continuation) blocks.push({ at: address(data, 0), length: address(data, 8) });
      else if ((bytes[at + 4]! & shared) !== 0 && type !== 0) throw new UnusualFileError("a shared message");
      else yield { type, data };
      at = end;
    }
  }
}
