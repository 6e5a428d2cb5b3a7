import { datatypeClass } from "../attributes.js";
import type { TableShape } from "../record-member.js";
import { canDecode } from "./chunk-decoder.js";
import { rankIn, readChunkedTable } from "./chunked-table.js";
import { storedType } from "./datatype.js";
import { FileBytes, orUnusual } from "./file-bytes.js";
import { ObjectFinder } from "./find-object.js";
import { messageTypes, storedMessages } from "./object-header.js";
import { type StoredAttribute, storedAttributes } from "./stored-attributes.js";
import { StoredTable } from "./stored-table.js";

/** What stands under a path. */
export type StoredObject =
  | { readonly kind: "absent" | "group" | "array" }
  | { readonly kind: "table"; readonly shape: TableShape; readonly rows: StoredTable };

/**
 * A file in the older HDF5 layout, as PyTables and ctapipe write it, read without the library, which takes several times as
 * long, for descriptions most of all. It stays responsible for all else, and for what is wrong with a file: every method
 * gives undefined where it has to be asked.
 */
export class StoredFile {
  private readonly finder: ObjectFinder;

  private constructor(private readonly file: FileBytes) {
    this.finder = new ObjectFinder(file);
  }

  /** @throws when the file cannot be opened */
  static open(path: string): StoredFile {
    return new StoredFile(FileBytes.open(path));
  }

  /** @param path absolute, `/` for the root */
  find(path: string): StoredObject | undefined {
    return orUnusual(() => {
      const header = this.finder.find(path);
      if (header === undefined) return { kind: "absent" };
      const { dataspace, datatype, layout, filters, symbolTable } = messageTypes;
      const messages = new Map<number, Buffer>();
      // Attributes come last.
      for (const { type, data } of storedMessages(this.file, header)) {
        messages.set(type, data);
        if (type === symbolTable) return { kind: "group" };
        if ([dataspace, datatype, layout, filters].every((wanted) => messages.has(wanted))) break;
      }
      const [space, description] = [messages.get(dataspace), messages.get(datatype)];
      if (!space || !description || !messages.has(layout)) return undefined;
      const isTable = (description[0]! & 15) === datatypeClass.compound && rankIn(space) === 1;
      if (!isTable) return { kind: "array" };
      const table = readChunkedTable(this.file, messages);
      if (!canDecode(table.filters)) return undefined;
      const { rows, rowBytes, chunkRows } = table;
      const shape = { rows, rowBytes, chunkRows, members: storedType(description).members };
      return { kind: "table", shape, rows: new StoredTable(this.file, table) };
    });
  }

  /** Names in a group. */
  children(path: string): string[] | undefined {
    return orUnusual(() => {
      const links = this.finder.links(path);
      return links && [...links.keys()];
    });
  }

  /** Attributes of an object by name, in the order of their names. */
  attributes(path: string): ReadonlyMap<string, StoredAttribute> | undefined {
    return orUnusual(() => {
      const header = this.finder.find(path);
      return header === undefined ? undefined : storedAttributes(this.file, header);
    });
  }

  close(): void {
    this.file.close();
  }
}
