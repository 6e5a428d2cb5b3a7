import type { InstrumentResponse } from "../evaluation/irf/instrument-response.js";
import { binCentres } from "./binned-curve.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { axis, colourBar, colourScale, ink, layout, logAxis } from "./theme.js";

/** Density of E_reco / E_true over the true energy, in one bin of offset; the line is a perfect energy. */
export function energyDispersion({ axes, energyDispersion: density }: InstrumentResponse, offset: number = 0): Figure {
  const title = "Energy dispersion";
  const { trueEdgesTeV, migrationEdges, offsetEdgesDeg } = axes;
  const [migrations, offsets] = [migrationEdges.length - 1, offsetEdgesDeg.length - 1];
  const rows = Array.from({ length: migrations }, (_, migration) =>
    trueEdgesTeV.slice(1).map((_, energy) => {
      const value = density[(energy * migrations + migration) * offsets + offset]!;
      return value > 0 ? value : null;
    }),
  );
  const seen = trueEdgesTeV
    .slice(1)
    .flatMap((high, i) => (rows.some((row) => row[i] !== null) ? [trueEdgesTeV[i]!, high] : []));
  if (seen.length === 0) return emptyFigure(title, "no gamma passes the cuts");
  const [low, high] = [Math.min(...seen), Math.max(...seen)];
  const colorbar = colourBar("Density");
  return new Figure(
    `${title}: offsets of ${offsetEdgesDeg[offset]}–${offsetEdgesDeg[offset + 1]} deg`,
    [
      {
        type: "heatmap",
        x: binCentres(trueEdgesTeV, true),
        y: binCentres(migrationEdges, false),
        z: rows,
        colorscale: colourScale,
        zmin: 0,
        hoverongaps: false,
        hovertemplate: "true %{x:.3g} TeV<br>E_reco / E_true %{y:.2f}<br>density %{z:.3g}<extra></extra>",
        colorbar,
      },
      {
        ...{ type: "scatter", mode: "lines", x: [low, high], y: [1, 1], hoverinfo: "skip", showlegend: false },
        line: { color: ink, width: 1.2, dash: "dash" },
      },
    ],
    layout(title, {
      xaxis: logAxis("True energy", "TeV", low, high),
      yaxis: axis("E_reco / E_true", "", { range: [migrationEdges[0], Math.min(3, migrationEdges.at(-1)!)] }),
    }),
  );
}
