import type { InterpolationGrid } from "./interpolation-grid.js";

/**
 * Pixel nearest to each point of a line of points; −1 where the nearest node is empty. The triangles between nodes are
 * acute, so the nearest node is one of the three around the point.
 * @param row line of points, along the rows of the camera
 * @param out one value for each point along the places
 */
export function nearestPixels(points: InterpolationGrid, row: number, out: Int32Array): void {
  const { grid, pixels, alongRows, alongPlaces } = points;
  const { rows, places, parity } = grid;
  const i = alongRows.ticks[row]!;
  const x = alongRows.positions[row]!;
  const below = (x - rows[i]!) ** 2;
  const above = (rows[i + 1]! - x) ** 2;
  const [lower, upper] = [i * places.length, (i + 1) * places.length];
  for (let point = 0; point < out.length; point++) {
    const j = alongPlaces.ticks[point]!;
    const y = alongPlaces.positions[point]!;
    // In each of the two rows, the nodes on both sides of the point; every other place is one.
    const onLower = (i + j) % 2 === parity ? j : j + 1;
    const onUpper = 2 * j + 1 - onLower;
    const lowerPlace = nearerPlace(places, onLower, onLower === j ? j + 2 : j - 1, y);
    const upperPlace = nearerPlace(places, onUpper, onUpper === j ? j + 2 : j - 1, y);
    const isLower = below + (places[lowerPlace]! - y) ** 2 <= above + (places[upperPlace]! - y) ** 2;
    out[point] = pixels[isLower ? lower + lowerPlace : upper + upperPlace]!;
  }
}

function nearerPlace(places: Float64Array, place: number, other: number, y: number): number {
  if (other < 0 || other >= places.length) return place;
  return Math.abs(places[other]! - y) < Math.abs(places[place]! - y) ? other : place;
}
