import { type CameraImage, cameraTraces } from "./camera-traces.js";
import { emptyFigure } from "./empty-figure.js";
import { Figure } from "./figure.js";
import { axis, layout } from "./theme.js";

/**
 * The image of one telescope on its pixels, in the telescope frame as ctapipe shows it, with the cleaned pixels, the
 * Hillas ellipse and the true and the predicted direction where they are given.
 */
export function cameraImage(image: CameraImage, title: string = image.geometry.name): Figure {
  if (image.values.length === 0) return emptyFigure(title, "the image has no pixels");
  const { traces, reachDeg } = cameraTraces(image);
  const range = [-1.03 * reachDeg, 1.03 * reachDeg];
  const square = { range, constrain: "domain", showgrid: false };
  return new Figure(
    `${title}: ${image.quantity ?? "charge"} in ${image.values.length} pixels`,
    traces,
    layout(
      title,
      {
        xaxis: axis("Longitude from the pointing", "deg", square),
        yaxis: axis("Latitude from the pointing", "deg", { ...square, scaleanchor: "x" }),
      },
      560,
    ),
  );
}
