import { InputError } from "../errors.js";
import type { TypedAttribute } from "./attributes.js";
import {
  type AttributeValue,
  bytesOf,
  type Column,
  type ColumnSchema,
  emptyArray,
  itemLength,
  type NumericArray,
  type Table,
} from "./column.js";
import { fixedPointOf, undoFixedPoint } from "./fixed-point.js";
import type { Hdf5Library } from "./library.js";
import { type NumberColumn, NumberGatherer } from "./number-column.js";
import { readBlocks } from "./read-block.js";
import { nearestName, readError } from "./read-error.js";
import type { RecordMember, TableShape } from "./record-member.js";
import { sideBySide } from "./stored/chunk-decoder.js";
import { DamagedBlockError } from "./stored/file-bytes.js";
import type { StoredTable } from "./stored/stored-table.js";

export interface ReadOptions {
  /** Names of the wanted columns; all when left out. */
  readonly columns?: readonly string[];
  readonly start?: number;
  /** Rows from `start` on; fewer come back at the end of the table. */
  readonly count?: number;
  /** Leave fixed-point columns as the integers that are stored. */
  readonly raw?: boolean;
}

/** How a table is stored, and its rows where they can be read past the library. */
export interface TableSource {
  readonly shape: TableShape;
  readonly rows: StoredTable | null;
}

/** Attributes of a table: their names, and how one is read. */
interface TableAttributes {
  readonly names: readonly string[];
  read(name: string): TypedAttribute | undefined;
}

/** A table (dataset of records) of a file: rows are read as typed-array columns. */
export class TableReader {
  readonly rows: number;
  /** Bytes of one stored row. */
  readonly rowBytes: number;
  /** Rows that the file keeps together in one block. */
  readonly chunkRows: number;
  private readonly members: readonly RecordMember[];
  private readonly stored: StoredTable | null;
  private known: TableAttributes | undefined;
  private readonly schemas = new Map<number, ColumnSchema>();
  private allAttributes: Record<string, AttributeValue> | undefined;

  /** Made by `Hdf5File.table`. */
  constructor(
    private readonly library: Hdf5Library,
    private readonly fileId: bigint,
    private readonly file: string,
    private readonly path: string,
    { shape, rows }: TableSource,
    private readonly openAttributes: () => TableAttributes,
  ) {
    this.rows = shape.rows;
    this.rowBytes = shape.rowBytes;
    this.chunkRows = shape.chunkRows;
    this.members = shape.members;
    this.stored = rows;
  }

  /** Read when they are first needed: a table of ctapipe has hundreds. */
  private get tableAttributes(): TableAttributes {
    try {
      this.known ??= this.openAttributes();
    } catch (cause) {
      throw readError(this.file, this.path, cause);
    }
    return this.known;
  }

  private get attributeNames(): readonly string[] {
    return this.tableAttributes.names;
  }

  /** Names of the columns in stored order. */
  get columnNames(): readonly string[] {
    return this.members.map((member) => member.name);
  }

  /** Names of the columns that hold one number a row. */
  get scalarNames(): readonly string[] {
    return this.members.flatMap(({ name, type, itemShape }) =>
      typeof type === "string" && itemShape.length === 0 ? [name] : [],
    );
  }

  /** Unit of a column, or undefined when the file names none. */
  unitOf(column: string): string | undefined {
    const unit = this.columnAttribute(column, "UNIT");
    return typeof unit === "string" && unit !== "" ? unit : undefined;
  }

  /** One attribute of the table, or undefined when there is none. */
  attribute(name: string): AttributeValue | undefined {
    return this.attributeNames.includes(name) ? this.readAttributes([name])[name] : undefined;
  }

  /** Name, type, shape, unit and description of every column that can be read. */
  get columns(): readonly ColumnSchema[] {
    return this.members.flatMap((member, index) => (member.type === undefined ? [] : [this.schema(index)]));
  }

  /** Name, type and shape of every column that can be read, without what attributes say of it. */
  get layout(): readonly ColumnSchema[] {
    return this.members.flatMap(({ name, type, itemShape }) => (type === undefined ? [] : [{ name, type, itemShape }]));
  }

  /** An attribute that ctapipe keeps for a column, e.g. `TRANSFORM_SCALE`, or undefined. */
  columnAttribute(column: string, key: string): AttributeValue | undefined {
    return this.attribute(`CTAFIELD_${this.find(column)}_${key}`);
  }

  /** The attributes of some names. */
  attributesOf(wanted: (name: string) => boolean): Record<string, AttributeValue> {
    return this.readAttributes(this.attributeNames.filter(wanted));
  }

  /** All attributes, those of PyTables and the `CTAFIELD_*` of ctapipe included. */
  get attributes(): Record<string, AttributeValue> {
    this.allAttributes ??= this.readAttributes(this.attributeNames);
    return this.allAttributes;
  }

  /**
   * Rows `start … start + count` of the wanted columns.
   * Booleans come as 0/1 (`boolean: true`), fixed point undone to `Float32Array` unless `raw`.
   * @throws {InputError} for an unknown column (the nearest is told) and for damaged data.
   */
  read(options: ReadOptions = {}): Table {
    const start = Math.min(options.start ?? 0, this.rows);
    const count = Math.min(options.count ?? this.rows, this.rows - start);
    const wanted = options.columns
      ? options.columns.map((name) => this.find(name))
      : this.members.flatMap((member, index) => (member.type === undefined ? [] : [index]));
    const stores = wanted.map((index) => this.store(index, count));
    this.readSelection(start, count, (bytes, first, records) => {
      for (const store of stores) gather(store, bytes, this.rowBytes, first, records);
    });
    const columns = new Map<string, Column>();
    for (const store of stores) columns.set(store.member.name, this.finish(store, options.raw ?? false));
    return this.tableOf(count, columns);
  }

  private tableOf(rows: number, columns: ReadonlyMap<string, Column>): Table {
    const reader = this;
    return {
      rows,
      columns,
      get attributes(): Record<string, AttributeValue> {
        return reader.attributes;
      },
    };
  }

  /**
   * All rows of columns that hold one number each, as numbers: whole ones as `Int32Array` where they fit, 64-bit ones
   * that do not as exact doubles, booleans as 0 and 1, fixed point undone.
   * @throws {InputError} for a column that is unknown or no number, for integers beyond ±2^53 and for damaged data
   */
  readNumbers(names: readonly string[]): Map<string, NumberColumn> {
    const gatherers = names.map((name) => {
      const index = this.find(name);
      const { type, itemShape } = this.members[index]!;
      const place = `${this.file}:${this.path}`;
      if (typeof type !== "string" || itemShape.length > 0) {
        throw new InputError(`column ${name} of ${place} does not hold one number a row`, { place });
      }
      return { index, gather: this.isScaled(index) ? null : new NumberGatherer(name, type, this.rows, place) };
    });
    const plain = gatherers.filter(({ gather: one }) => one !== null);
    this.readSelection(0, plain.length > 0 ? this.rows : 0, (bytes, first, records) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (const { index, gather: one } of plain) {
        one!.take(view, this.members[index]!.offset, this.rowBytes, first, records);
      }
    });
    return new Map(
      names.map((name, i) => {
        const { gather: one } = gatherers[i]!;
        return [name, one ? one.values : (this.read({ columns: [name] }).columns.get(name)!.data as Float32Array)];
      }),
    );
  }

  /**
   * Rows `start … start + count`: columns of float32 side by side, `[rows, items, columns]`, what is not finite as 0, and
   * other columns as `read` gives them.
   * @param floats columns of type float32 with equal numbers of items
   * @param out gets the floats; of another length it is replaced by a new array
   * @throws {InputError} as `read`
   */
  readSideBySide(
    floats: readonly string[],
    options: { readonly columns: readonly string[]; readonly start: number; readonly count: number },
    out: Float32Array = new Float32Array(),
  ): { readonly table: Table; readonly floats: Float32Array } {
    const start = Math.min(options.start, this.rows);
    const count = Math.min(options.count, this.rows - start);
    const members = floats.map((name) => this.members[this.find(name)]!);
    const items = itemLength(members[0]!.itemShape);
    const offsets = members.map(({ offset }) => offset);
    const rowLength = items * members.length;
    const values = out.length === count * rowLength ? out : new Float32Array(count * rowLength);
    const stores = options.columns.map((name) => this.store(this.find(name), count));
    this.readSelection(start, count, (bytes, first, rows) => {
      for (const store of stores) gather(store, bytes, this.rowBytes, first, rows);
      const block = sideBySide(bytes, this.rowBytes, offsets, items);
      if (block) values.set(block, first * rowLength);
      else putSideBySide(bytes, this.rowBytes, offsets, items, values.subarray(first * rowLength));
    });
    const columns = new Map(stores.map((store) => [store.member.name, this.finish(store, false)]));
    return { table: this.tableOf(count, columns), floats: values };
  }

  private readSelection(
    start: number,
    count: number,
    use: (bytes: Uint8Array, first: number, records: number) => void,
  ): void {
    const given = this.readStored(start, count, use);
    if (given === count) return;
    const { rowBytes: recordBytes, chunkRows: chunkRecords } = this;
    const selection = { recordBytes, start: start + given, count: count - given, chunkRecords };
    let failure: unknown;
    try {
      readBlocks(this.library, this.fileId, this.path, selection, (bytes, first, records) => {
        try {
          use(bytes, given + first, records);
        } catch (cause) {
          failure = cause;
          throw cause;
        }
      });
    } catch (cause) {
      throw failure ?? readError(this.file, this.path, cause);
    }
  }

  /** Reads past the library. @returns how many rows; the library has to read the others */
  private readStored(
    start: number,
    count: number,
    use: (bytes: Uint8Array, first: number, rows: number) => void,
  ): number {
    try {
      return this.stored?.read(start, count, use) ?? 0;
    } catch (cause) {
      throw cause instanceof DamagedBlockError ? readError(this.file, this.path, cause) : cause;
    }
  }

  /** Calls `use` with the stored bytes of all rows, block by block; the bytes are valid only during the call. */
  readRaw(use: (bytes: Uint8Array, rows: number) => void): void {
    this.readSelection(0, this.rows, (bytes, _first, rows) => use(bytes, rows));
  }

  private find(name: string): number {
    const index = this.members.findIndex((member) => member.name === name);
    const place = `${this.file}:${this.path}`;
    if (index < 0) {
      throw new InputError(`${place} has no column ${name}`, { place, remedy: nearestName(name, this.columnNames) });
    }
    if (this.members[index]!.type === undefined) {
      throw new InputError(`column ${name} has a type that cannot be read (variable length, float16, …)`, { place });
    }
    return index;
  }

  private schema(index: number): ColumnSchema {
    const cached = this.schemas.get(index);
    if (cached) return cached;
    const { name, type, itemShape } = this.members[index]!;
    const prefix = `CTAFIELD_${index}_`;
    const found = this.readAttributes(this.attributeNames.filter((attribute) => attribute.startsWith(prefix)));
    const metadata = Object.fromEntries(Object.entries(found).map(([key, value]) => [key.slice(prefix.length), value]));
    const { UNIT: unit, DESC: description, ...others } = metadata;
    const schema: ColumnSchema = {
      name,
      type: type!,
      itemShape,
      ...(typeof unit === "string" && unit !== "" ? { unit } : {}),
      ...(typeof description === "string" ? { description } : {}),
      metadata: others,
    };
    this.schemas.set(index, schema);
    return schema;
  }

  private readAttributes(names: readonly string[]): Record<string, AttributeValue> {
    const attributes: Record<string, AttributeValue> = {};
    try {
      for (const name of names) {
        const attribute = this.tableAttributes.read(name);
        if (attribute !== undefined) attributes[name] = attribute.value;
      }
    } catch (cause) {
      throw readError(this.file, this.path, cause);
    }
    return attributes;
  }

  private store(index: number, rows: number): Store {
    const member = this.members[index]!;
    const type = member.type!;
    const length = rows * itemLength(member.itemShape);
    const bytesPerRow = bytesOf(type) * itemLength(member.itemShape);
    const data = typeof type === "string" ? emptyArray(type, length) : new Uint8Array(length * type.string);
    return { index, member, data, bytes: new Uint8Array(data.buffer), bytesPerRow };
  }

  private finish({ index, member, data, bytes }: Store, raw: boolean): Column {
    const { name, itemShape } = member;
    const type = member.type!;
    const schema = (): ColumnSchema => this.schema(index);
    const about = {
      name,
      itemShape,
      boolean: type === "bool",
      place: `${this.file}:${this.path}`,
      get unit(): string | undefined {
        return schema().unit;
      },
      get description(): string | undefined {
        return schema().description;
      },
    };
    if (typeof type !== "string") return Object.assign(about, { data: decodeStrings(bytes, type.string) });
    const transform = raw || !this.isScaled(index) ? undefined : fixedPointOf(schema().metadata ?? {}, data);
    return Object.assign(about, { data: transform ? undoFixedPoint(data, transform) : data });
  }

  /** True for floats that are stored as integers. */
  private isScaled(index: number): boolean {
    const { type } = this.members[index]!;
    if (typeof type !== "string" || !type.includes("int")) return false;
    return this.attributeNames.includes(`CTAFIELD_${index}_TRANSFORM_SCALE`);
  }
}

interface Store {
  readonly index: number;
  readonly member: RecordMember;
  readonly data: NumericArray;
  readonly bytes: Uint8Array;
  readonly bytesPerRow: number;
}

/** Below this many bytes a loop is faster than a view and a block copy. */
const shortCopy = 48;

function gather(store: Store, rows: Uint8Array, rowBytes: number, first: number, count: number): void {
  const { bytes, bytesPerRow, member } = store;
  let to = first * bytesPerRow;
  let from = member.offset;
  for (let row = 0; row < count; row++, from += rowBytes) {
    if (bytesPerRow > shortCopy) {
      bytes.set(rows.subarray(from, from + bytesPerRow), to);
      to += bytesPerRow;
    } else {
      for (let i = 0; i < bytesPerRow; i++) bytes[to++] = rows[from + i]!;
    }
  }
}

/** What `sideBySide` does, for bytes of the HDF5 library. */
function putSideBySide(
  rows: Uint8Array,
  rowBytes: number,
  offsets: readonly number[],
  length: number,
  out: Float32Array,
): void {
  const view = new DataView(rows.buffer, rows.byteOffset, rows.byteLength);
  for (let row = 0, at = 0; row + rowBytes <= rows.length; row += rowBytes) {
    for (let item = 0; item < length; item++) {
      for (const offset of offsets) {
        const value = view.getFloat32(row + offset + 4 * item, true);
        out[at++] = Number.isFinite(value) ? value : 0;
      }
    }
  }
}

const decoder = new TextDecoder();

/** Strings of fixed size, cut at the first NUL. */
function decodeStrings(bytes: Uint8Array, size: number): string[] {
  return Array.from({ length: size === 0 ? 0 : bytes.length / size }, (_, i) => {
    const item = bytes.subarray(i * size, (i + 1) * size);
    const end = item.indexOf(0);
    return decoder.decode(end < 0 ? item : item.subarray(0, end));
  });
}
