import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { axis, ink, layout, seriesStyle } from "./theme.js";

/** The waveforms of one image. */
export interface PixelTraces {
  /** `[n_pixels, samples]`. */
  readonly values: Float32Array;
  /** Samples of the readout. */
  readonly samples: number;
}

/** Pixels with the highest samples, the highest first. */
function brightestPixels({ values, samples }: PixelTraces, count: number): number[] {
  const peaks = Array.from({ length: values.length / samples }, (_, pixel) => {
    let peak = Number.NEGATIVE_INFINITY;
    for (let k = pixel * samples; k < (pixel + 1) * samples; k++) if (values[k]! > peak) peak = values[k]!;
    return { pixel, peak };
  });
  return peaks
    .sort((a, b) => b.peak - a.peak)
    .slice(0, count)
    .map(({ pixel }) => pixel);
}

function meanTrace({ values, samples }: PixelTraces): number[] {
  const pixels = values.length / samples;
  const sums = new Array<number>(samples).fill(0);
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i]!)) sums[i % samples]! += values[i]!;
  return sums.map((sum) => sum / pixels);
}

/**
 * Waveforms of the brightest pixels of one image, and the mean of all pixels.
 * @param quantity what a sample holds, with its unit in `unit`
 */
export function pixelTraces(
  traces: PixelTraces,
  title: string = "Waveforms",
  quantity: string = "Signal",
  unit: string = "p.e.",
): Figure {
  if (traces.values.length === 0 || traces.samples === 0) return emptyFigure(title, "there are no samples");
  const { values, samples } = traces;
  const x = Array.from({ length: samples }, (_, k) => k);
  const line = (name: string, y: readonly number[], style: object): Record<string, unknown> => ({
    type: "scatter",
    mode: "lines",
    name,
    x,
    y: y.map((value) => (Number.isFinite(value) ? Number(value.toPrecision(4)) : null)),
    line: style,
    hovertemplate: `sample %{x}<br>%{y:.3g} ${unit}<extra>${name}</extra>`,
  });
  const pixels = brightestPixels(traces, 6);
  return new Figure(
    `${title}: ${samples} samples of the ${pixels.length} brightest pixels`,
    [
      ...pixels.map((pixel, i) => {
        const { colour } = seriesStyle(i);
        return line(`pixel ${pixel}`, [...values.subarray(pixel * samples, (pixel + 1) * samples)], { color: colour });
      }),
      line("mean of all pixels", meanTrace(traces), { color: ink, dash: "dot" }),
    ],
    layout(title, { xaxis: axis("Sample", ""), yaxis: axis(quantity, unit) }),
  );
}
