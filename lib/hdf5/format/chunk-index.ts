import { Bytes, undefinedAddress } from "./bytes.js";

export interface Chunk {
  readonly address: number;
  readonly bytes: number;
}

/** The library's fixed fan-out of chunk indices in files with superblock 0: at most 64 children a node. */
const children = 64;

interface Node {
  readonly address: number;
  /** Number of the first chunk below it. */
  readonly first: number;
}

/**
 * Version 1 B-tree over the chunks of a dataset that is chunked along its first dimension only
 * (HDF5 file format specification, III.A.1).
 * @param place writes bytes at the end of the file and returns their address
 * @returns address of the root, or undefined when there is no chunk
 */
export function writeChunkIndex(
  chunks: readonly Chunk[],
  chunkRows: number,
  rank: number,
  place: (bytes: Buffer) => number,
): number | undefined {
  if (chunks.length === 0) return undefined;
  const keyBytes = 8 + 8 * (rank + 1);
  const nodeBytes = 24 + (children + 1) * keyBytes + children * 8;
  const key = (out: Bytes, number: number): Bytes =>
    out
      .u32(chunks[number]?.bytes ?? 0)
      .u32(0)
      .u64(number * chunkRows)
      .zeros(8 * rank);
  let level = 0;
  let below: Node[] = chunks.map(({ address }, first) => ({ address, first }));
  do {
    const nodes: Node[] = [];
    const groups = Math.ceil(below.length / children);
    let address = place(Buffer.alloc(0));
    for (let group = 0; group < groups; group++) {
      const members = below.slice(group * children, (group + 1) * children);
      const out = new Bytes().ascii("TREE").u8(1, level).u16(members.length);
      out.u64(group > 0 ? address - nodeBytes : undefinedAddress);
      out.u64(group < groups - 1 ? address + nodeBytes : undefinedAddress);
      for (const member of members) key(out, member.first).u64(member.address);
      key(out, below[(group + 1) * children]?.first ?? chunks.length);
      out.zeros(nodeBytes - out.length);
      nodes.push({ address: place(out.done()), first: members[0]!.first });
      address += nodeBytes;
    }
    below = nodes;
    level++;
  } while (below.length > 1);
  return below[0]!.address;
}
