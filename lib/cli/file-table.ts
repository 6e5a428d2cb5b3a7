import { counted } from "../display/counted.js";
import { DataTable } from "../display/data-table.js";
import { sparkline } from "../display/sparkline.js";
import type { FileDescription } from "../events/describe-file.js";
import type { Distribution } from "../events/distribution.js";

function factsOf({ kind, dataModel, process, events, obsIds, energyTeV, pointingDeg }: FileDescription): string {
  const shown = obsIds.slice(0, 5).join(", ") + (obsIds.length > 5 ? `, … (${obsIds.length})` : "");
  const looked = pointingDeg.slice(0, 3).map(({ alt, az }) => `alt ${alt} az ${az}`);
  return [
    kind.toUpperCase(),
    `data model ${dataModel}`,
    process,
    counted(events, "event"),
    ...(energyTeV ? [`${energyTeV.min.toPrecision(3)} to ${energyTeV.max.toPrecision(3)} TeV`] : []),
    ...(obsIds.length > 0 ? [`${obsIds.length === 1 ? "observation" : "observations"} ${shown}`] : []),
    ...(looked.length > 0 ? [`pointing ${looked.join("; ")}${pointingDeg.length > 3 ? "; …" : ""} deg`] : []),
  ].join(", ");
}

/** Head and cells of a column of small histograms, which share their edges. */
function histograms(label: string, unit: string, all: readonly (Distribution | null)[]): [string, string[]] | null {
  const edges = all.find((one) => one !== null)?.edges;
  if (!edges) return null;
  const texts = all.map((one) => (one ? `${sparkline(one.counts)} ~${Number(one.median.toPrecision(2))}` : ""));
  return [`${label} ${edges.min}…${edges.max} ${unit}`, texts];
}

/** Head and cells of a column that tells of waveforms: level, rows and the samples of a readout. */
function waveforms(telescopes: FileDescription["telescopes"]): [string, string[]] | null {
  if (telescopes.every((telescope) => !telescope.waveforms)) return null;
  const texts = telescopes.map((telescope) =>
    (telescope.waveforms ?? [])
      .map(({ level, rows, gains, samples }) => {
        return `${level.toUpperCase()} ${rows} of ${samples} samples${gains > 1 ? `, ${gains} gains` : ""}`;
      })
      .join("; "),
  );
  return ["waveforms", texts];
}

/** A file's description as text: one line of facts, a table of telescopes, and what was reconstructed. */
export function fileTable(description: FileDescription): string {
  const { telescopes, predictions = [] } = description;
  const drawn = [
    waveforms(telescopes),
    histograms(
      "energy",
      "TeV",
      telescopes.map(({ energyTeV }) => energyTeV),
    ),
    histograms(
      "intensity",
      "p.e.",
      telescopes.map(({ intensityPe }) => intensityPe),
    ),
  ].filter((column) => column !== null);
  const parts = [
    description.file,
    factsOf(description),
    new DataTable(
      ["telescope", "name", "type", "camera", "pixels", "images", "parameters", ...drawn.map(([head]) => head)],
      telescopes.map((t, i) => [
        t.id,
        t.name,
        t.type,
        t.camera,
        t.pixels,
        t.images,
        t.parameters,
        ...drawn.map(([, cells]) => cells[i]!),
      ]),
    ).toText(),
  ];
  if (predictions.length > 0) {
    const table = new DataTable(
      ["level", "quantity", "prefix", "rows", "valid"],
      predictions.map((p) => [p.level, p.quantity, p.prefix, p.rows, p.valid]),
    );
    parts.push(table.toText());
  }
  return parts.join("\n");
}
