import { type CameraImage, cameraTraces, valueLabel } from "./camera-traces.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { panels, panelTitle } from "./small-multiples.js";
import { axis, layout } from "./theme.js";

/** One telescope of an event. */
export interface TelescopeView {
  readonly name: string;
  readonly camera: CameraImage;
}

/** What all telescopes saw of one event, on their cameras in the telescope frame, two in a row. */
export function arrayDisplay(views: readonly TelescopeView[], title: string = "Event"): Figure {
  if (views.length === 0) return emptyFigure(title, "no telescope has an image");
  const places = panels(views.length, 2, { x: 0.4, y: 0.26 });
  const parts = views.map(({ camera }, i) => {
    const { x, y, xDomain, yDomain } = places[i]!;
    const bar = { x: xDomain[1] + 0.01, y: (yDomain[0] + yDomain[1]) / 2, len: yDomain[1] - yDomain[0], thickness: 10 };
    const { traces, reachDeg } = cameraTraces(camera, { ...bar, title: { text: "" } });
    // The legend names each mark once.
    const placed = traces.map((trace) => ({ ...trace, xaxis: x, yaxis: y, ...(i > 0 ? { showlegend: false } : {}) }));
    return { placed, range: [-1.03 * reachDeg, 1.03 * reachDeg] };
  });
  const axes = places.flatMap(({ x, y, xKey, yKey, xDomain, yDomain, left, bottom }, i) => {
    const square = { range: parts[i]!.range, constrain: "domain", showgrid: false };
    return [
      [
        xKey,
        axis(bottom ? "Longitude from the pointing" : "", bottom ? "deg" : "", {
          ...square,
          domain: xDomain,
          anchor: y,
        }),
      ],
      [
        yKey,
        axis(left ? "Latitude from the pointing" : "", left ? "deg" : "", {
          ...square,
          domain: yDomain,
          anchor: x,
          scaleanchor: x,
        }),
      ],
    ];
  });
  return new Figure(
    `${title}: ${views.map(({ name }) => name).join(", ")}`,
    parts.flatMap(({ placed }) => placed),
    layout(
      title,
      {
        ...Object.fromEntries(axes),
        annotations: views.map(({ name, camera }, i) => panelTitle(places[i]!, `${name}: ${valueLabel(camera)}`)),
        margin: { l: 64, r: 72, t: 72, b: 56 },
      },
      100 + 400 * Math.ceil(views.length / 2),
    ),
  );
}
