/** Value of a header card. */
export type CardValue = string | number | boolean;

/** A column of a binary table: one array of doubles a row. */
export interface FitsColumn {
  readonly name: string;
  /** Of the FITS standard: `TeV`, `deg`, `m2`, `s-1 MeV-1 sr-1`; empty for pure numbers. */
  readonly unit: string;
  /** Dimensions of the array, the slowest first, as in numpy. */
  readonly shape: readonly number[];
  /** One row, in C order. */
  readonly values: ArrayLike<number>;
}

/** A binary table extension with one row, the form of instrument responses. */
export interface FitsTable {
  readonly name: string;
  readonly columns: readonly FitsColumn[];
  readonly cards: Readonly<Record<string, CardValue>>;
}

const block = 2880;

/** One 80-character card in the fixed format of the standard; a text that is too long is cut. */
function card(keyword: string, value: CardValue): string {
  const text =
    typeof value === "string"
      ? `'${value.replaceAll("'", "''").slice(0, 66).padEnd(8)}'`
      : (typeof value === "boolean" ? (value ? "T" : "F") : fitsNumber(value)).padStart(20);
  return `${keyword.padEnd(8)}= ${text}`.padEnd(80);
}

function fitsNumber(value: number): string {
  const text = String(value).toUpperCase();
  return Number.isInteger(value) || /[.E]/.test(text) ? text : `${text}.0`;
}

/** Cards to whole blocks, ended by END. */
function header(cards: readonly (readonly [string, CardValue])[]): Buffer {
  const text = `${cards.map(([keyword, value]) => card(keyword, value)).join("")}${"END".padEnd(80)}`;
  return Buffer.from(text.padEnd(Math.ceil(text.length / block) * block), "latin1");
}

const length = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

function tableHeader({ name, columns, cards }: FitsTable): Buffer {
  const width = columns.reduce((sum, { shape }) => sum + 8 * length(shape), 0);
  const fields = columns.flatMap(({ name: column, unit, shape }, i): [string, CardValue][] => [
    [`TTYPE${i + 1}`, column],
    [`TFORM${i + 1}`, `${length(shape)}D`],
    ...(unit ? [[`TUNIT${i + 1}`, unit] as [string, CardValue]] : []),
    // FITS names the fastest dimension first
    ...(shape.length > 1 ? [[`TDIM${i + 1}`, `(${shape.toReversed().join(",")})`] as [string, CardValue]] : []),
  ]);
  return header([
    ["XTENSION", "BINTABLE"],
    ["BITPIX", 8],
    ["NAXIS", 2],
    ["NAXIS1", width],
    ["NAXIS2", 1],
    ["PCOUNT", 0],
    ["GCOUNT", 1],
    ["TFIELDS", columns.length],
    ...fields,
    ["EXTNAME", name],
    ...Object.entries(cards),
  ]);
}

function tableData({ columns }: FitsTable): Buffer {
  const size = columns.reduce((sum, { shape }) => sum + 8 * length(shape), 0);
  const data = Buffer.alloc(Math.ceil(size / block) * block);
  let at = 0;
  for (const { name, shape, values } of columns) {
    if (values.length !== length(shape)) {
      throw new RangeError(`column ${name} has ${values.length} values for the shape ${shape.join(" × ")}`);
    }
    for (let i = 0; i < values.length; i++, at += 8) data.writeDoubleBE(values[i]!, at);
  }
  return data;
}

/**
 * A FITS file (standard 4.0) of an empty primary array and binary tables with one row of arrays of doubles each. Column
 * and extension names and texts are ASCII.
 */
export function fitsFile(tables: readonly FitsTable[]): Buffer {
  const primary = header([
    ["SIMPLE", true],
    ["BITPIX", 8],
    ["NAXIS", 0],
    ["EXTEND", true],
  ]);
  return Buffer.concat([primary, ...tables.flatMap((table) => [tableHeader(table), tableData(table)])]);
}
