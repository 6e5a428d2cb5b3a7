import { type AttributeValue, type NumericArray, typeOfArray } from "./column.js";
import type { Hdf5File } from "./hdf5-file.js";
import type { TableReader } from "./table-reader.js";
import type { Hdf5Writer } from "./writer.js";

/** Attributes that the writer makes itself. */
const made = /^(CLASS|VERSION|TITLE|NROWS|PYTABLES_FORMAT_VERSION|(CTA)?FIELD_\d+_.*)$/;

/** Attributes without those that the writer makes itself. */
export function ownAttributes(attributes: Readonly<Record<string, AttributeValue>>): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !made.test(name)));
}

/** Bytes of stored rows that are held at a time. */
const blockBytes = 2 * 1024 * 1024;

/** Title and attributes of a table, for a table that is to hold its rows. */
export function tableDescription(table: TableReader): { title: string; attributes: Record<string, AttributeValue> } {
  const title = table.attribute("TITLE");
  return { title: typeof title === "string" ? title : "", attributes: table.attributesOf((name) => !made.test(name)) };
}

/** The stored values of a table block by block, fixed point as the integers that are stored. */
export function* storedBlocks(table: TableReader): Generator<Record<string, NumericArray | string[]>> {
  const rows = Math.max(1, Math.floor(blockBytes / Math.max(1, table.rowBytes)));
  for (let start = 0; start < table.rows; start += rows) {
    const block = table.read({ start, count: rows, raw: true });
    yield Object.fromEntries([...block.columns].map(([name, { data }]) => [name, data]));
  }
}

/**
 * Copies a table with its columns' units and descriptions; fixed-point columns stay the stored integers. Columns that
 * cannot be read here are left out.
 * @throws {InputError} | {OutputError}
 */
export function copyTable(
  from: Hdf5File,
  path: string,
  to: Hdf5Writer,
  options: { target?: string; deflate?: boolean } = {},
): void {
  const table = from.table(path);
  const { target = path, deflate } = options;
  const writer = to.table(target, table.columns, { ...tableDescription(table), deflate });
  for (const block of storedBlocks(table)) writer.append(block);
}

/**
 * Copies a group and everything below it; absent groups are passed over.
 * @param keep false for groups and datasets that are left out, with everything below them
 * @throws {InputError} | {OutputError}
 */
export function copyGroup(
  from: Hdf5File,
  path: string,
  to: Hdf5Writer,
  keep: (path: string) => boolean = () => true,
): void {
  const kind = from.kind(path);
  if (kind === undefined || !keep(path)) return;
  if (kind === "table") {
    copyTable(from, path, to);
    return;
  }
  const attributes = ownAttributes(from.attributes(path));
  if (kind === "group") {
    to.group(path, attributes);
    for (const name of from.children(path)) copyGroup(from, `${path.replace(/\/$/, "")}/${name}`, to, keep);
    return;
  }
  const { shape, data } = from.array(path);
  if (Array.isArray(data) || shape.length === 0) return;
  to.array(path, typeOfArray(data), shape.slice(1), { attributes }).append(data);
}
