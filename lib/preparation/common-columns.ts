import { InputError } from "../errors.js";
import { bytesOf, type ColumnSchema, type ColumnType } from "../hdf5/column.js";
import type { Hdf5File } from "../hdf5/hdf5-file.js";

function incompatible(file: Hdf5File, path: string, first: string, difference: string): InputError {
  return new InputError(`${file.path}:${path} does not fit ${first}: ${difference}`, {
    place: `${file.path}:${path}`,
    remedy: "merge files that one version of ctapipe wrote with one configuration",
  });
}

const integers = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64"];

/** A type that holds the values of both, or undefined. */
function commonType(a: ColumnType, b: ColumnType): ColumnType | undefined {
  if (typeof a === "object" || typeof b === "object") {
    return typeof a === "object" && typeof b === "object" ? { string: Math.max(a.string, b.string) } : undefined;
  }
  if (a === b) return a;
  if (a.startsWith("float") && b.startsWith("float")) return "float64";
  if (!integers.includes(a) || !integers.includes(b)) return undefined;
  const [small, large] = bytesOf(a) < bytesOf(b) ? [a, b] : [b, a];
  if (large.startsWith("int") && bytesOf(small) < bytesOf(large)) return large;
  return small.startsWith("uint") && large.startsWith("uint") ? large : "int64";
}

/** What tells how stored integers are to be understood. */
const fixedPointKeys = ["TRANSFORM_SCALE", "TRANSFORM_OFFSET"];

/**
 * Columns of one table in several files: wide enough for the values of all.
 * @param columns those of the files before
 * @param first the first file's name
 * @throws {InputError} when a file has other columns, or the values mean something else there
 */
export function commonColumns(
  columns: readonly ColumnSchema[],
  first: string,
  file: Hdf5File,
  path: string,
): ColumnSchema[] {
  const table = file.table(path);
  const others = new Map(table.layout.map((column) => [column.name, column]));
  const extra = [...others.keys()].find((name) => !columns.some((column) => column.name === name));
  if (extra !== undefined) throw incompatible(file, path, first, `only one has the column ${extra}`);
  return columns.map((column) => {
    const { name, type, itemShape = [] } = column;
    const other = others.get(name);
    if (!other) throw incompatible(file, path, first, `only one has the column ${name}`);
    const wide = commonType(type, other.type);
    const shapes = [itemShape, other.itemShape ?? []].map((shape) => shape.join("×") || "1");
    if (wide === undefined || shapes[0] !== shapes[1]) {
      throw incompatible(file, path, first, `column ${name} has ${shapes.join(" and ")} values of other types`);
    }
    for (const key of typeof wide === "string" && wide.includes("int") ? fixedPointKeys : []) {
      const [one, another] = [column.metadata?.[key], table.columnAttribute(name, key)];
      if (one !== another) {
        throw incompatible(
          file,
          path,
          first,
          `column ${name} has ${key} ${one ?? "not set"} and ${another ?? "not set"}`,
        );
      }
    }
    return { ...column, type: wide };
  });
}
