import type { AttributeValue, ColumnSchema, NumericArray } from "../../lib/hdf5/column.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { createHdf5 } from "../../lib/hdf5/writer.js";

/** A table that is about to be written. */
export interface AlteredTable {
  columns: ColumnSchema[];
  data: Record<string, NumericArray | string[]>;
}

export interface Alterations {
  /** Attributes of the file that are set. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** True for groups and tables that are left out. */
  readonly drop?: (path: string) => boolean;
  /** Changes a table in place. */
  readonly table?: (path: string, table: AlteredTable) => void;
  /** Tables that are added, by path. */
  readonly add?: Readonly<Record<string, AlteredTable>>;
}

/** Attributes that the writer makes itself. */
const made = /^(CLASS|VERSION|TITLE|NROWS|PYTABLES_FORMAT_VERSION|(CTA)?FIELD_\d+_.*)$/;

/** Writes a copy of a DL1 file with some things changed, as test input. */
export async function alterFile(from: string, to: string, alterations: Alterations): Promise<string> {
  const source = await Hdf5File.open(from);
  const target = await createHdf5(to, { attributes: { ...own(source.attributes("/")), ...alterations.attributes } });
  const copy = (path: string): void => {
    if (alterations.drop?.(path)) return;
    if (source.kind(path) === "group") {
      for (const name of source.children(path)) copy(`${path === "/" ? "" : path}/${name}`);
      return;
    }
    const reader = source.table(path);
    const read = reader.read({ raw: true });
    const table: AlteredTable = {
      columns: [...reader.columns],
      data: Object.fromEntries([...read.columns].map(([name, { data }]) => [name, data])),
    };
    alterations.table?.(path, table);
    target.table(path, table.columns, { attributes: own(reader.attributes) }).append(table.data);
  };
  copy("/");
  for (const [path, { columns, data }] of Object.entries(alterations.add ?? {}))
    target.table(path, columns).append(data);
  await target.close();
  source.close();
  return to;
}

function own(attributes: Readonly<Record<string, AttributeValue>>): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !made.test(name)));
}
