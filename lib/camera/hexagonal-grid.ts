import { ConfigError } from "../errors.js";
import { type CameraGeometry, medianPixelWidthM, rotateBack } from "./geometry.js";
import { clusterPositions, type PositionClusters } from "./position-clusters.js";

/**
 * A hexagonal camera turned by PIX_ROT so that its pixels stand in rows. A node is a place where a pixel may be: row i and
 * place j, where i + j is even or odd throughout; places are half a pixel apart.
 */
export interface HexagonalGrid {
  /** True when rows follow each other along x; the usual cameras have rows along y. */
  readonly rowsAlongX: boolean;
  /** Position of each row, ascending, m. */
  readonly rows: Float64Array;
  /** Position of each place within a row, ascending, m. */
  readonly places: Float64Array;
  /** Nodes are where (row + place) % 2 is this. */
  readonly parity: number;
  /** Row of each pixel. */
  readonly rowOf: Int32Array;
  /** Place of each pixel. */
  readonly placeOf: Int32Array;
}

/** Finer rows keep their own positions; rounding these to millimetres would bend the grid. */
const coarseStepM = 0.01;

/** Rounded as numpy does, half to even, so that ticks on half millimetres are those of dl1-data-handler. */
function toMillimetres(value: number): number {
  const scaled = value * 1000;
  const low = Math.floor(scaled);
  const up = scaled - low > 0.5 || (scaled - low === 0.5 && low % 2 !== 0);
  return (up ? low + 1 : low) / 1000;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** Ticks at one distance from each other, and the tick of each pixel; missing ticks are filled in. Null = not regular. */
function regularTicks({ mean, highest, of }: PositionClusters): { ticks: Float64Array; of: Int32Array } | null {
  if (mean.length < 2) return null;
  const gaps = Array.from({ length: mean.length - 1 }, (_, i) => mean[i + 1]! - mean[i]!);
  const step = median(gaps);
  // Coarse cameras get the positions of dl1-data-handler: millimetres, the upper one where a row straddles two.
  const coarse = step >= coarseStepM;
  const position = (cluster: number): number => (coarse ? toMillimetres(highest[cluster]!) : mean[cluster]!);
  const ticks = [position(0)];
  const tickOfCluster = [0];
  for (const [i, gap] of gaps.entries()) {
    const steps = Math.round(gap / step);
    if (steps < 1 || steps > mean.length || Math.abs(gap / steps - step) > 0.05 * step) return null;
    for (let k = 1; k <= steps; k++) ticks.push(position(i) + ((position(i + 1) - position(i)) * k) / steps);
    tickOfCluster.push(ticks.length - 1);
  }
  return { ticks: Float64Array.from(ticks), of: of.map((cluster) => tickOfCluster[cluster]!) };
}

function irregular(geometry: CameraGeometry, why: string): ConfigError {
  return new ConfigError(`the pixels of ${geometry.name} do not stand on a regular hexagonal grid: ${why}`, {
    place: `camera ${geometry.name}`,
    remedy: "check pixel positions and pixel rotation (PIX_ROT) in the camera description of the file",
  });
}

/**
 * The grid of a hexagonal camera. Pixels belong to one row when they lie closer together than an eighth of their width,
 * whatever the camera is called: dl1-data-handler rounds positions to millimetres and mends this for some names only,
 * which tears the rows of the true SST-1M camera (24.3 mm) apart.
 * @throws {ConfigError} for square pixels, and when the pixels do not stand on a regular grid
 */
export function hexagonalGrid(geometry: CameraGeometry): HexagonalGrid {
  if (geometry.pixelType === "square") {
    throw new ConfigError(`${geometry.name} has square pixels, this mapper needs hexagons`, {
      place: "image_mapper_type",
      remedy: "use SquareMapper",
    });
  }
  const widthM = medianPixelWidthM(geometry);
  const turned = rotateBack(geometry.pixelX, geometry.pixelY, geometry.pixelRotationDeg);
  const [x, y] = [clusterPositions(turned.x, widthM / 8), clusterPositions(turned.y, widthM / 8)];
  if (Math.max(x.spreadM, y.spreadM) > widthM / 4) {
    throw irregular(geometry, `turned by PIX_ROT ${geometry.pixelRotationDeg}° they form no rows`);
  }
  const rowsAlongX = x.mean.length < y.mean.length;
  const rows = regularTicks(rowsAlongX ? x : y);
  const places = regularTicks(rowsAlongX ? y : x);
  if (!rows || !places) throw irregular(geometry, "the distance between its rows or columns changes");
  const parity = (rows.of[0]! + places.of[0]!) % 2;
  const taken = new Set<number>();
  for (let pixel = 0; pixel < rows.of.length; pixel++) {
    const [row, place] = [rows.of[pixel]!, places.of[pixel]!];
    if ((row + place) % 2 !== parity) throw irregular(geometry, `pixel ${pixel} stands between the others`);
    if (taken.has(row * places.ticks.length + place)) throw irregular(geometry, `pixel ${pixel} stands on another`);
    taken.add(row * places.ticks.length + place);
  }
  return { rowsAlongX, rows: rows.ticks, places: places.ticks, parity, rowOf: rows.of, placeOf: places.of };
}

/** Half the default side of an image: as many cells as rows, and wide enough for half of the places. */
export function rowsOfSquare(grid: HexagonalGrid): number {
  return Math.max(grid.rows.length, Math.ceil((grid.places.length + 1) / 2));
}

function extend(ticks: Float64Array, before: number, after: number): Float64Array {
  const exact = ticks[1]! - ticks[0]!;
  const coarse = exact >= coarseStepM - 1e-9;
  const round = coarse ? toMillimetres : (value: number): number => value;
  const step = round(exact);
  const low = Array.from({ length: before }, (_, i) => round(ticks[0]! - (before - i) * step));
  const high = Array.from({ length: after }, (_, i) => round(ticks.at(-1)! + (i + 1) * step));
  return Float64Array.from([...low, ...ticks, ...high]);
}

/** Places that are added at the low end to make the camera a square of rows; an odd one more than at the high end. */
export function placesBefore(grid: HexagonalGrid): number {
  return Math.ceil((2 * rowsOfSquare(grid) - grid.places.length) / 2);
}

/** The grid with empty nodes around it: `padding` rows more on each side, and twice as many places, up to a square. */
export function paddedGrid(grid: HexagonalGrid, padding: number): HexagonalGrid {
  const before = placesBefore(grid) + 2 * padding;
  const after = 2 * (rowsOfSquare(grid) + 2 * padding) - grid.places.length - before;
  return {
    rowsAlongX: grid.rowsAlongX,
    rows: extend(grid.rows, padding, padding),
    places: extend(grid.places, before, after),
    parity: (grid.parity + padding + before) % 2,
    rowOf: grid.rowOf.map((row) => row + padding),
    placeOf: grid.placeOf.map((place) => place + before),
  };
}

/** Pixel at each node, `[rows, places]`; −1 where there is none. */
export function pixelsAtNodes(grid: HexagonalGrid): Int32Array {
  const pixels = new Int32Array(grid.rows.length * grid.places.length).fill(-1);
  for (let pixel = 0; pixel < grid.rowOf.length; pixel++) {
    pixels[grid.rowOf[pixel]! * grid.places.length + grid.placeOf[pixel]!] = pixel;
  }
  return pixels;
}
