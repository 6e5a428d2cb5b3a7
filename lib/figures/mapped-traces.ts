import { finiteRange } from "./camera-traces.js";
import type { PlotlyObject } from "./plotly-object.js";
import { colourScale } from "./theme.js";

/** An image as a network sees it. */
export interface MappedImage {
  /** `[height, width, channels]`, row 0 on top. */
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
  /** Names of the channels, in order. */
  readonly channels: readonly string[];
}

/** One channel as a heatmap; cells without any charge are drawn too, as the network sees them. */
export function mappedTrace(image: MappedImage, channel: number, bar: PlotlyObject = {}): PlotlyObject {
  const { values, height, width, channels } = image;
  const rows = Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) =>
      Number(values[(row * width + column) * channels.length + channel]!.toPrecision(4)),
    ),
  );
  const { low, high } = finiteRange(rows.flat());
  return {
    type: "heatmap",
    z: rows,
    zmin: low,
    zmax: high > low ? high : low + 1,
    colorscale: colourScale,
    colorbar: { thickness: 12, outlinewidth: 0, ...bar },
    hovertemplate: "row %{y}, column %{x}<br>%{z:.3g}<extra></extra>",
  };
}
