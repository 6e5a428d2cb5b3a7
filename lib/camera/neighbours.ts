import { type CameraGeometry, pixelWidthM } from "./geometry.js";

/** Neighbours of pixel i: `indices[offsets[i]] … indices[offsets[i + 1] − 1]`. */
export interface Neighbours {
  readonly offsets: Uint32Array;
  readonly indices: Uint32Array;
}

/** Pixels whose centres lie closer than this many pixel widths touch; 1.4 leaves out the diagonals of squares. */
const reach = 1.4;

/** Pixels that share an edge, found by distance as ctapipe does; a grid of cells keeps it linear in the pixels. */
export function neighbours(geometry: CameraGeometry): Neighbours {
  const { pixelX, pixelY } = geometry;
  const widths = Float64Array.from(pixelWidthM(geometry)).sort();
  const radius = reach * widths[widths.length >> 1]!;
  const cells = new Map<string, number[]>();
  const cell = (value: number): number => Math.floor(value / radius);
  for (let i = 0; i < pixelX.length; i++) {
    const key = `${cell(pixelX[i]!)},${cell(pixelY[i]!)}`;
    const list = cells.get(key);
    if (list) list.push(i);
    else cells.set(key, [i]);
  }
  const offsets = new Uint32Array(pixelX.length + 1);
  const indices: number[] = [];
  for (let i = 0; i < pixelX.length; i++) {
    const found: number[] = [];
    for (let dx = -1; dx <= 1; dx++) {
      for (let dy = -1; dy <= 1; dy++) {
        for (const j of cells.get(`${cell(pixelX[i]!) + dx},${cell(pixelY[i]!) + dy}`) ?? []) {
          if (j !== i && Math.hypot(pixelX[i]! - pixelX[j]!, pixelY[i]! - pixelY[j]!) < radius) found.push(j);
        }
      }
    }
    indices.push(...found.sort((a, b) => a - b));
    offsets[i + 1] = indices.length;
  }
  return { offsets, indices: Uint32Array.from(indices) };
}

/** Pixels of the outermost `rings` rings: those with fewer neighbours than the most, then their neighbours. */
export function borderPixels(list: Neighbours, rings: number): Uint8Array {
  const count = list.offsets.length - 1;
  let most = 0;
  for (let i = 0; i < count; i++) most = Math.max(most, list.offsets[i + 1]! - list.offsets[i]!);
  let border = new Uint8Array(count);
  for (let i = 0; i < count; i++) border[i] = list.offsets[i + 1]! - list.offsets[i]! < most ? 1 : 0;
  for (let ring = 1; ring < rings; ring++) {
    const wider = Uint8Array.from(border);
    for (let i = 0; i < count; i++) {
      for (let k = list.offsets[i]!; k < list.offsets[i + 1]!; k++) if (border[list.indices[k]!]) wider[i] = 1;
    }
    border = wider;
  }
  return border;
}
