import { type CameraImage, directionTraces, finiteRange, hillasTraces, path, pixelTraces } from "./camera-traces.js";
import { type PixelOutlines, pixelOutlines } from "./pixel-outlines.js";
import type { PlotlyObject } from "./plotly-object.js";
import { lineColour } from "./theme.js";

type Point = readonly [number, number];

/** Smallest convex outline around all pixels: Andrew's monotone chain. */
function rim({ lonDeg, latDeg }: PixelOutlines): Point[] {
  const points = Array.from(lonDeg, (lon, i): Point => [lon, latDeg[i]!]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (list: readonly Point[]): Point[] => {
    const chain: Point[] = [];
    const turnsRight = ([x, y]: Point): boolean => {
      const [[ax, ay], [bx, by]] = chain.slice(-2) as [Point, Point];
      return (bx - ax) * (y - ay) - (by - ay) * (x - ax) <= 0;
    };
    for (const point of list) {
      while (chain.length >= 2 && turnsRight(point)) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  const around = [...half(points), ...half(points.toReversed())];
  return [...around, around[0]!];
}

/**
 * A small picture of a camera: its rim, the pixels with more than a share of the brightest one's charge, Hillas ellipse
 * and directions. It holds a tenth of the numbers of `cameraTraces`.
 */
export function cameraSketch(image: CameraImage, share: number = 0.04): { traces: PlotlyObject[]; reachDeg: number } {
  const outlines = pixelOutlines(image.geometry, image.focalLengthM);
  const { high } = finiteRange(image.values);
  const bright = Float64Array.from(image.values, (value) => (value > share * high ? value : Number.NaN));
  const border = rim(outlines);
  const reachDeg = border.reduce((reach, [lon, lat]) => Math.max(reach, Math.abs(lon), Math.abs(lat)), 0);
  const rounded = (value: number): number => Number(value.toFixed(3));
  return {
    reachDeg,
    traces: [
      {
        ...path,
        x: border.map(([lon]) => rounded(lon)),
        y: border.map(([, lat]) => rounded(lat)),
        line: { color: lineColour, width: 1 },
      },
      ...pixelTraces({ ...image, values: bright }, outlines, 0, high).filter(({ fillcolor }) => fillcolor !== noFill),
      ...(image.hillas ? hillasTraces(image.hillas, reachDeg / 2) : []),
      ...directionTraces(image),
    ],
  };
}

/** How `pixelTraces` fills pixels without a value. */
const noFill = "rgba(0,0,0,0)";
