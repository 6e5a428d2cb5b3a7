import { numbers } from "../hdf5/column.js";
import { openEventFile, telescopeTable } from "./event-file.js";
import type { ExampleTable } from "./example-table.js";

/**
 * Image parameters of single-telescope examples, `[rows]` by column; NaN where a file has none.
 * @param rows of the example table, in any order
 * @param names columns of ctapipe's parameter tables
 * @throws {InputError} when a file cannot be read
 */
export async function readExampleParameters(
  examples: ExampleTable,
  rows: Uint32Array,
  names: readonly string[],
): Promise<Map<string, Float64Array>> {
  const result = new Map(names.map((name) => [name, new Float64Array(rows.length).fill(Number.NaN)]));
  const [files, telIds, tableRows] = ["file_index", "tel_id", "table_index"].map((name) =>
    examples.images.column(name),
  );
  const wanted = new Map<string, number[]>();
  for (const [i, row] of rows.entries()) {
    const key = `${files![row]} ${telIds![row]}`;
    const known = wanted.get(key);
    if (known) known.push(i);
    else wanted.set(key, [i]);
  }
  for (const [index, { path }] of examples.files.entries()) {
    const own = [...wanted].flatMap(([key, list]) => {
      const [file, telId] = key.split(" ").map(Number) as [number, number];
      return file === index ? [{ telId, list }] : [];
    });
    if (own.length === 0) continue;
    const { hdf5, close } = await openEventFile(path);
    try {
      for (const { telId, list } of own) {
        const place = `/dl1/event/telescope/parameters/${telescopeTable(telId)}`;
        if (hdf5.kind(place) !== "table") continue;
        const table = hdf5.table(place);
        const found = names.filter((name) => table.columns.some((column) => column.name === name));
        const { columns } = table.read({ columns: found });
        for (const name of found) {
          const values = numbers(columns.get(name)!);
          const to = result.get(name)!;
          for (const i of list) to[i] = values[tableRows![rows[i]!]!]!;
        }
      }
    } finally {
      close();
    }
  }
  return result;
}
