import { address, type FileBytes, UnusualFileError } from "./file-bytes.js";
import { messageTypes, storedMessages } from "./object-header.js";

/** A group of the older layout: a B-tree of links, and a heap with their names. */
interface StoredGroup {
  readonly tree: number;
  readonly heap: number;
}

const superblockBytes = 96;
const entryBytes = 40;
/** Nodes of a file that is not damaged do not lie deeper. */
const deepest = 8;

function checkSignature(bytes: Buffer, signature: string): void {
  if (bytes.toString("latin1", 0, 4) !== signature) throw new UnusualFileError(`no ${signature}`);
}

/** Superblock of version 0 with addresses of eight bytes (HDF5 file format specification, II.A). */
function rootHeader(file: FileBytes): number {
  const bytes = file.read(0, superblockBytes);
  const usual = bytes[8] === 0 && bytes[13] === 8 && bytes[14] === 8 && address(bytes, 24) === 0;
  if (bytes.toString("latin1", 1, 4) !== "HDF" || !usual) throw new UnusualFileError("another superblock");
  return address(bytes, 64);
}

/** The group at an object header; undefined for a dataset. */
function groupAt(file: FileBytes, header: number): StoredGroup | undefined {
  for (const { type, data } of storedMessages(file, header)) {
    if (type === messageTypes.symbolTable) return { tree: address(data, 0), heap: address(data, 8) };
    if (type === messageTypes.layout) return undefined;
  }
  throw new UnusualFileError("a group of the newer layout");
}

/** Leaves of the B-tree of a group (III.A.1): nodes of symbols. */
function* symbolNodes(file: FileBytes, tree: number, depth = 0): Generator<number> {
  const head = file.read(tree, 24);
  checkSignature(head, "TREE");
  if (head[4] !== 0 || depth > deepest) throw new UnusualFileError("no tree of a group");
  const count = head.readUInt16LE(6);
  const bytes = file.read(tree + 24, 16 * count);
  for (let i = 0; i < count; i++) {
    const child = address(bytes, 16 * i + 8);
    if (head[5] === 0) yield child;
    else yield* symbolNodes(file, child, depth + 1);
  }
}

/** Object headers of a group by name. */
function linksOf(file: FileBytes, { tree, heap }: StoredGroup): Map<string, number> {
  const heapHead = file.read(heap, 32);
  checkSignature(heapHead, "HEAP");
  const names = file.read(address(heapHead, 24), address(heapHead, 8));
  const links = new Map<string, number>();
  for (const node of symbolNodes(file, tree)) {
    const head = file.read(node, 8);
    checkSignature(head, "SNOD");
    const count = head.readUInt16LE(6);
    const entries = file.read(node + 8, entryBytes * count);
    for (let at = 0; at < entries.length; at += entryBytes) {
      const begin = address(entries, at);
      const end = names.indexOf(0, begin);
      const soft = entries.readUInt32LE(at + 16) === 2;
      if (end < 0 || soft) throw new UnusualFileError("a link of another kind");
      links.set(names.toString("utf8", begin, end), address(entries, at + 8));
    }
  }
  return links;
}

/** Finds objects of a file by their absolute paths; groups are read once. */
export class ObjectFinder {
  private readonly groups = new Map<string, Map<string, number>>();

  constructor(private readonly file: FileBytes) {}

  /** Address of an object's header; undefined when there is none. @throws {UnusualFileError} for unusual groups */
  find(path: string): number | undefined {
    if (path === "/") return rootHeader(this.file);
    const cut = path.lastIndexOf("/");
    return this.links(path.slice(0, cut) || "/")?.get(path.slice(cut + 1));
  }

  /** Object headers in a group by name; undefined when there is no group. @throws {UnusualFileError} */
  links(path: string): ReadonlyMap<string, number> | undefined {
    const known = this.groups.get(path);
    if (known) return known;
    const header = this.find(path);
    const group = header === undefined ? undefined : groupAt(this.file, header);
    if (!group) return undefined;
    const links = linksOf(this.file, group);
    this.groups.set(path, links);
    return links;
  }
}
