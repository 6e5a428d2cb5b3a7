import { datatypeClass, numberType } from "./attributes.js";
import type { ColumnType } from "./column.js";
import type { Hdf5Library } from "./library.js";

/** A member of the stored record; undefined type: nothing that can be read here. */
export interface RecordMember {
  readonly name: string;
  readonly offset: number;
  readonly type: ColumnType | undefined;
  readonly itemShape: readonly number[];
}

/** Rows of a table and how they are stored. */
export interface TableShape {
  readonly rows: number;
  /** Bytes of one stored row. */
  readonly rowBytes: number;
  /** Rows that the file keeps together in one block. */
  readonly chunkRows: number;
  readonly members: readonly RecordMember[];
}

/** What the library says of a dataset. */
export type Metadata = ReturnType<Hdf5Library["get_dataset_metadata"]>;

function membersOf(metadata: Metadata, prefix = "", base = 0): RecordMember[] {
  return (metadata.compound_type?.members ?? []).flatMap((member): RecordMember[] => {
    const name = prefix + member.name;
    const offset = base + member.offset;
    if (member.type === datatypeClass.compound) return membersOf(member, `${name}/`, offset);
    let element: Metadata = member;
    const itemShape: number[] = [];
    while (element.type === datatypeClass.array && element.array_type) {
      element = element.array_type;
      itemShape.push(...(element.shape ?? []));
    }
    const text = element.type === datatypeClass.string && !element.vlen;
    return [{ name, offset, type: text ? { string: element.size } : numberType(element), itemShape }];
  });
}

/** The shape of a table, from what the library says. */
export function shapeOf(metadata: Metadata): TableShape {
  return {
    rows: metadata.shape?.[0] ?? 0,
    rowBytes: metadata.size,
    chunkRows: metadata.chunks?.[0] ?? 1,
    members: membersOf(metadata),
  };
}
