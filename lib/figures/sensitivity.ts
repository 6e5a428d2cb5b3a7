import type { Sensitivity } from "../evaluation/irf/sensitivity.js";
import { fluxSensitivity } from "../evaluation/irf/sensitivity.js";
import { crabHegra, ergPerTeV, type Spectrum } from "../evaluation/irf/spectrum.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import type { PlotlyObject } from "./plotly-object.js";
import type { PublishedPerformance } from "./published-performance.js";
import { type OneOrMore, toSeries } from "./series.js";
import { axis, ink, layout, logAxis, powerTicks } from "./theme.js";

const isSensitivity = (input: OneOrMore<Sensitivity>): input is Sensitivity => "relative" in input;

/** From TeV / (m² s) to erg / (cm² s). */
const ergPerCm2 = 1e-4 * ergPerTeV;

/** The part of a published curve that lies in the range of the figure. */
function publishedTrace(
  { name, sensitivity }: PublishedPerformance,
  low: number,
  high: number,
  i: number,
): PlotlyObject {
  const { energyTeV, flux } = sensitivity;
  const shown = energyTeV.map((_, k) => k).filter((k) => energyTeV[k]! >= low && energyTeV[k]! <= high);
  return {
    type: "scatter",
    mode: "lines",
    name: `${name}, 50 h`,
    x: shown.map((k) => energyTeV[k]!),
    y: shown.map((k) => flux[k]! * ergPerTeV),
    line: { color: ink, width: 2, dash: ["longdash", "dashdot", "longdashdot"][i % 3] },
    hovertemplate: `%{x:.3g} TeV<br>%{y:.2e} erg/(cm² s)<extra>${name}</extra>`,
  };
}

/**
 * Flux E² dN/dE that is just detected in bins of reconstructed energy, beside fractions of the Crab Nebula's.
 * @param published curves of telescopes, which are for 50 hours
 * @param reference spectrum that the signal was weighted to
 */
export function sensitivity(
  sensitivities: OneOrMore<Sensitivity>,
  published: readonly PublishedPerformance[] = [],
  reference: Spectrum = crabHegra,
): Figure {
  const title = "Differential sensitivity";
  const series = toSeries(sensitivities, isSensitivity);
  const curves = series.map(({ name, value, style }) => {
    const { edgesTeV, relative, signal, background } = value;
    return {
      type: "scatter",
      mode: "markers",
      name: name || "this model",
      x: edgesTeV.slice(1).map((high, i) => (edgesTeV[i]! + high) / 2),
      y: fluxSensitivity(value, reference).map((flux) => (Number.isFinite(flux) ? flux * ergPerCm2 : null)),
      error_x: {
        type: "data",
        array: edgesTeV.slice(1).map((high, i) => (high - edgesTeV[i]!) / 2),
        color: style.colour,
        thickness: 1.5,
        width: 0,
      },
      customdata: relative.map((factor, i) => [100 * factor, signal[i]!, background[i]!]),
      hovertemplate: `%{x:.3g} TeV<br>%{y:.2e} erg/(cm² s), %{customdata[0]:.3g} % of the reference<br>%{customdata[1]:.3g} gammas of it, %{customdata[2]:.3g} off events<extra>${name}</extra>`,
      marker: { color: style.colour, symbol: style.symbol, size: 8 },
    };
  });
  const energies = curves.flatMap(({ x, y }) => x.filter((_, i) => y[i] !== null));
  if (energies.length === 0) return emptyFigure(title, "no bin of energy has signal and background");
  const [low, high] = [Math.min(...energies) / 1.4, Math.max(...energies) * 1.4];
  const grid = Array.from({ length: 41 }, (_, i) => low * (high / low) ** (i / 40));
  const crab = [1, 0.1, 0.01].map((share, i) => ({
    type: "scatter",
    mode: "lines",
    name: `${100 * share} % of the Crab Nebula (HEGRA)`,
    x: grid,
    y: grid.map((energy) => share * crabHegra(energy) * energy ** 2 * ergPerCm2),
    line: { color: ink, width: 1, dash: ["solid", "dash", "dot"][i] },
    hoverinfo: "skip",
  }));
  const drawn = published.map((curve, i) => publishedTrace(curve, low, high, i));
  const fluxes = [...crab, ...curves].flatMap(({ y }) => y.filter((flux) => flux !== null && flux > 0) as number[]);
  return new Figure(
    title,
    [...crab, ...drawn, ...curves],
    layout(title, {
      xaxis: logAxis("Reconstructed energy", "TeV", low, high),
      yaxis: axis("E² dN/dE", "erg/(cm² s)", {
        type: "log",
        ...powerTicks(Math.min(...fluxes) / 100, Math.max(...fluxes) * 100),
      }),
    }),
  );
}
