import { density, heightOfThickness, meanRefractivity, thickness, transmission } from "./atmosphere.js";
import { radiationLengthGCm2 } from "./cherenkov-light.js";

/** The air along the axis of one shower, at depths a quarter of a radiation length apart. */
export interface AirColumn {
  readonly cosZenith: number;
  /** Height of the ground over the sea, m. */
  readonly siteHeightM: number;
  /** Slant depth between two nodes, g/cm²; node i lies at (i + 1) steps. */
  readonly stepGCm2: number;
  /** Nodes above the ground. */
  readonly nodes: number;
  /** Height over the sea, m. */
  readonly heightM: Float64Array;
  /** Metres of the axis per step. */
  readonly stepM: Float64Array;
  /** Share of the light that reaches the ground from here. */
  readonly transmission: Float64Array;
  /** Mean of n − 1 from here to the ground. */
  readonly refractivity: Float64Array;
}

/** @param cosZenith of the shower's axis @param siteHeightM height of the ground over the sea */
export function airColumn(cosZenith: number, siteHeightM: number): AirColumn {
  const stepGCm2 = radiationLengthGCm2 / 4;
  const nodes = Math.floor(thickness(siteHeightM) / cosZenith / stepGCm2) - 1;
  const column: AirColumn = {
    cosZenith,
    siteHeightM,
    stepGCm2,
    nodes,
    heightM: new Float64Array(nodes),
    stepM: new Float64Array(nodes),
    transmission: new Float64Array(nodes),
    refractivity: new Float64Array(nodes),
  };
  for (let i = 0; i < nodes; i++) {
    const heightM = heightOfThickness((i + 1) * stepGCm2 * cosZenith);
    column.heightM[i] = heightM;
    column.stepM[i] = stepGCm2 / density(heightM) / 100;
    column.transmission[i] = transmission(heightM, siteHeightM, cosZenith);
    column.refractivity[i] = meanRefractivity(heightM, siteHeightM);
  }
  return column;
}

/** Columns are this many per unit of the zenith's cosine: much closer than the light could tell. */
const columnsPerCosine = 2000;

/** Columns of one site, each made when it is first needed. */
export class AirColumns {
  private readonly siteHeightM: number;
  private readonly columns = new Map<number, AirColumn>();

  constructor(siteHeightM: number) {
    this.siteHeightM = siteHeightM;
  }

  /** The column nearest to this cosine. */
  at(cosZenith: number): AirColumn {
    const index = Math.max(1, Math.round(cosZenith * columnsPerCosine));
    let column = this.columns.get(index);
    if (!column) {
      column = airColumn(index / columnsPerCosine, this.siteHeightM);
      this.columns.set(index, column);
    }
    return column;
  }
}
