import type { PlotlyObject } from "./plotly-object.js";

/**
 * The look all figures share. Backgrounds are transparent and the ink is a grey that reads on white and on black, so
 * that a figure fits a light and a dark notebook; the pages of the project give it their own ink.
 */

/** Colours that people with any form of colour blindness tell apart (Okabe and Ito), without the yellow and the black. */
export const palette: readonly string[] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a817c"];

/** Gammas and background have the same colours in every figure. */
export const signalColour: string = palette[0]!;
export const backgroundColour: string = palette[1]!;

/** Reads on white (4.7 : 1) and on a dark page (4 : 1). */
export const ink: string = "#6f7580";
export const gridColour: string = "rgba(128,134,145,0.22)";
export const lineColour: string = "rgba(128,134,145,0.65)";

/** Ordered quantities: monotonic in lightness, readable in grey and by the colour-blind. */
export const colourScale: string = "Viridis";

const dashes = ["solid", "dash", "dot", "dashdot"] as const;
const symbols = ["circle", "square", "diamond", "triangle-up", "x", "triangle-down", "star", "cross"] as const;

export interface SeriesStyle {
  readonly colour: string;
  readonly dash: string;
  readonly symbol: string;
}

/** Style of series i: its own symbol beside its colour, other dashes when the colours start again. */
export function seriesStyle(i: number): SeriesStyle {
  return {
    colour: palette[i % palette.length]!,
    dash: dashes[Math.floor(i / palette.length) % dashes.length]!,
    symbol: symbols[i % symbols.length]!,
  };
}

/** The colour with an opacity, for bands. */
export function translucent(colour: string, opacity: number): string {
  const value = Number.parseInt(colour.slice(1), 16);
  return `rgba(${value >> 16},${(value >> 8) & 255},${value & 255},${opacity})`;
}

/**
 * An axis with its quantity and unit; a pure number has the unit "".
 * @param options further settings of Plotly, which win
 */
export function axis(quantity: string, unit: string, options: PlotlyObject = {}): PlotlyObject {
  return {
    title: { text: unit === "" ? quantity : `${quantity} [${unit}]`, standoff: 10, font: { size: 13 } },
    automargin: true,
    showline: true,
    linecolor: lineColour,
    gridcolor: gridColour,
    zeroline: false,
    ticks: "outside",
    ticklen: 4,
    tickcolor: lineColour,
    ...options,
  };
}

/** `10²`, `2·10⁻⁵`: for labels of values beyond what is easily read written out. */
function powerText(value: number): string {
  const [mantissa, exponent] = Number(value.toPrecision(2)).toExponential().split("e");
  const power = `10<sup>${Number(exponent).toString().replace("-", "−")}</sup>`;
  return mantissa === "1" ? power : `${mantissa}·${power}`;
}

const plainText = (value: number): string => String(Number(value.toPrecision(2)));

/** Labels at these multiples of every decade from below `low` to above `high`; Plotly would label 200 as "2". */
function labelled(
  multiples: readonly number[],
  low: number,
  high: number,
  text: (value: number) => string,
): PlotlyObject {
  const [first, last] = [Math.floor(Math.log10(low)) - 1, Math.ceil(Math.log10(high)) + 1];
  // Read from text: 10 ** -12 is not 1e-12 to the last digit.
  const decade = (i: number): number[] => multiples.map((k) => Number(`${k}e${first + i}`));
  const tickvals = Array.from({ length: last - first + 1 }, (_, i) => decade(i)).flat();
  return { tickmode: "array", tickvals, ticktext: tickvals.map(text) };
}

/** Labels 10ᵏ at the decades about `low` to `high`. Plotly's own are a quarter larger than all other labels. */
export function powerTicks(low: number, high: number): PlotlyObject {
  return labelled([1], low, high, powerText);
}

/** Multiples of each decade that have a label: the more the fewer decades are shown. */
function steps(decades: number): readonly number[] {
  if (decades < 0.75) return [1, 1.5, 2, 3, 4, 5, 7];
  return decades < 1.5 ? [1, 2, 5] : [1];
}

/** A logarithmic axis for values between `low` and `high`: labels at decades, or between them when there are few. */
export function logAxis(
  quantity: string,
  unit: string,
  low: number,
  high: number,
  options: PlotlyObject = {},
): PlotlyObject {
  const decades = Math.log10(high / low);
  const known = Number.isFinite(decades) && decades > 0;
  const text = high >= 1e5 || low < 1e-4 ? powerText : plainText;
  return axis(quantity, unit, {
    type: "log",
    ...(known ? { range: [Math.log10(low) - 0.02 * decades, Math.log10(high) + 0.02 * decades] } : {}),
    ...(known ? labelled(steps(decades), low, high, text) : { dtick: 1, exponentformat: "none" }),
    minor: { ticks: "outside", ticklen: 2, dtick: "D1", tickcolor: lineColour },
    ...options,
  });
}

/** A bar of colours beside the axes, its title as large as theirs. */
export function colourBar(title: string): PlotlyObject {
  return { title: { text: title, side: "right", font: { size: 13 } }, thickness: 12, outlinewidth: 0 };
}

/** Layout around the axes given in `parts`. */
export function layout(title: string, parts: PlotlyObject, height: number = 420): PlotlyObject {
  return {
    title: {
      text: title,
      x: 0,
      xref: "paper",
      xanchor: "left",
      y: 1,
      yref: "container",
      yanchor: "top",
      pad: { t: 14 },
    },
    height,
    margin: { l: 64, r: 24, t: 48, b: 56 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: {
      family: 'Inter, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans", sans-serif',
      size: 13,
      color: ink,
    },
    colorway: palette,
    hoverlabel: { align: "left", font: { size: 12 } },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: lineColour, activecolor: ink },
    showlegend: true,
    // At the bottom edge: there no axis title is in its way, however many lines it has.
    legend: {
      orientation: "h",
      x: 0,
      xanchor: "left",
      y: 0,
      yref: "container",
      yanchor: "bottom",
      maxheight: 2000,
      bgcolor: "rgba(0,0,0,0)",
    },
    ...parts,
  };
}

/** Settings of the viewer: an image is saved as SVG under the figure's name. */
export function figureConfig(description: string): PlotlyObject {
  const filename = description
    .split(/[:;,(]/)[0]!
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-");
  return {
    responsive: true,
    displaylogo: false,
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
    toImageButtonOptions: { format: "svg", filename },
  };
}
