import { InputError } from "../errors.js";
import { type ColumnSchema, itemLength, type NumericArray } from "../hdf5/column.js";
import { storedBlocks } from "../hdf5/copy.js";
import { convertColumn } from "../hdf5/dataset-writer.js";
import { compoundMember } from "../hdf5/format/datatype.js";
import type { Hdf5File } from "../hdf5/hdf5-file.js";
import { type ColumnInput, RowPacker } from "../hdf5/row-packer.js";
import type { Hdf5Writer } from "../hdf5/writer.js";

type Block = Readonly<Record<string, NumericArray | string[]>>;

function rowsOf(block: Block, columns: readonly ColumnSchema[]): number {
  const { name, itemShape } = columns[0]!;
  return block[name]!.length / itemLength(itemShape);
}

function takeItems(values: ColumnInput, items: readonly number[], length: number): ColumnInput {
  if (Array.isArray(values)) return items.map((item) => values[item] as string);
  const source = values as NumericArray;
  const taken = new (source.constructor as new (count: number) => NumericArray)(items.length * length);
  for (const [i, item] of items.entries()) {
    taken.set(source.subarray(item * length, (item + 1) * length) as never, i * length);
  }
  return taken;
}

/** Appends rows that no earlier file had to a table of runs, times or calibrations. */
export class RunRows {
  private readonly known = new Set<string>();
  private readonly packer: RowPacker;
  private readonly writer: ReturnType<Hdf5Writer["table"]>;

  constructor(
    to: Hdf5Writer,
    private readonly path: string,
    private readonly columns: readonly ColumnSchema[],
    description: { title: string; attributes: Parameters<Hdf5Writer["group"]>[1] },
  ) {
    this.packer = new RowPacker(columns.map(compoundMember));
    this.writer = to.table(path, columns, { ...description, deflate: true });
  }

  append(file: Hdf5File): void {
    const own: string[] = [];
    for (const block of storedBlocks(file.table(this.path))) {
      const rows = rowsOf(block, this.columns);
      const members = this.columns.map(compoundMember);
      const given = members.map((member) => convertColumn(member, block[member.name]!, rows));
      const packed = Buffer.alloc(rows * this.packer.rowBytes);
      this.packer.pack(given, 0, rows, packed, 0);
      const fresh: number[] = [];
      for (let row = 0; row < rows; row++) {
        const key = packed.toString("latin1", row * this.packer.rowBytes, (row + 1) * this.packer.rowBytes);
        if (this.known.has(key)) continue;
        own.push(key);
        fresh.push(row);
      }
      this.writer.append(
        Object.fromEntries(
          this.columns.map(({ name, itemShape }, i) => [name, takeItems(given[i]!, fresh, itemLength(itemShape))]),
        ),
      );
    }
    for (const key of own) this.known.add(key);
  }
}

/** Columns of a statistics table that are added up. */
const counted = ["counts", "cumulative_counts"];

/** Adds up how many images or events passed each criterion of a selection. */
export class StatisticsRows {
  private sum: Record<string, NumericArray | string[]> | null = null;

  constructor(
    private readonly path: string,
    private readonly columns: readonly ColumnSchema[],
  ) {}

  /** @throws {InputError} when the file's criteria are others */
  append(file: Hdf5File): void {
    for (const block of storedBlocks(file.table(this.path))) {
      if (!this.sum) {
        this.sum = { ...block };
        continue;
      }
      for (const { name } of this.columns) {
        const [total, more] = [this.sum[name]!, block[name]!];
        if (counted.includes(name) && !Array.isArray(total) && !Array.isArray(more)) {
          for (let row = 0; row < total.length; row++) {
            total[row] = ((total[row] as number) + (more[row] as number)) as never;
          }
        } else if (String(total) !== String(more)) {
          throw new InputError(`${file.path}:${this.path} has other criteria than the files before: ${name}`, {
            place: `${file.path}:${this.path}`,
            remedy: "merge files that were made with one configuration",
          });
        }
      }
    }
  }

  write(to: Hdf5Writer, description: { title: string; attributes: Parameters<Hdf5Writer["group"]>[1] }): void {
    const writer = to.table(this.path, this.columns, description);
    if (this.sum) writer.append(this.sum);
  }
}
