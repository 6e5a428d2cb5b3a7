import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import type { PlotlyObject } from "./plotly-object.js";
import { axis, layout, lineColour, seriesStyle, translucent } from "./theme.js";

/** The waveform of one pixel, and where it was integrated. */
export interface PixelWaveform {
  readonly pixel: number;
  /** p.e. a sample, `[samples]`, pedestal subtracted. */
  readonly samples: ArrayLike<number>;
  readonly chargePe: number;
  readonly peakTimeNs: number;
  /** Begin and end of the integrated samples, ns. */
  readonly windowNs: readonly [number, number];
}

/** Waveforms of some pixels; shaded is what was integrated, a dotted line marks the peak time. */
export function waveforms(pixels: readonly PixelWaveform[], sampleNs: number, title: string = "Waveforms"): Figure {
  if (pixels.length === 0) return emptyFigure(title, "no pixel is given");
  const traces = pixels.map(({ pixel, samples, chargePe, peakTimeNs }, i): PlotlyObject => {
    const { colour, dash } = seriesStyle(i);
    return {
      type: "scatter",
      mode: "lines+markers",
      name: `pixel ${pixel}: ${chargePe.toFixed(1)} p.e. at ${peakTimeNs.toFixed(1)} ns`,
      x: Array.from(samples, (_, k) => k * sampleNs),
      y: Array.from(samples),
      line: { color: colour, width: 2, dash },
      marker: { size: 4 },
      hovertemplate: `%{x} ns: %{y:.2f} p.e.<extra>pixel ${pixel}</extra>`,
    };
  });
  const shapes = pixels.flatMap(({ windowNs: [x0, x1], peakTimeNs }, i): PlotlyObject[] => {
    const { colour } = seriesStyle(i);
    const area = { type: "rect", yref: "paper", x0, x1, y0: 0, y1: 1, layer: "below", line: { width: 0 } };
    const peak = { type: "line", yref: "paper", x0: peakTimeNs, x1: peakTimeNs, y0: 0, y1: 1, layer: "below" };
    return [
      { ...area, fillcolor: translucent(colour, 0.1) },
      { ...peak, line: { color: colour, width: 1, dash: "dot" } },
    ];
  });
  const described = pixels.map(({ pixel, chargePe }) => `pixel ${pixel} ${chargePe.toFixed(1)} p.e.`).join(", ");
  return new Figure(
    `${title}: ${described}`,
    traces,
    layout(title, {
      xaxis: axis("Time from the first sample", "ns"),
      yaxis: axis("Signal a sample", "p.e.", { zeroline: true, zerolinecolor: lineColour }),
      shapes,
    }),
  );
}
