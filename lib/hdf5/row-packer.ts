import type { NumericArray } from "./column.js";
import { type CompoundMember, memberBytes } from "./format/datatype.js";

export type ColumnInput = NumericArray | readonly number[] | readonly string[];

/** Puts columns side by side into packed rows. */
export class RowPacker {
  readonly rowBytes: number;

  constructor(private readonly members: readonly CompoundMember[]) {
    this.rowBytes = members.reduce((sum, member) => sum + memberBytes(member), 0);
  }

  /** Packs `rows` rows from row `from` of the columns, one a member, to `out` from its row `to` on. */
  pack(columns: readonly ColumnInput[], from: number, rows: number, out: Buffer, to: number): void {
    let offset = 0;
    for (const [i, member] of this.members.entries()) {
      this.packColumn(member, columns[i]!, from, rows, out, to * this.rowBytes + offset);
      offset += memberBytes(member);
    }
  }

  private packColumn(
    member: CompoundMember,
    column: ColumnInput,
    from: number,
    rows: number,
    out: Buffer,
    start: number,
  ): void {
    const bytes = memberBytes(member);
    if (typeof member.type === "object") {
      for (let row = 0; row < rows; row++) {
        const at = start + row * this.rowBytes;
        out.fill(0, at, at + bytes);
        out.write(String(column[from + row]), at, bytes, "utf8");
      }
      return;
    }
    const view = column as NumericArray;
    const source = new Uint8Array(view.buffer, view.byteOffset + from * bytes, rows * bytes);
    for (let row = 0; row < rows; row++) {
      const at = start + row * this.rowBytes;
      if (bytes > 8) out.set(source.subarray(row * bytes, (row + 1) * bytes), at);
      else for (let i = 0; i < bytes; i++) out[at + i] = source[row * bytes + i]!;
    }
  }
}
