import { CherenkitError } from "../errors.js";
import { AtomicFile } from "../files/atomic-file.js";
import { bytesOf, type ColumnSchema, itemLength, type NumberType, type NumericArray, typeOfArray } from "./column.js";
import { ChunkedRows, convertColumn, defaultChunkRows } from "./dataset-writer.js";
import type { AttributeInput } from "./format/attribute.js";
import { undefinedAddress } from "./format/bytes.js";
import { type CompoundMember, compoundMember, encodeCompound, encodeElement, memberBytes } from "./format/datatype.js";
import { encodeSuperblock, type Link, maximumLinks, writeGroup } from "./format/group.js";
import {
  attributeMessages,
  bloscMessage,
  chunkedLayoutMessage,
  contiguousLayoutMessage,
  dataspaceMessage,
  datatypeMessage,
  encodeObjectHeader,
  fillValueMessage,
  fixedDataspaceMessage,
  symbolTableMessage,
} from "./format/object-header.js";
import type { ColumnInput } from "./row-packer.js";

export type Attributes = Readonly<Record<string, AttributeInput>>;

export interface TableOptions {
  readonly title?: string;
  readonly attributes?: Attributes;
  readonly chunkRows?: number;
  /** Compress chunks with zlib. */
  readonly deflate?: boolean;
}

/** A table being written. */
export interface TableWriter {
  readonly rows: number;
  /** Appends rows; every column of the schema must be there, all of one length. Booleans are 0 and 1. */
  append(columns: Readonly<Record<string, ColumnInput>>): void;
}

/** A plain array dataset being written, `[rows, …itemShape]`. */
export interface ArrayWriter {
  readonly rows: number;
  append(values: NumericArray): void;
}

/** An array dataset of fixed size whose values are written in any order. */
export interface FixedArrayWriter {
  /** Writes values from the `offset`th on, in row-major order; values never written are zero. */
  write(offset: number, values: NumericArray): void;
}

interface Node {
  attributes: Attributes;
  readonly children: Map<string, Node>;
  readonly finish?: () => number;
}

// As ctapipe's own writer does; without TRANSFORM quantities, times and masks come back as plain numbers.
function fieldAttributes({ name, unit, description, metadata }: ColumnSchema, position: number): Attributes {
  const all: Attributes = {
    NAME: name,
    DESC: description ?? "",
    ...(unit ? { UNIT: unit, TRANSFORM: "quantity" } : {}),
    ...metadata,
  };
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [`CTAFIELD_${position}_${key}`, value]));
}

/** Attributes by which PyTables knows a table. It takes default fill values when none are given. */
function tableAttributes(title: string, rows: number, columns: readonly ColumnSchema[]): Attributes {
  const names = Object.fromEntries(columns.map(({ name }, i) => [`FIELD_${i}_NAME`, name]));
  return { CLASS: "TABLE", VERSION: "2.7", TITLE: title, ...names, NROWS: rows };
}

function allAttributes(
  columns: readonly ColumnSchema[],
  rows: number,
  { title, attributes }: Pick<TableOptions, "title" | "attributes">,
): Attributes {
  return {
    ...tableAttributes(title ?? "", rows, columns),
    ...Object.assign({}, ...columns.map(fieldAttributes)),
    ...attributes,
  };
}

/** An HDF5 file being written under a temporary name; it gets its own name when it is closed. */
export class Hdf5Writer {
  readonly path: string;
  private readonly file: AtomicFile;
  private readonly root: Node;
  private end = 96; // after the superblock
  private open = true;

  constructor(path: string, attributes: Attributes) {
    this.file = new AtomicFile(path);
    this.path = this.file.path;
    this.root = { attributes, children: new Map() };
  }

  private readonly place = (bytes: Uint8Array): number => {
    const address = this.end;
    this.write(bytes, address);
    this.end += bytes.length;
    return address;
  };

  private write(bytes: Uint8Array, position: number): void {
    if (!this.open) throw new CherenkitError(`${this.path} is closed already`);
    try {
      this.file.write(bytes, position);
    } catch (error) {
      this.open = false;
      throw error;
    }
  }

  private node(path: string, leaf?: Node): Node {
    const names = path.split("/").filter(Boolean);
    let node = this.root;
    for (const [i, name] of names.entries()) {
      const last = i === names.length - 1;
      let next = node.children.get(name);
      if (last && leaf && next) throw new CherenkitError(`${path} is there already`, { place: `${this.path}:${path}` });
      if (!next) {
        next = last && leaf ? leaf : { attributes: {}, children: new Map() };
        if (node.finish || node.children.size >= maximumLinks) {
          throw new CherenkitError(`${path} cannot be added: no room for it`, { place: `${this.path}:${path}` });
        }
        node.children.set(name, next);
      }
      node = next;
    }
    return node;
  }

  /** Makes a group and those above it; adds attributes to it. */
  group(path: string, attributes: Attributes = {}): void {
    const node = this.node(path);
    node.attributes = { ...node.attributes, ...attributes };
  }

  /**
   * Begins a table. Rows are packed without gaps; array members, 8-bit boolean bit fields and PyTables' and ctapipe's
   * attributes are written as ctapipe's own DataWriter does.
   */
  table(path: string, columns: readonly ColumnSchema[], options: TableOptions = {}): TableWriter {
    const members = columns.map(compoundMember);
    const rowBytes = members.reduce((sum, member) => sum + memberBytes(member), 0);
    const chunkRows = options.chunkRows ?? defaultChunkRows(rowBytes);
    const chunked = new ChunkedRows(members, chunkRows, options.deflate ?? false, this.place);
    this.node(path, {
      attributes: {},
      children: new Map(),
      finish: () => chunked.finish(encodeCompound(members), [], allAttributes(columns, chunked.rows, options)),
    });
    return {
      get rows(): number {
        return chunked.rows;
      },
      append: (given): void => {
        const first = given[members[0]!.name];
        const rows = first ? first.length / itemLength(members[0]!.itemShape) : 0;
        const converted = members.map((member) => {
          const column = given[member.name];
          if (!column) throw new CherenkitError(`column ${member.name} of ${path} is missing`, { place: this.path });
          return convertColumn(member, column, rows);
        });
        chunked.append(converted, rows);
      },
    };
  }

  /**
   * Declares a table without rows, compressed and with checksums as in ctapipe's own files; `TableFiller` fills it when
   * this file is closed.
   * @param rows that it will have, for the attribute that tells their number
   */
  emptyTable(
    path: string,
    columns: readonly ColumnSchema[],
    rows: number,
    options: Pick<TableOptions, "title" | "attributes"> = {},
  ): void {
    const members = columns.map(compoundMember);
    const rowBytes = members.reduce((sum, member) => sum + memberBytes(member), 0);
    const chunkRows = defaultChunkRows(rowBytes);
    const finish = (): number =>
      this.place(
        encodeObjectHeader([
          dataspaceMessage(0, []),
          datatypeMessage(encodeCompound(members)),
          fillValueMessage,
          chunkedLayoutMessage(undefinedAddress, chunkRows, [], rowBytes),
          bloscMessage(rowBytes, chunkRows),
          ...attributeMessages(allAttributes(columns, rows, options)),
        ]),
      );
    this.node(path, { attributes: {}, children: new Map(), finish });
  }

  /** Begins an array dataset `[rows, …itemShape]` that grows along its first dimension. */
  array(
    path: string,
    type: NumberType,
    itemShape: readonly number[],
    options: { attributes?: Attributes; chunkRows?: number } = {},
  ): ArrayWriter {
    const members: CompoundMember[] = [{ name: path, type, itemShape }];
    const chunkRows = options.chunkRows ?? defaultChunkRows(memberBytes(members[0]!));
    const chunked = new ChunkedRows(members, chunkRows, false, this.place);
    this.node(path, {
      attributes: {},
      children: new Map(),
      finish: () => chunked.finish(encodeElement(type), itemShape, options.attributes ?? {}),
    });
    return {
      get rows(): number {
        return chunked.rows;
      },
      append: (values): void => {
        const rows = values.length / itemLength(itemShape);
        chunked.append([convertColumn(members[0]!, values, rows)], rows);
      },
    };
  }

  /** Begins an uncompressed array dataset in one piece, whose values may come in any order. */
  fixedArray(
    path: string,
    type: NumberType,
    shape: readonly [number, ...number[]],
    options: { attributes?: Attributes } = {},
  ): FixedArrayWriter {
    const length = itemLength(shape);
    const bytes = length * bytesOf(type);
    const address = Math.ceil(this.end / 8) * 8;
    this.end = address + bytes;
    this.node(path, {
      attributes: {},
      children: new Map(),
      finish: () =>
        this.place(
          encodeObjectHeader([
            fixedDataspaceMessage(shape),
            datatypeMessage(encodeElement(type)),
            fillValueMessage,
            contiguousLayoutMessage(bytes > 0 ? address : undefinedAddress, bytes),
            ...attributeMessages(options.attributes ?? {}),
          ]),
        ),
    });
    return {
      write: (offset, values): void => {
        if (offset + values.length > length || typeOfArray(values) !== type) {
          throw new CherenkitError(`${values.length} values do not fit into ${path} at ${offset}`, {
            place: this.path,
          });
        }
        const at = address + offset * values.BYTES_PER_ELEMENT;
        this.write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
      },
    };
  }

  private finishGroup(node: Node): { header: number; tree: number; heap: number } {
    const links: Link[] = [...node.children].map(([name, child]) => ({
      name,
      address: child.finish ? child.finish() : this.finishGroup(child).header,
    }));
    const { tree, heap } = writeGroup(links, this.place);
    const attributes = { CLASS: "GROUP", VERSION: "1.0", TITLE: "", ...node.attributes };
    const messages = [symbolTableMessage(tree, heap), ...attributeMessages(attributes)];
    return { header: this.place(encodeObjectHeader(messages)), tree, heap };
  }

  /** Writes the index of the file, flushes it and gives it its name. @throws {OutputError} */
  async close(): Promise<void> {
    if (!this.open) return;
    this.root.attributes = { PYTABLES_FORMAT_VERSION: "2.1", ...this.root.attributes };
    const root = this.finishGroup(this.root);
    this.write(encodeSuperblock(this.end, root), 0);
    this.open = false;
    this.file.close();
  }

  /** Gives up: nothing stays on disk. Does nothing after `close`. */
  abort(): void {
    this.open = false;
    this.file.abort();
  }
}

/**
 * Begins an HDF5 file (superblock 0, as PyTables writes and every HDF5 library reads).
 * @throws {OutputError} when the folder cannot be written.
 */
export async function createHdf5(path: string, options: { attributes?: Attributes } = {}): Promise<Hdf5Writer> {
  return new Hdf5Writer(path, options.attributes ?? {});
}
