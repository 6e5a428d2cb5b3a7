import { basename } from "node:path";
import { counted } from "../display/counted.js";
import { type Cell, DataTable } from "../display/data-table.js";
import { particleName } from "../evaluation/particle.js";
import { worstEvents } from "../evaluation/worst-events.js";
import type { PredictionRows } from "./predictions.js";

const units = { type: "", energy: "dex", cameradirection: "deg", skydirection: "deg" } as const;

/** The events whose prediction is most wrong, by the numbers that `openEvents` finds them by. */
export function worstEventsTable(predictions: PredictionRows, count: number = 20): DataTable {
  const { task } = predictions;
  const unit = units[task];
  const digits = (value: number | undefined): number | null =>
    value !== undefined && Number.isFinite(value) ? Number(value.toPrecision(4)) : null;
  const reconstructed: Readonly<Record<string, Float64Array | undefined>> =
    task === "type"
      ? { gammaness: predictions.gammaness }
      : task === "energy"
        ? { "reconstructed TeV": predictions.energyTeV }
        : { "alt deg": predictions.altDeg, "az deg": predictions.azDeg };
  const rows = worstEvents(predictions, task, count).map(({ row, error }): Cell[] => [
    basename(predictions.files[predictions.fileIndex[row]!]!).replace(/(\.dl2)?\.h5$/, ""),
    String(predictions.obsId[row]!),
    String(predictions.eventId[row]!),
    predictions.level === "telescope" ? predictions.telId[row]! : null,
    particleName(predictions.trueParticle[row]!),
    digits(predictions.trueEnergyTeV[row]),
    ...Object.values(reconstructed).map((column) => digits(column?.[row])),
    digits(predictions.intensity?.[row]),
    digits(predictions.impactM?.[row]),
    digits(error),
  ]);
  const columns = ["file", "obs_id", "event_id", "tel_id", "particle", "true TeV", ...Object.keys(reconstructed)];
  return new DataTable(
    [...columns, "intensity p.e.", "impact m", `error${unit ? ` ${unit}` : ""}`],
    rows,
    `The ${counted(rows.length, "event")} whose prediction is most wrong`,
  );
}
