/** A trace, an axis or a part of the layout, in the words of Plotly's schema. */
export type PlotlyObject = Readonly<Record<string, unknown>>;
