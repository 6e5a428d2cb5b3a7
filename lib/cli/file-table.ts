import { DataTable } from "../display/data-table.js";
import type { FileDescription } from "../events/describe-file.js";

/** A file's description as text: one line of facts, a table of telescopes, and what was reconstructed. */
export function fileTable(description: FileDescription): string {
  const { kind, dataModel, process, events, obsIds, energyTeV, telescopes, predictions = [] } = description;
  const energies = energyTeV ? `, ${energyTeV.min.toPrecision(3)} to ${energyTeV.max.toPrecision(3)} TeV` : "";
  const observations = `observation${obsIds.length === 1 ? "" : "s"} ${obsIds.join(", ") || "–"}`;
  const facts = `${kind.toUpperCase()}, data model ${dataModel}, ${process}, ${events} events${energies}, ${observations}`;
  const parts = [
    description.file,
    facts,
    new DataTable(
      ["telescope", "name", "type", "camera", "pixels", "images", "parameters"],
      telescopes.map((t) => [t.id, t.name, t.type, t.camera, t.pixels, t.images, t.parameters]),
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
