import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { type MappedImage, mappedTrace } from "./mapped-traces.js";
import { panels, panelTitle } from "./small-multiples.js";
import { axis, layout } from "./theme.js";

/** The channels of an image as a network sees them, side by side. */
export function mappedImage(image: MappedImage, title: string = "Mapped image"): Figure {
  if (image.values.length === 0 || image.channels.length === 0) return emptyFigure(title, "the image has no cells");
  const places = panels(image.channels.length, 2, { x: 0.36, y: 0.3 });
  const axes = places.flatMap(({ x, y, xKey, yKey, xDomain, yDomain, left }) => {
    const cells = { constrain: "domain", showgrid: false };
    return [
      [xKey, axis("Column", "", { ...cells, domain: xDomain, anchor: y })],
      [
        yKey,
        axis(left ? "Row" : "", "", { ...cells, domain: yDomain, anchor: x, scaleanchor: x, autorange: "reversed" }),
      ],
    ];
  });
  return new Figure(
    `${title}: ${image.channels.join(", ")}, ${image.height} × ${image.width} cells`,
    image.channels.map((_, i) => ({
      ...mappedTrace(image, i, {
        x: places[i]!.xDomain[1] + 0.01,
        y: (places[i]!.yDomain[0] + places[i]!.yDomain[1]) / 2,
        len: places[i]!.yDomain[1] - places[i]!.yDomain[0],
      }),
      xaxis: places[i]!.x,
      yaxis: places[i]!.y,
    })),
    layout(
      title,
      {
        ...Object.fromEntries(axes),
        annotations: image.channels.map((name, i) => panelTitle(places[i]!, name)),
        margin: { l: 56, r: 72, t: 72, b: 56 },
      },
      100 + 380 * Math.ceil(image.channels.length / 2),
    ),
  );
}
