import type { PlotlyObject } from "./plotly-object.js";
import { ink } from "./theme.js";

/** Place of one panel: names of its axes in traces, their keys in the layout, and their domains. */
export interface Panel {
  readonly x: string;
  readonly y: string;
  readonly xKey: string;
  readonly yKey: string;
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
  /** Leftmost panel of its row, lowest of its column: these carry the titles of the axes. */
  readonly left: boolean;
  readonly bottom: boolean;
}

/** `count` panels in rows of at most `perRow`, from the top left; `gap` is the share of a panel left between two. */
export function panels(count: number, perRow: number, gap: { x: number; y: number } = { x: 0.22, y: 0.3 }): Panel[] {
  const columns = Math.max(1, Math.min(count, perRow));
  const rows = Math.ceil(count / columns);
  const span = (cells: number, share: number): number => 1 / (cells + (cells - 1) * share);
  const width = span(columns, gap.x);
  const height = span(rows, gap.y);
  return Array.from({ length: count }, (_, i) => {
    const column = i % columns;
    const row = Math.floor(i / columns);
    const left = column * width * (1 + gap.x);
    const top = 1 - row * height * (1 + gap.y);
    const number = i === 0 ? "" : String(i + 1);
    return {
      x: `x${number}`,
      y: `y${number}`,
      xKey: `xaxis${number}`,
      yKey: `yaxis${number}`,
      xDomain: [left, Math.min(1, left + width)],
      yDomain: [Math.max(0, top - height), top],
      left: column === 0,
      bottom: i + columns >= count,
    };
  });
}

/** The name of a panel, above it. */
export function panelTitle({ xDomain, yDomain }: Panel, text: string): PlotlyObject {
  return {
    text,
    x: (xDomain[0] + xDomain[1]) / 2,
    y: yDomain[1],
    xref: "paper",
    yref: "paper",
    xanchor: "center",
    yanchor: "bottom",
    showarrow: false,
    font: { size: 13, color: ink },
  };
}
