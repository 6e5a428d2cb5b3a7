import { statSync } from "node:fs";
import { resolve } from "node:path";
import { InputError } from "../errors.js";
import { type ArrayData, readArray } from "./array-reader.js";
import { datatypeClass, readAttribute, type TypedAttribute } from "./attributes.js";
import { checkShape } from "./check-shape.js";
import type { AttributeValue } from "./column.js";
import { type Hdf5Library, hdf5Library } from "./library.js";
import { nearestName, readError } from "./read-error.js";
import { shapeOf } from "./record-member.js";
import { orUnusual } from "./stored/file-bytes.js";
import type { StoredAttribute } from "./stored/stored-attributes.js";
import { StoredFile } from "./stored/stored-file.js";
import { TableReader, type TableSource } from "./table-reader.js";

/** Attributes of an object: their names, and how one is read. */
interface ObjectAttributes {
  readonly names: readonly string[];
  read(name: string): TypedAttribute | undefined;
}

/** An attribute read past the library, where that can be done. */
function readStored(
  attribute: StoredAttribute,
  byLibrary: () => TypedAttribute | undefined,
): TypedAttribute | undefined {
  const found = orUnusual(() => ({ value: attribute.read() }));
  return found ? found.value : byLibrary();
}

/** What stands under a name. */
interface Found {
  readonly kind: "group" | "table" | "array" | undefined;
  /** Of a table. */
  readonly source?: () => TableSource;
  table?: TableReader;
}

/** An HDF5 file opened for reading. Paths inside are absolute (`/dl1/event`); a leading slash may be left out. */
export class Hdf5File {
  readonly path: string;
  private readonly library: Hdf5Library;
  private readonly stored: StoredFile;
  private id: bigint | undefined;
  /** What was asked for already: an open file does not change. */
  private readonly found = new Map<string, Found>();

  private constructor(
    path: string,
    private readonly bytes: number,
    library: Hdf5Library,
    id: bigint,
    stored: StoredFile,
  ) {
    this.path = path;
    this.library = library;
    this.id = id;
    this.stored = stored;
  }

  /** @throws {InputError} when the file is missing, not HDF5, truncated or not readable. */
  static async open(path: string): Promise<Hdf5File> {
    const library = await hdf5Library();
    const absolute = resolve(path);
    const found = statSync(absolute, { throwIfNoEntry: false });
    if (!found) {
      throw new InputError(`no such file: ${path}`, {
        place: path,
        remedy: "check the path, and that its disk is mounted",
      });
    }
    if (!found.isFile()) {
      throw new InputError(`${path} is a folder, not an HDF5 file`, { place: path, remedy: "name the files in it" });
    }
    if (found.size === 0) {
      throw new InputError(`${path} is empty`, { place: path, remedy: "copy or make the file again" });
    }
    let id: bigint | undefined;
    try {
      id = library.open(absolute, library.H5F_ACC_RDONLY, false, -1, -1);
      return new Hdf5File(path, found.size, library, id, StoredFile.open(absolute));
    } catch (cause) {
      if (id !== undefined) library.close_file(id);
      throw readError(path, undefined, cause);
    }
  }

  /** Lets the file go; a second call does nothing. */
  close(): void {
    if (this.id === undefined) return;
    const id = this.id;
    this.id = undefined;
    this.found.clear();
    this.stored.close();
    try {
      this.library.close_file(id);
    } catch (cause) {
      throw readError(this.path, undefined, cause);
    }
  }

  /** `group`, `table` (a one-dimensional dataset of records), `array` (any other dataset) or undefined when absent. */
  kind(path: string): "group" | "table" | "array" | undefined {
    return this.find(path).kind;
  }

  private find(path: string): Found {
    const absolute = absolutePath(path);
    const known = this.id === undefined ? undefined : this.found.get(absolute);
    if (known) return known;
    const found = this.attempt(path, (id): Found => {
      const stored = this.stored.find(absolute);
      if (stored?.kind === "absent") return { kind: undefined };
      if (stored?.kind === "table") return { kind: "table", source: () => stored };
      if (stored) return { kind: stored.kind };
      const type = this.library.get_type(id, absolute);
      if (type === this.library.H5G_GROUP) return { kind: "group" };
      if (type !== this.library.H5G_DATASET) return { kind: undefined };
      const metadata = this.library.get_dataset_metadata(id, absolute);
      const isTable = metadata.type === datatypeClass.compound && metadata.shape?.length === 1;
      return isTable ? { kind: "table", source: () => ({ shape: shapeOf(metadata), rows: null }) } : { kind: "array" };
    });
    this.found.set(absolute, found);
    return found;
  }

  /** True when there is a group or dataset of that name. */
  has(path: string): boolean {
    return this.kind(path) !== undefined;
  }

  /** Names in a group, sorted; empty when the group is absent. */
  children(path: string): string[] {
    if (this.kind(path) !== "group") return [];
    return this.attempt(path, (id) => {
      const name = absolutePath(path);
      return this.stored.children(name) ?? this.library.get_names(id, name, false);
    }).sort();
  }

  /** Attributes of a group or dataset; those of kinds unknown here (references, compounds) are left out. */
  attributes(path: string): Record<string, AttributeValue> {
    const typed = Object.entries(this.typedAttributes(path));
    return Object.fromEntries(typed.map(([name, attribute]) => [name, attribute.value]));
  }

  /** One attribute, or undefined when there is none of that name. */
  attribute(path: string, name: string): AttributeValue | undefined {
    this.mustHave(path);
    return this.attempt(path, (id) => {
      const attributes = this.objectAttributes(id, absolutePath(path));
      return attributes.names.includes(name) ? attributes.read(name)?.value : undefined;
    });
  }

  /** Names of attributes, and how each is read. */
  private objectAttributes(id: bigint, path: string): ObjectAttributes {
    const stored = this.stored.attributes(path);
    const read = (name: string): TypedAttribute | undefined => readAttribute(id, path, name);
    if (!stored) return { names: this.library.get_attribute_names(id, path), read };
    return { names: [...stored.keys()], read: (name) => readStored(stored.get(name)!, () => read(name)) };
  }

  /** The same with stored types, for faithful copies. */
  typedAttributes(path: string): Record<string, TypedAttribute> {
    this.mustHave(path);
    return this.attempt(path, (id) => {
      const attributes: Record<string, TypedAttribute> = {};
      const { names, read } = this.objectAttributes(id, absolutePath(path));
      for (const name of names) {
        const attribute = read(name);
        if (attribute !== undefined) attributes[name] = attribute;
      }
      return attributes;
    });
  }

  /** @throws {InputError} when there is no table of that name; the nearest name is told. */
  table(path: string): TableReader {
    const found = this.find(path);
    if (found.kind !== "table") {
      this.mustHave(path);
      throw new InputError(`${this.path}: ${absolutePath(path)} is no table`, { place: `${this.path}:${path}` });
    }
    found.table ??= this.attempt(path, (id) => {
      const attributes = (): ObjectAttributes => this.objectAttributes(id, absolutePath(path));
      const source = found.source!();
      checkShape(source.shape, this.bytes, this.path, absolutePath(path));
      return new TableReader(this.library, id, this.path, absolutePath(path), source, attributes);
    });
    return found.table;
  }

  /**
   * A dataset of numbers or strings of any rank; `start` and `count` select along the first axis.
   * @throws {InputError} when it is absent, a table, or of a type without a counterpart here.
   */
  array(path: string, options: { start?: number; count?: number } = {}): ArrayData {
    this.mustHave(path);
    return this.attempt(path, (id) => readArray(this.library, id, this.path, absolutePath(path), options));
  }

  private mustHave(path: string): void {
    if (this.has(path)) return;
    const parts = absolutePath(path).split("/").slice(1);
    let parent = "/";
    while (parts.length > 1 && this.has(join(parent, parts[0]!))) parent = join(parent, parts.shift()!);
    const names = this.children(parent).map((name) => join(parent, name));
    throw new InputError(`${this.path} has no ${absolutePath(path)}`, {
      place: `${this.path}:${parent}`,
      remedy: nearestName(join(parent, parts[0]!), names),
    });
  }

  private attempt<Result>(path: string, action: (id: bigint) => Result): Result {
    if (this.id === undefined) throw new InputError(`${this.path} was closed`, { place: `${this.path}:${path}` });
    try {
      return action(this.id);
    } catch (cause) {
      if (cause instanceof InputError) throw cause;
      throw readError(this.path, absolutePath(path), cause);
    }
  }
}

function join(parent: string, name: string): string {
  return parent === "/" ? `/${name}` : `${parent}/${name}`;
}

function absolutePath(path: string): string {
  const parts = path.split("/").filter((part) => part !== "");
  return `/${parts.join("/")}`;
}
