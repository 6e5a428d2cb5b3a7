import { counted } from "../display/counted.js";
import { histogram } from "../evaluation/histogram.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import type { PlotlyObject } from "./plotly-object.js";
import { panels, panelTitle } from "./small-multiples.js";
import { stepLine } from "./step-line.js";
import { axis, backgroundColour, layout, logAxis, seriesStyle, signalColour } from "./theme.js";

/** What the figure needs of one telescope image. */
export interface ImageSample {
  /** Charge in the cleaned pixels, p.e.; NaN when unknown. */
  readonly intensity: number;
  /** NaN when unknown. */
  readonly trueEnergyTeV: number;
  /** null when unknown. */
  readonly particle: string | null;
}

/** Points of the scatter, at most. */
const shownPoints = 2000;

interface Quantity {
  readonly name: string;
  readonly unit: string;
  readonly of: (image: ImageSample) => number;
}

const intensity: Quantity = { name: "Intensity", unit: "p.e.", of: (image) => image.intensity };
const energy: Quantity = { name: "True energy", unit: "TeV", of: (image) => image.trueEnergyTeV };

const isKnown = (value: number): boolean => value > 0 && Number.isFinite(value);

/** Bins of equal width on a logarithmic scale around all values; more of them for more values. */
function logEdges(values: readonly number[]): number[] {
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const end = Math.max(high, low * 1.01);
  const bins = Math.max(4, Math.min(40, Math.ceil(Math.sqrt(values.length))));
  const edges = Array.from({ length: bins + 1 }, (_, i) => low * (end / low) ** (i / bins));
  // Rounding must not leave the brightest image outside.
  return [...edges.slice(0, -1), end];
}

/** The images of one particle, in its colour. */
interface Group {
  readonly particle: string;
  readonly colour: string;
  readonly images: readonly ImageSample[];
}

function groupsOf(images: readonly ImageSample[]): Group[] {
  const particles = [...new Set(images.map(({ particle }) => particle ?? "images"))].sort();
  const fixed: Readonly<Record<string, string>> = { gamma: signalColour, proton: backgroundColour };
  return particles.map((particle, i) => ({
    particle,
    colour: fixed[particle] ?? seriesStyle(i + 2).colour,
    images: images.filter((image) => (image.particle ?? "images") === particle),
  }));
}

function outline({ particle, colour, images }: Group, { unit, of }: Quantity, edges: readonly number[]): PlotlyObject {
  const { x, y } = stepLine(histogram(Float64Array.from(images, of), null, edges), false);
  return {
    type: "scatter",
    mode: "lines",
    name: particle,
    legendgroup: particle,
    x,
    y,
    line: { color: colour, width: 2, shape: "hv" },
    hovertemplate: `from %{x:.3g} ${unit}<br>%{y:,} images<extra>${particle}</extra>`,
  };
}

function points({ particle, colour, images }: Group, most: number): PlotlyObject {
  const pairs = images.filter((image) => isKnown(energy.of(image)) && isKnown(intensity.of(image)));
  const step = Math.max(1, Math.ceil(pairs.length / most));
  const some = pairs.filter((_, i) => i % step === 0);
  return {
    type: "scatter",
    mode: "markers",
    name: particle,
    legendgroup: particle,
    showlegend: false,
    x: some.map(energy.of),
    y: some.map(intensity.of),
    marker: { color: colour, size: 4, opacity: 0.5 },
    hovertemplate: `%{x:.3g} TeV<br>%{y:.4g} p.e.<extra>${particle}</extra>`,
  };
}

/** How bright the images of a file are and, for simulated showers, their energies and how the two go together. */
export function imageDistributions(images: readonly ImageSample[], title: string = "Images"): Figure {
  const quantities = [intensity, energy]
    .map((quantity) => ({ quantity, values: images.map(quantity.of).filter(isKnown) }))
    .filter(({ values }) => values.length > 0)
    .map(({ quantity, values }) => ({ quantity, edges: logEdges(values) }));
  if (quantities.length === 0) return emptyFigure(title, "the file has no image parameters");
  const groups = groupsOf(images);
  const both = quantities.length === 2;
  const places = panels(both ? 3 : 1, 3, { x: 0.3, y: 0 });
  const scale = ({ quantity, edges }: (typeof quantities)[number], options: PlotlyObject): PlotlyObject =>
    logAxis(quantity.name, quantity.unit, edges[0]!, edges.at(-1)!, options);
  const histograms = quantities.map((shown, i) => {
    const { x, y, xKey, yKey, xDomain } = places[i]!;
    return {
      traces: groups.map((group) => ({
        ...outline(group, shown.quantity, shown.edges),
        xaxis: x,
        yaxis: y,
        showlegend: i === 0,
      })),
      axes: {
        [xKey]: scale(shown, { domain: xDomain, anchor: y }),
        [yKey]: axis("Images", "", { anchor: x, rangemode: "tozero" }),
      },
      title: panelTitle(places[i]!, shown.quantity.name),
    };
  });
  const scatter = places.slice(2).map((place) => ({
    traces: groups.map((group) => ({
      ...points(group, Math.ceil(shownPoints / groups.length)),
      xaxis: place.x,
      yaxis: place.y,
    })),
    axes: {
      [place.xKey]: scale(quantities[1]!, { domain: place.xDomain, anchor: place.y }),
      [place.yKey]: scale(quantities[0]!, { anchor: place.x }),
    },
    title: panelTitle(place, "Intensity and energy"),
  }));
  const parts = [...histograms, ...scatter];
  return new Figure(
    `${title}: intensities and energies of ${counted(images.length, "image")}`,
    parts.flatMap(({ traces }) => traces),
    layout(title, {
      ...Object.assign({}, ...parts.map(({ axes }) => axes)),
      annotations: parts.map((part) => part.title),
      margin: { l: 64, r: 24, t: 72, b: 56 },
    }),
  );
}
