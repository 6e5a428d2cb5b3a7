/**
 * Places of a hexagon's seven pixels in a 3 × 3 window of AxialMapper's images, row by row: the pixel and its six
 * neighbours. The other two corners touch nothing.
 */
export const hexagonPlaces: readonly number[] = [0, 1, 3, 4, 5, 7, 8];
/** Side of that window. */
export const hexagonSide = 3;

/** `[9, 7]`, row by row: 1 where the window's place is that one of the hexagon. */
export const windowOfHexagon: readonly number[] = Array.from({ length: hexagonSide * hexagonSide }, (_, place) =>
  hexagonPlaces.map((own) => (own === place ? 1 : 0)),
).flat();

/** Cells after one halving: those whose hexagon holds a pixel. TensorFlow centres them on odd cells of an even length. */
function halved(cells: readonly string[]): string[] {
  const [height, width] = [cells.length, cells[0]!.length];
  const centre = (i: number, length: number): number => 2 * i + (length % 2 === 0 ? 1 : 0);
  return Array.from({ length: Math.ceil(height / 2) }, (_, i) =>
    Array.from({ length: Math.ceil(width / 2) }, (_, j) => {
      const holds = hexagonPlaces.some((place) => {
        const row = centre(i, height) + Math.floor(place / hexagonSide) - 1;
        return cells[row]?.[centre(j, width) + (place % hexagonSide) - 1] === "1";
      });
      return holds ? "1" : "0";
    }).join(""),
  );
}

/**
 * Pixels of an image of another size, `[height × width]` of 1 and 0; null when that is not the cells' size after halvings.
 */
export function cellsAt(cells: readonly string[], height: number, width: number): number[] | null {
  let fitting = cells;
  while (fitting.length > height && fitting.length > 1) fitting = halved(fitting);
  if (fitting.length !== height || fitting.some((row) => row.length !== width)) return null;
  return fitting.flatMap((row) => Array.from(row, Number));
}
