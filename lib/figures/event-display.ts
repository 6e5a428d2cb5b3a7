import { type CameraImage, cameraTraces, valueLabel } from "./camera-traces.js";
import { Figure } from "./figure.js";
import { type MappedImage, mappedTrace } from "./mapped-traces.js";
import { panels, panelTitle } from "./small-multiples.js";
import { axis, layout } from "./theme.js";

/**
 * One event in one telescope: on the left the camera with Hillas ellipse and directions, on the right what the network
 * sees of it.
 * @param channel which channel of the mapped image is shown
 */
export function eventDisplay(
  camera: CameraImage,
  mapped: MappedImage,
  title: string = camera.geometry.name,
  channel: number = 0,
): Figure {
  const [left, right] = panels(2, 2, { x: 0.55, y: 0 }) as [ReturnType<typeof panels>[0], ReturnType<typeof panels>[0]];
  const { traces, reachDeg } = cameraTraces(camera, { x: left.xDomain[1] + 0.01, thickness: 10, title: { text: "" } });
  const range = [-1.03 * reachDeg, 1.03 * reachDeg];
  const plain = { showgrid: false, constrain: "domain" };
  return new Figure(
    `${title}: ${camera.values.length} pixels and ${mapped.height} × ${mapped.width} cells`,
    [
      ...traces,
      { ...mappedTrace(mapped, channel, { x: right.xDomain[1] + 0.01, thickness: 10 }), xaxis: "x2", yaxis: "y2" },
    ],
    layout(
      title,
      {
        xaxis: axis("Longitude from the pointing", "deg", { ...plain, range, domain: left.xDomain }),
        yaxis: axis("Latitude from the pointing", "deg", { ...plain, range, scaleanchor: "x" }),
        xaxis2: axis("Column", "", { ...plain, domain: right.xDomain, anchor: "y2" }),
        yaxis2: axis("Row", "", {
          ...plain,
          title: { text: "Row", standoff: 4, font: { size: 13 } },
          anchor: "x2",
          scaleanchor: "x2",
          autorange: "reversed",
        }),
        annotations: [
          panelTitle(left, `Camera: ${valueLabel(camera)}`),
          panelTitle(right, `Network's input: ${mapped.channels[channel]}`),
        ],
        margin: { l: 64, r: 72, t: 72, b: 56 },
      },
      480,
    ),
  );
}
