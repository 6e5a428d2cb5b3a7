/**
 * Header of a NumPy array file with little-endian float32 in C order, padded to a multiple of 64 bytes
 * (NumPy's format specification, version 1.0).
 */
export function npyHeader(shape: readonly number[]): Uint8Array {
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const preamble = 10;
  const length = Math.ceil((preamble + text.length + 1) / 64) * 64 - preamble;
  const header = Buffer.alloc(preamble + length);
  header.write("\x93NUMPY\x01\x00", "latin1");
  header.writeUInt16LE(length, 8);
  header.write(`${text.padEnd(length - 1)}\n`, preamble, "latin1");
  return header;
}
