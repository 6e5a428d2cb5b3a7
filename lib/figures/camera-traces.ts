import type { CameraGeometry } from "../camera/geometry.js";
import type { HillasParameters } from "../camera/hillas-parameters.js";
import type { SkyOffset } from "../coordinates/sky-offset.js";
import { colourLevels, viridis } from "./colour-levels.js";
import { type PixelOutlines, pixelOutlines } from "./pixel-outlines.js";
import type { PlotlyObject } from "./plotly-object.js";
import { colourBar, lineColour } from "./theme.js";

/** What one telescope saw of an event, and what is known about it. */
export interface CameraImage {
  readonly geometry: CameraGeometry;
  /** Focal length the geometry is seen through; the effective one where the optics have one. */
  readonly focalLengthM: number;
  /** One value a pixel, `[n_pixels]`; NaN pixels stay empty. */
  readonly values: ArrayLike<number>;
  /** What the values are; charge in p.e. by default. */
  readonly quantity?: string;
  readonly unit?: string;
  /** 1 where the cleaning kept the pixel, `[n_pixels]`: these get an outline. */
  readonly mask?: ArrayLike<number>;
  readonly hillas?: HillasParameters | null;
  /** Directions as offsets from the telescope's pointing. */
  readonly trueDirection?: SkyOffset;
  readonly predictedDirection?: SkyOffset;
}

/** What the values are, with their unit. */
export function valueLabel({ quantity = "Charge", unit = "p.e." }: CameraImage): string {
  return unit === "" ? quantity : `${quantity} [${unit}]`;
}

const levels = 48;

/** Smallest and largest finite value; 0 and 1 when there is none. */
export function finiteRange(values: ArrayLike<number>): { low: number; high: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? { low, high } : { low: 0, high: 1 };
}

/** The outlines of some pixels as one path of loops; a filled path closes them by itself. */
function loops(
  outlines: PixelOutlines,
  pixels: readonly number[],
  closed: boolean,
): { x: (number | null)[]; y: (number | null)[] } {
  const x: (number | null)[] = [];
  const y: (number | null)[] = [];
  for (const pixel of pixels) {
    for (let k = 0; k < outlines.corners + (closed ? 1 : 0); k++) {
      const at = pixel * outlines.corners + (k % outlines.corners);
      x.push(Number(outlines.lonDeg[at]!.toFixed(4)));
      y.push(Number(outlines.latDeg[at]!.toFixed(4)));
    }
    x.push(null);
    y.push(null);
  }
  return { x, y };
}

/** A line that neither the legend nor the hover names. */
export const path: PlotlyObject = { type: "scatter", mode: "lines", hoverinfo: "skip", showlegend: false };

/** Pixels as filled outlines: all pixels of one of the 48 colours make one path, so that a camera stays cheap to draw. */
export function pixelTraces(image: CameraImage, outlines: PixelOutlines, low: number, high: number): PlotlyObject[] {
  const level = colourLevels(image.values, low, high, levels);
  const groups = Array.from({ length: levels + 1 }, (): number[] => []);
  for (let pixel = 0; pixel < level.length; pixel++) groups[level[pixel]! + 1]!.push(pixel);
  return groups.flatMap((pixels, i): PlotlyObject[] => {
    if (pixels.length === 0) return [];
    const fill = i === 0 ? "rgba(0,0,0,0)" : viridis((i - 0.5) / levels);
    const line = { color: i === 0 ? lineColour : fill, width: 0.5, simplify: false };
    return [{ ...path, ...loops(outlines, pixels, false), fill: "toself", fillcolor: fill, line }];
  });
}

/** Invisible centres that carry the hover text. */
function centreTrace(image: CameraImage, outlines: PixelOutlines): PlotlyObject {
  const { unit = "p.e." } = image;
  return {
    type: "scatter",
    mode: "markers",
    x: outlines.centreLonDeg,
    y: outlines.centreLatDeg,
    marker: { opacity: 0, size: 6 },
    text: Array.from(image.values, (value) => (Number.isFinite(value) ? value.toFixed(2) : "–")),
    customdata: Array.from({ length: image.values.length }, (_, pixel) => pixel),
    hovertemplate: `pixel %{customdata}: %{text} ${unit}<extra></extra>`,
    showlegend: false,
  };
}

/** No points, only the colour bar of the pixels. */
function barTrace(image: CameraImage, low: number, high: number, bar: PlotlyObject): PlotlyObject {
  return {
    ...path,
    mode: "markers",
    x: [null],
    y: [null],
    marker: {
      color: [low],
      cmin: low,
      cmax: high,
      colorscale: Array.from({ length: 11 }, (_, k) => [k / 10, viridis(k / 10)]),
      showscale: true,
      colorbar: { ...colourBar(valueLabel(image)), ...bar },
    },
  };
}

/** Ellipse of one standard deviation along each axis, as ctapipe overlays it, and the long axis. */
export function hillasTraces(hillas: HillasParameters, reach: number): PlotlyObject[] {
  const psi = (hillas.psiDeg * Math.PI) / 180;
  if (!Number.isFinite(psi)) return [];
  const place = (along: number, across: number): [number, number] => [
    hillas.fovLonDeg + along * Math.cos(psi) - across * Math.sin(psi),
    hillas.fovLatDeg + along * Math.sin(psi) + across * Math.cos(psi),
  ];
  const ring = Array.from({ length: 61 }, (_, i) => {
    const angle = (i * Math.PI) / 30;
    return place(hillas.lengthDeg * Math.cos(angle), hillas.widthDeg * Math.sin(angle));
  });
  const ends = [place(-reach, 0), place(reach, 0)];
  const line = { color: "#ff5c5c", width: 2 };
  const xy = (points: readonly [number, number][]) => ({ x: points.map(([x]) => x), y: points.map(([, y]) => y) });
  return [
    { ...path, ...xy(ring), line, name: "Hillas ellipse", showlegend: true, legendgroup: "hillas" },
    { ...path, ...xy(ends), line: { ...line, width: 1, dash: "dot" }, legendgroup: "hillas" },
  ];
}

function directionTrace(name: string, { fovLonDeg, fovLatDeg }: SkyOffset, symbol: string, colour: string) {
  return {
    type: "scatter",
    mode: "markers",
    name,
    x: [fovLonDeg],
    y: [fovLatDeg],
    marker: { symbol, size: 13, color: colour, line: { width: symbol.endsWith("thin") ? 3 : 1.5, color: colour } },
    hovertemplate: `${name}<br>longitude %{x:.3f} deg<br>latitude %{y:.3f} deg<extra></extra>`,
  };
}

/** The true and the predicted direction, where they are known. */
export function directionTraces({ trueDirection, predictedDirection }: CameraImage): PlotlyObject[] {
  return [
    ...(trueDirection ? [directionTrace("true direction", trueDirection, "star", "#e69f00")] : []),
    ...(predictedDirection ? [directionTrace("predicted direction", predictedDirection, "x-thin", "#cc79a7")] : []),
  ];
}

/**
 * Traces of a camera in the telescope frame (deg): pixels, cleaned pixels, Hillas ellipse, directions.
 * @param bar further settings of the colour bar
 */
export function cameraTraces(image: CameraImage, bar: PlotlyObject = {}): { traces: PlotlyObject[]; reachDeg: number } {
  const outlines = pixelOutlines(image.geometry, image.focalLengthM);
  const { low, high } = finiteRange(image.values);
  const kept = Array.from({ length: image.values.length }, (_, i) => i).filter((i) => image.mask?.[i]);
  let reachDeg = 0;
  for (const value of [...outlines.lonDeg, ...outlines.latDeg]) reachDeg = Math.max(reachDeg, Math.abs(value));
  const outlined = {
    ...path,
    ...loops(outlines, kept, true),
    line: { color: "#b4bcc9", width: 1 },
    name: "cleaned pixels",
    showlegend: true,
  };
  return {
    reachDeg,
    traces: [
      ...pixelTraces(image, outlines, low, high),
      ...(kept.length > 0 ? [outlined] : []),
      centreTrace(image, outlines),
      barTrace(image, low, high, bar),
      ...(image.hillas ? hillasTraces(image.hillas, reachDeg / 2) : []),
      ...directionTraces(image),
    ],
  };
}
