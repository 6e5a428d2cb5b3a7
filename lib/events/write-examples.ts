import type { Hdf5Writer } from "../hdf5/writer.js";
import { integerColumns, unitOfColumn } from "./example-columns.js";
import type { ExampleTable } from "./example-table.js";

/** Rows of text that are made at a time. */
const blockRows = 10_000;

/** The example table as lines of CSV with a header, block by block; numbers in full, `NaN` where there is none. */
export function* examplesAsCsv(examples: ExampleTable): Generator<string> {
  const names = examples.columnNames;
  const columns = names.map((name) => examples.column(name));
  yield `${names.join(",")}\n`;
  for (let start = 0; start < examples.rows; start += blockRows) {
    let text = "";
    const end = Math.min(start + blockRows, examples.rows);
    for (let row = start; row < end; row++) text += `${columns.map((column) => column[row]).join(",")}\n`;
    yield text;
  }
}

/** Adds one dataset `[rows]` a column to an HDF5 file: int64 for ids, float64 else, with a `unit` attribute. */
export function addExampleColumns(examples: ExampleTable, file: Hdf5Writer): void {
  for (const name of examples.columnNames) {
    const column = examples.column(name);
    const whole = integerColumns.has(name);
    const dataset = file.array(name, whole ? "int64" : "float64", [], { attributes: { unit: unitOfColumn(name) } });
    for (let start = 0; start < column.length; start += blockRows) {
      const values = column.subarray(start, start + blockRows);
      dataset.append(whole ? BigInt64Array.from(values, BigInt) : values);
    }
  }
}
