import { type CameraGeometry, medianPixelWidthM } from "./geometry.js";

/** A turn of the camera onto itself, in the frame of its pixels. */
export interface CameraTurn {
  /** Counterclockwise, after the mirroring. */
  readonly rotationDeg: number;
  /** Mirrored at the row of pixels through the centre. */
  readonly mirrored: boolean;
  /** Pixel of the original image that each pixel of the turned one shows, `[n_pixels]`; −1 = none, it stays dark. */
  readonly source: Int32Array;
  /** A place (x, y) in metres moves to `matrix · (x, y) + shiftM`; row by row. */
  readonly matrix: readonly [number, number, number, number];
  readonly shiftM: readonly [number, number];
}

/** A turned pixel is one that lies closer to it than this share of its width. */
const nearness = 0.3;

/** Turns that would lose a larger share of the pixels at the edge of the camera are left out. */
const largestLoss = 0.1;

/** Finds the pixel at a place, or −1. */
function pixelFinder({ pixelX, pixelY }: CameraGeometry, radiusM: number): (x: number, y: number) => number {
  const cells = new Map<number, number[]>();
  const cell = (value: number): number => Math.floor(value / (4 * radiusM));
  const keyOf = (column: number, row: number): number => column * 65_536 + row;
  for (let i = 0; i < pixelX.length; i++) {
    const key = keyOf(cell(pixelX[i]!), cell(pixelY[i]!));
    const list = cells.get(key);
    if (list) list.push(i);
    else cells.set(key, [i]);
  }
  return (x, y) => {
    for (let column = cell(x - radiusM); column <= cell(x + radiusM); column++) {
      for (let row = cell(y - radiusM); row <= cell(y + radiusM); row++) {
        for (const i of cells.get(keyOf(column, row)) ?? []) {
          if (Math.hypot(pixelX[i]! - x, pixelY[i]! - y) < radiusM) return i;
        }
      }
    }
    return -1;
  };
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Direction from the pixel nearest to the centre to its nearest neighbour: a row of the grid; and that pixel's place. */
function gridAt({ pixelX, pixelY }: CameraGeometry, x: number, y: number): { angle: number; x: number; y: number } {
  const nearest = (px: number, py: number, except: number): number => {
    let [best, least] = [-1, Number.POSITIVE_INFINITY];
    for (let i = 0; i < pixelX.length; i++) {
      const distance = Math.hypot(pixelX[i]! - px, pixelY[i]! - py);
      if (i !== except && distance < least) [best, least] = [i, distance];
    }
    return best;
  };
  const first = nearest(x, y, -1);
  const [cx, cy] = [pixelX[first]!, pixelY[first]!];
  const next = nearest(cx, cy, first);
  return { angle: Math.atan2(pixelY[next]! - cy, pixelX[next]! - cx), x: cx, y: cy };
}

/**
 * The turns that carry a camera's pixels onto its pixels: rotations by 60° and their mirror images for hexagons, by 90°
 * for squares; the identity is the first. A turn is about the middle of the camera or, where its grid does not turn about
 * that, about the nearest pixel, and may then lose a few pixels at the edge. A camera without such turns has the identity.
 */
export function cameraTurns(geometry: CameraGeometry): CameraTurn[] {
  const { pixelX, pixelY } = geometry;
  const width = medianPixelWidthM(geometry);
  const find = pixelFinder(geometry, nearness * width);
  const middle = { x: mean(pixelX), y: mean(pixelY) };
  const grid = gridAt(geometry, middle.x, middle.y);
  const steps = geometry.pixelType === "square" ? 4 : 6;
  const turns: CameraTurn[] = [];
  for (const mirrored of [false, true]) {
    for (let step = 0; step < steps; step++) {
      const rotation = (step * 2 * Math.PI) / steps;
      // Mirroring at a line at the angle α, then turning by ρ, is mirroring at α + ρ/2.
      const angle = mirrored ? 2 * grid.angle + rotation : rotation;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const matrix = mirrored ? ([cos, sin, sin, -cos] as const) : ([cos, -sin, sin, cos] as const);
      const about = (centre: { x: number; y: number }): CameraTurn & { readonly lost: number } => {
        const shiftM = [
          centre.x - matrix[0] * centre.x - matrix[1] * centre.y,
          centre.y - matrix[2] * centre.x - matrix[3] * centre.y,
        ] as const;
        let lost = 0;
        // The inverse of a turn or a mirroring is its transpose.
        const source = Int32Array.from(pixelX, (px, i) => {
          const [dx, dy] = [px - shiftM[0], pixelY[i]! - shiftM[1]];
          const found = find(matrix[0] * dx + matrix[2] * dy, matrix[1] * dx + matrix[3] * dy);
          if (found < 0) lost++;
          return found;
        });
        return { rotationDeg: (step * 360) / steps, mirrored, source, matrix, shiftM, lost };
      };
      const { lost, ...turn } = [about(middle), about(grid)].reduce((a, b) => (b.lost < a.lost ? b : a));
      if (lost <= largestLoss * pixelX.length) turns.push(turn);
    }
  }
  return turns;
}
