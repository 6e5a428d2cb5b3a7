/** What one image of an event says of the direction: on its long axis, so far from its centroid, rather on one side. */
export interface AxisImage {
  /** Centroid, degrees. */
  readonly x: number;
  readonly y: number;
  /** The axis, of length 1. */
  readonly cos: number;
  readonly sin: number;
  /** Distance from the centroid along the axis, degrees; its sign says on which side. */
  readonly distance: number;
  /** Errors to expect along the axis and across it, degrees. */
  readonly along: number;
  readonly across: number;
  /** How probable the other side is. */
  readonly wrongSide: number;
}

/** Where the images of an event say together that it came from, degrees. */
export interface AxisDirection {
  readonly x: number;
  readonly y: number;
  /** Square root of the sum of the variances along both axes. */
  readonly spread: number;
}

const mostRounds = 20;

type Sides = readonly (1 | -1)[];

/** The point that fits best to given sides: least squares with an error ellipse for each image. */
function bestPoint(images: readonly AxisImage[], sides: Sides): AxisDirection {
  let [xx, xy, yy, px, py] = [0, 0, 0, 0, 0];
  for (const [i, { x, y, cos, sin, distance, along, across }] of images.entries()) {
    const [a, t] = [along ** -2, across ** -2];
    const [pxx, pxy, pyy] = [a * cos * cos + t * sin * sin, (a - t) * cos * sin, a * sin * sin + t * cos * cos];
    const [ex, ey] = [x + sides[i]! * distance * cos, y + sides[i]! * distance * sin];
    xx += pxx;
    xy += pxy;
    yy += pyy;
    px += pxx * ex + pxy * ey;
    py += pxy * ex + pyy * ey;
  }
  const determinant = xx * yy - xy * xy;
  return {
    x: (yy * px - xy * py) / determinant,
    y: (xx * py - xy * px) / determinant,
    spread: Math.sqrt((xx + yy) / determinant),
  };
}

/** −2 ln of how probable a point is for an image, but for a constant, if the source is on the side that is told or the other. */
function misfit({ x, y, cos, sin, distance, along, across, wrongSide }: AxisImage, at: AxisDirection, side: 1 | -1) {
  const [dx, dy] = [at.x - x, at.y - y];
  const a = (dx * cos + dy * sin - side * distance) / along;
  const t = (dy * cos - dx * sin) / across;
  return a * a + t * t - 2 * Math.log(side === 1 ? 1 - wrongSide : wrongSide);
}

/**
 * The most probable direction of an event whose images each leave open on which side of their centroid the source lies.
 * Begins with each pair of images and each choice of their sides, and gives all images the side that fits better until none
 * changes: of two images all choices are tried. Sides chosen such that images agree are what MAGIC and ctapipe's
 * StereoDispCombiner do; error ellipses are those of Hofmann et al. 1999 (Astropart. Phys. 12, 135), algorithm 3.
 * @param images two at least
 */
export function axisDirection(images: readonly AxisImage[]): AxisDirection {
  let best: AxisDirection | null = null;
  let least = Number.POSITIVE_INFINITY;
  const sideOf = (at: AxisDirection) => (image: AxisImage) =>
    misfit(image, at, 1) <= misfit(image, at, -1) ? 1 : (-1 as const);
  const descend = (start: AxisDirection): void => {
    let at = start;
    let sides: Sides = [];
    for (let round = 0; round < mostRounds; round++) {
      const next = images.map(sideOf(at));
      if (sides.length > 0 && next.every((side, i) => side === sides[i])) break;
      sides = next;
      at = bestPoint(images, sides);
    }
    const total = images.reduce((sum, image, i) => sum + misfit(image, at, sides[i]!), 0);
    if (total < least) [least, best] = [total, at];
  };
  for (const [i, one] of images.entries()) {
    for (const other of images.slice(i + 1)) {
      for (const sides of [
        [1, 1],
        [1, -1],
        [-1, 1],
        [-1, -1],
      ] as const)
        descend(bestPoint([one, other], sides));
    }
  }
  return best!;
}
