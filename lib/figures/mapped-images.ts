import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { type MappedImage, mappedTrace } from "./mapped-traces.js";
import { panels, panelTitle } from "./small-multiples.js";
import { axis, layout } from "./theme.js";

/** The first channel of several images, each on its own colour scale, three in a row. */
export function mappedImages(images: readonly MappedImage[], title: string = "Mapped images"): Figure {
  if (images.length === 0) return emptyFigure(title, "there is no image");
  const places = panels(images.length, 3, { x: 0.34, y: 0.22 });
  const cells = { constrain: "domain", showgrid: false };
  const axes = places.flatMap(({ x, y, xKey, yKey, xDomain, yDomain, left, bottom }) => [
    [xKey, axis(bottom ? "Column" : "", "", { ...cells, domain: xDomain, anchor: y })],
    [
      yKey,
      axis(left ? "Row" : "", "", { ...cells, domain: yDomain, anchor: x, scaleanchor: x, autorange: "reversed" }),
    ],
  ]);
  return new Figure(
    `${title}: ${images.map(({ channels }) => channels[0]).join(", ")}`,
    images.map((image, i) => {
      const { x, y, xDomain, yDomain } = places[i]!;
      const bar = {
        x: xDomain[1] + 0.005,
        y: (yDomain[0] + yDomain[1]) / 2,
        len: yDomain[1] - yDomain[0],
        thickness: 8,
      };
      return { ...mappedTrace(image, 0, bar), xaxis: x, yaxis: y };
    }),
    layout(
      title,
      {
        ...Object.fromEntries(axes),
        annotations: images.map(({ channels, height, width }, i) =>
          panelTitle(places[i]!, `${channels[0]}, ${height} × ${width}`),
        ),
        margin: { l: 40, r: 64, t: 72, b: 40 },
      },
      100 + 300 * Math.ceil(images.length / 3),
    ),
  );
}
