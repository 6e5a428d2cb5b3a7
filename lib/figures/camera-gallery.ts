import { counted } from "../display/counted.js";
import { cameraSketch } from "./camera-sketch.js";
import type { CameraImage } from "./camera-traces.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { panels, panelTitle } from "./small-multiples.js";
import { axis, layout } from "./theme.js";

/** One picture of a gallery. */
export interface GalleryImage {
  readonly camera: CameraImage;
  /** Two short lines at most, `<br>` between them. */
  readonly caption: string;
}

/** Small pictures of camera images, three in a row, with what is to be said of each above it. */
export function cameraGallery(images: readonly GalleryImage[], title: string): Figure {
  if (images.length === 0) return emptyFigure(title, "there is no image to show");
  const places = panels(images.length, 3, { x: 0.1, y: 0.34 });
  const sketches = images.map(({ camera }) => cameraSketch(camera));
  const named = new Set<string>();
  const traces = sketches.flatMap(({ traces: own }, i) =>
    own.map((trace) => {
      // the legend names each mark once, wherever it is seen first
      const first = typeof trace.name === "string" && trace.showlegend !== false && !named.has(trace.name);
      if (first) named.add(trace.name as string);
      return { ...trace, xaxis: places[i]!.x, yaxis: places[i]!.y, showlegend: first };
    }),
  );
  const axes = places.flatMap(({ x, y, xKey, yKey, xDomain, yDomain, left, bottom }, i) => {
    const reach = 1.03 * sketches[i]!.reachDeg;
    const square = { range: [-reach, reach], constrain: "domain", showgrid: false, nticks: 5 };
    const longitude = axis(bottom ? "Longitude" : "", bottom ? "deg" : "", { ...square, domain: xDomain, anchor: y });
    const latitude = axis(left ? "Latitude" : "", left ? "deg" : "", { ...square, domain: yDomain, anchor: x });
    return [
      [xKey, longitude],
      [yKey, { ...latitude, scaleanchor: x, showticklabels: left }],
    ];
  });
  const rows = Math.ceil(images.length / 3);
  return new Figure(
    `${title}: ${counted(images.length, "image")}`,
    traces,
    layout(
      title,
      {
        ...Object.fromEntries(axes),
        annotations: images.map(({ caption }, i) => {
          const text = panelTitle(places[i]!, caption);
          return { ...text, font: { ...(text.font as object), size: 11 } };
        }),
        margin: { l: 56, r: 16, t: 88, b: 56 },
      },
      150 + 290 * rows,
    ),
  );
}
