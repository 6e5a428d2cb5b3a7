import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { closest } from "fastest-levenshtein";
import type * as H5wasm from "h5wasm/node";
import { InputError } from "../errors.js";
import type { AttributeValue } from "./column.js";
import { type H5Module, hdf5Library } from "./library.js";
import { readError } from "./read-error.js";
import { TableReader } from "./table-reader.js";

const compoundClass = 6;

function attributeValue(value: unknown): AttributeValue {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (value === null || ["string", "number", "boolean"].includes(typeof value)) return value as AttributeValue;
  if (ArrayBuffer.isView(value)) {
    const list = Array.from(value as unknown as ArrayLike<number | bigint>);
    return list.map((item) => attributeValue(item) as number | bigint);
  }
  if (Array.isArray(value)) return value.map((item) => attributeValue(item) as string);
  return null;
}

/** An HDF5 file opened for reading. */
export class Hdf5File {
  /** Absolute path. */
  readonly path: string;
  private readonly file: H5wasm.File;
  private readonly module: H5Module;

  private constructor(path: string, file: H5wasm.File, module: H5Module) {
    this.path = path;
    this.file = file;
    this.module = module;
  }

  /**
   * Opens a file.
   * @throws {InputError} when it is missing, a folder, unreadable, truncated or no HDF5 file.
   */
  static async open(path: string): Promise<Hdf5File> {
    const absolute = resolve(path);
    let info: Awaited<ReturnType<typeof stat>>;
    try {
      info = await stat(absolute);
    } catch (cause) {
      const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
      throw new InputError(`${path} ${missing ? "does not exist" : "cannot be read"}`, {
        place: absolute,
        remedy: missing ? "check the name and the folder" : "check the permissions",
        cause,
      });
    }
    if (!info.isFile()) {
      throw new InputError(`${path} is not a file`, { place: absolute, remedy: "give the name of an HDF5 file" });
    }
    const { File, module } = await hdf5Library();
    try {
      return new Hdf5File(absolute, new File(absolute, "r"), module);
    } catch (cause) {
      throw readError(absolute, "", cause);
    }
  }

  close(): void {
    this.file.close();
  }

  /** True when a group or dataset stands at `path`. */
  has(path: string): boolean {
    let folder = "";
    for (const name of path.split("/").filter(Boolean)) {
      if (!this.names(folder || "/").includes(name)) return false;
      folder += `/${name}`;
    }
    return true;
  }

  private names(group: string): string[] {
    if (this.module.get_type(this.file.file_id, group) !== this.module.H5G_GROUP) return [];
    return this.module.get_names(this.file.file_id, group, false);
  }

  /** Names inside a group, sorted; empty when there is no such group. */
  children(path: string): string[] {
    return this.has(path) ? this.names(path).sort() : [];
  }

  /** Attributes of a group or dataset. @throws {InputError} when there is none at `path`. */
  attributes(path: string): Record<string, AttributeValue> {
    this.require(path);
    try {
      const node = path === "/" ? this.file : (this.file.get(path) as H5wasm.Group | H5wasm.Dataset);
      return Object.fromEntries(
        Object.entries(node.attrs).map(([name, attribute]) => [name, attributeValue(attribute.value)]),
      );
    } catch (cause) {
      throw readError(this.path, path, cause);
    }
  }

  private require(path: string): void {
    if (this.has(path)) return;
    const parts = path.split("/").filter(Boolean);
    let known = "";
    for (const name of parts) {
      if (!this.has(`${known}/${name}`)) break;
      known += `/${name}`;
    }
    const there = this.names(known || "/");
    const wanted = parts[known.split("/").filter(Boolean).length] ?? "";
    const near =
      there.length > 0 ? ` (${known || "/"} has ${closest(wanted, there)}${there.length > 1 ? ", …" : ""})` : "";
    throw new InputError(`${this.path} has no ${path}${near}`, {
      place: `${this.path}:${path}`,
      remedy: "check that the file holds what this step needs: `cherenkit inspect` lists its content",
    });
  }

  /** True when `path` is a table, i.e. a one-dimensional dataset of a compound type. */
  isTable(path: string): boolean {
    if (!this.has(path) || this.module.get_type(this.file.file_id, path) !== this.module.H5G_DATASET) return false;
    return this.module.get_dataset_metadata(this.file.file_id, path).type === compoundClass;
  }

  /**
   * A compound table.
   * @throws {InputError} when there is nothing at `path`, or something else than a table.
   */
  table(path: string): TableReader {
    this.require(path);
    if (!this.isTable(path)) {
      throw new InputError(`${path} in ${this.path} is not a table`, { place: `${this.path}:${path}` });
    }
    const metadata = this.module.get_dataset_metadata(this.file.file_id, path);
    return new TableReader(this.module, this.path, this.file.file_id, path, metadata, this.attributes(path));
  }
}
