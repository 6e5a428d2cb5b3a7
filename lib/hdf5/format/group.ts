import { Bytes, undefinedAddress } from "./bytes.js";

/** Half the largest number of links in a symbol node, and of children in a group's B-tree node, as the superblock says. */
export const leafK = 32;
export const internalK = 16;

export interface Link {
  readonly name: string;
  /** Address of the object header. */
  readonly address: number;
}

/** Links that one group can hold here. */
export const maximumLinks: number = 2 * leafK * 2 * internalK;

/**
 * Writes an old-style group: local heap with the names, symbol nodes, B-tree above them
 * (HDF5 file format specification, III.A.1, III.C, III.D).
 * @returns addresses of the B-tree and the heap
 */
export function writeGroup(links: readonly Link[], place: (bytes: Buffer) => number): { tree: number; heap: number } {
  const sorted = [...links].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  const names = new Bytes().zeros(8); // offset 0: the empty name
  const offsets = sorted.map(({ name }) => {
    const offset = names.length;
    names.raw(Buffer.from(name)).u8(0).pad(8);
    return offset;
  });
  const data = place(names.done());
  const noFreeBlock = 1;
  const heap = place(new Bytes().ascii("HEAP").u8(0, 0, 0, 0).u64(names.length).u64(noFreeBlock).u64(data).done());
  const perNode = 2 * leafK;
  const tree = new Bytes()
    .ascii("TREE")
    .u8(0, 0)
    .u16(Math.ceil(sorted.length / perNode));
  tree.u64(undefinedAddress).u64(undefinedAddress).u64(0);
  for (let start = 0; start < sorted.length; start += perNode) {
    const members = sorted.slice(start, start + perNode);
    const node = new Bytes().ascii("SNOD").u8(1, 0).u16(members.length);
    for (const [i, { address }] of members.entries())
      node
        .u64(offsets[start + i]!)
        .u64(address)
        .zeros(24);
    node.zeros(8 + perNode * 40 - node.length);
    tree.u64(place(node.done())).u64(offsets[start + members.length - 1]!);
  }
  tree.zeros(24 + 2 * internalK * 16 + 8 - tree.length);
  return { tree: place(tree.done()), heap };
}

/** Superblock version 0, 96 bytes at the start of the file (HDF5 file format specification, II.A). */
export function encodeSuperblock(endOfFile: number, root: { header: number; tree: number; heap: number }): Buffer {
  const out = new Bytes().raw(Buffer.from("\x89HDF\r\n\x1a\n", "latin1")).u8(0, 0, 0, 0, 0, 8, 8, 0);
  out.u16(leafK).u16(internalK).u32(0).u64(0).u64(undefinedAddress).u64(endOfFile).u64(undefinedAddress);
  out.u64(0).u64(root.header).u32(1).u32(0).u64(root.tree).u64(root.heap);
  return out.done();
}
