import { writeFileAtomically } from "../../files/write-atomically.js";
import { type CardValue, type FitsColumn, type FitsTable, fitsFile } from "../../fits/fits-file.js";
import type { InstrumentResponse } from "./instrument-response.js";

/** Lower and upper edges of an axis as GADF stores them. */
function axisColumns(name: string, unit: string, edges: readonly number[]): FitsColumn[] {
  const bins = edges.length - 1;
  return [
    { name: `${name}_LO`, unit, shape: [bins], values: edges.slice(0, -1) },
    { name: `${name}_HI`, unit, shape: [bins], values: edges.slice(1) },
  ];
}

/** Values with their first axis made the last and so on: GADF stores them the other way round than we do. */
function transposed(values: Float64Array, shape: readonly number[]): Float64Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const reversed = shape.toReversed();
  return values.map((_, to) => {
    let rest = to;
    let from = 0;
    for (let axis = reversed.length - 1; axis >= 0; axis--) {
      from += (rest % reversed[axis]!) * strides[shape.length - 1 - axis]!;
      rest = Math.floor(rest / reversed[axis]!);
    }
    return values[from]!;
  });
}

/** What a table of a response holds. */
interface Content {
  readonly name: string;
  readonly axes: readonly (readonly [string, string, readonly number[]])[];
  readonly value: string;
  readonly unit: string;
  /** In the order of `axes`, the first the slowest. */
  readonly values: Float64Array;
  readonly classes: readonly [string, string, string];
}

function responseTable({ name, axes, value, unit, values, classes }: Content, common: FitsTable["cards"]): FitsTable {
  const shape = axes.map(([, , edges]) => edges.length - 1);
  const columns = axes.flatMap(([axis, axisUnit, edges]) => axisColumns(axis, axisUnit, edges));
  const stored = { name: value, unit, shape: shape.toReversed(), values: transposed(values, shape) };
  const [second, third, fourth] = classes;
  const reference = axes.map(([axis]) => `${axis}_LO:${axis}_HI`).join(",");
  return {
    name,
    columns: [...columns, stored],
    cards: {
      HDUCLASS: "GADF",
      HDUDOC: "https://github.com/open-gamma-ray-astro/gamma-astro-data-formats",
      HDUVERS: "0.3",
      HDUCLAS1: "RESPONSE",
      HDUCLAS2: second,
      HDUCLAS3: third,
      HDUCLAS4: fourth,
      [`CREF${columns.length + 1}`]: `(${reference})`,
      ...common,
    },
  };
}

const perMeV = 1e-6;

/** The tables of a response in the GADF format 0.3, for gammapy and ctools. */
export function gadfTables(response: InstrumentResponse, cards: Readonly<Record<string, CardValue>> = {}): FitsTable[] {
  const { axes } = response;
  const energy = ["ENERG", "TeV", axes.trueEdgesTeV] as const;
  const reco = ["ENERG", "TeV", axes.recoEdgesTeV] as const;
  const offset = ["THETA", "deg", axes.offsetEdgesDeg] as const;
  const enclosure = response.pointLike ? "POINT-LIKE" : "FULL-ENCLOSURE";
  const common = { CREATOR: "cherenkit", DATE: new Date().toISOString().slice(0, 19), ...cards };
  const tables: Content[] = [
    {
      name: "EFFECTIVE AREA",
      axes: [energy, offset],
      value: "EFFAREA",
      unit: "m2",
      values: response.effectiveAreaM2.map((area) => (Number.isFinite(area) ? area : 0)),
      classes: ["EFF_AREA", enclosure, "AEFF_2D"],
    },
    {
      name: "ENERGY DISPERSION",
      axes: [energy, ["MIGRA", "", axes.migrationEdges], offset],
      value: "MATRIX",
      unit: "",
      values: response.energyDispersion,
      classes: ["EDISP", enclosure, "EDISP_2D"],
    },
    {
      name: "PSF",
      axes: [energy, offset, ["RAD", "deg", axes.radiusEdgesDeg]],
      value: "RPSF",
      unit: "sr-1",
      values: response.pointSpread,
      classes: ["PSF", "FULL-ENCLOSURE", "PSF_TABLE"],
    },
    {
      name: "BACKGROUND",
      axes: [reco, offset],
      value: "BKG",
      unit: "s-1 MeV-1 sr-1",
      values: response.backgroundRate.map((rate) => rate * perMeV),
      classes: ["BKG", "FULL-ENCLOSURE", "BKG_2D"],
    },
  ];
  if (response.pointLike) {
    const offsets = axes.offsetEdgesDeg.length - 1;
    tables.push({
      name: "RAD_MAX",
      axes: [["ENERG", "TeV", response.thetaCut.edges], offset],
      value: "RAD_MAX",
      unit: "deg",
      values: Float64Array.from(response.thetaCut.cuts.flatMap((cut) => new Array<number>(offsets).fill(cut))),
      classes: ["RAD_MAX", "POINT-LIKE", "RAD_MAX_2D"],
    });
  }
  return tables.map((table) => responseTable(table, common));
}

/**
 * Writes a response as a GADF file.
 * @param cards further header cards of every table: `TELESCOP`, `INSTRUME`, …
 * @throws {OutputError} when the file cannot be written
 */
export async function writeGadf(
  path: string,
  response: InstrumentResponse,
  cards: Readonly<Record<string, CardValue>> = {},
): Promise<void> {
  await writeFileAtomically(path, fitsFile(gadfTables(response, cards)));
}
