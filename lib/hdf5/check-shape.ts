import { InputError } from "../errors.js";
import { bytesOf, itemLength } from "./column.js";
import type { TableShape } from "./record-member.js";

/** Least bytes that a file spends on each chunk: an entry of an index. */
const chunkEntryBytes = 24;

/**
 * Tests the description of a table, which no checksum protects: a flipped bit makes rows without number, or columns
 * beyond their row.
 * @param fileBytes size of the file
 * @throws {InputError} for what cannot be
 */
export function checkShape(
  { rows, rowBytes, chunkRows, members }: TableShape,
  fileBytes: number,
  file: string,
  path: string,
): void {
  const fail = (what: string): never => {
    throw new InputError(`${file} is damaged: ${path} ${what}`, {
      place: `${file}:${path}`,
      remedy: "copy or download the file again",
    });
  };
  if (Math.ceil(rows / chunkRows) * Math.min(chunkEntryBytes, rowBytes) > fileBytes) {
    fail(`is said to have ${rows} rows, more than fit into the file`);
  }
  for (const { name, offset, type, itemShape } of members) {
    if (type === undefined || offset + bytesOf(type) * itemLength(itemShape) <= rowBytes) continue;
    fail(`is said to have a column ${name} that does not fit into a row`);
  }
}
