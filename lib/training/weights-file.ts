import type { Weights } from "./callbacks/callback.js";

/** Named weights as bytes: length of the header (uint32 little-endian), header (JSON: name → length), float32 values. */
export function encodeWeights(weights: Weights): Uint8Array {
  const names = Object.keys(weights);
  const header = Buffer.from(JSON.stringify(names.map((name) => [name, weights[name]!.length])));
  const values = names.reduce((sum, name) => sum + weights[name]!.byteLength, 0);
  const bytes = new Uint8Array(4 + header.length + values);
  new DataView(bytes.buffer).setUint32(0, header.length, true);
  bytes.set(header, 4);
  let offset = 4 + header.length;
  for (const name of names) {
    const array = weights[name]!;
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset);
    offset += array.byteLength;
  }
  return bytes;
}

/** The weights in bytes made by `encodeWeights`. */
export function decodeWeights(bytes: Uint8Array): Weights {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(Buffer.from(bytes.subarray(4, 4 + length)).toString()) as [string, number][];
  let offset = 4 + length;
  return Object.fromEntries(
    header.map(([name, count]) => {
      const values = new Float32Array(count);
      new Uint8Array(values.buffer).set(bytes.subarray(offset, offset + 4 * count));
      offset += 4 * count;
      return [name, values];
    }),
  );
}
