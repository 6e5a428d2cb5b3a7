import { type Displayable, jupyterDisplay, type MimeBundle } from "../display/mime-bundle.js";
import type { PlotlyObject } from "./plotly-object.js";
import { figureConfig } from "./theme.js";

/** Numbers as they go into a page: seven significant digits, null for what is not finite. */
function plain(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? Number(value.toPrecision(7)) : null;
  if (Array.isArray(value)) return value.map(plain);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return Array.from(value as unknown as ArrayLike<number>, plain);
  }
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([name, item]) => [name, plain(item)]),
  );
}

/** A Plotly figure that shows itself in a notebook, with one line of text for where nothing can be drawn. */
export class Figure implements Displayable {
  readonly data: readonly PlotlyObject[];
  readonly layout: PlotlyObject;
  readonly config: PlotlyObject;
  /** What the figure shows, in one line. */
  readonly description: string;

  constructor(description: string, data: readonly PlotlyObject[], layout: PlotlyObject) {
    this.description = description;
    this.data = plain(data) as readonly PlotlyObject[];
    this.layout = plain(layout) as PlotlyObject;
    this.config = figureConfig(description);
  }

  toString(): string {
    return `[figure] ${this.description}`;
  }

  [jupyterDisplay](): MimeBundle {
    const { data, layout, config } = this;
    return { "application/vnd.plotly.v1+json": { data, layout, config }, "text/plain": this.toString() };
  }
}
