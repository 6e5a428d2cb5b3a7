import { InputError } from "../errors.js";
import { KeyedEvents } from "./keyed-events.js";
import type { PredictionRows } from "./predictions.js";

/** Predictions of type, energy and direction, each by its own model. */
export interface TaskPredictions {
  readonly type: PredictionRows;
  readonly energy: PredictionRows;
  readonly direction: PredictionRows;
}

/**
 * Joins the predictions of three models row by row: by file name, obs_id, event_id and tel_id. Rows are those of `type`;
 * one that another model lacks, or holds for invalid, becomes invalid.
 * @throws {InputError} when the models have no event in common, or files of one name hold different events
 */
export function combinePredictions({ type, energy, direction }: TaskPredictions): PredictionRows {
  const keys = new KeyedEvents(type);
  const column = (rows: PredictionRows, values: Float64Array | undefined): Float64Array =>
    keys.align(
      rows,
      Float64Array.from({ length: rows.rows }, (_, row) =>
        rows.valid[row] ? (values?.[row] ?? Number.NaN) : Number.NaN,
      ),
    );
  const energyTeV = column(energy, energy.energyTeV);
  const altDeg = column(direction, direction.altDeg);
  const azDeg = column(direction, direction.azDeg);
  for (const rows of [energy, direction]) {
    const truth = keys.align(rows, rows.trueEnergyTeV);
    const wrong = truth.findIndex((value, row) => Number.isFinite(value) && value !== type.trueEnergyTeV[row]);
    if (wrong >= 0) {
      throw new InputError("files of the same name hold different events, so their rows cannot be joined", {
        place: `obs_id ${type.obsId[wrong]}, event_id ${type.eventId[wrong]} in ${type.files[type.fileIndex[wrong]!]}`,
        remedy: "give files of different names to gammas and protons, and predict them with all models",
      });
    }
  }
  const valid = type.valid.map((own, row) =>
    own && Number.isFinite(energyTeV[row]! + altDeg[row]! + azDeg[row]!) ? 1 : 0,
  );
  if (type.valid.includes(1) && !valid.includes(1)) {
    throw new InputError("no event has valid predictions of type, energy and direction", {
      place: [...new Set([...type.files, ...energy.files, ...direction.files])].join(", "),
      remedy: "predict the same DL1 files with the three models; a file must keep its name from model to model",
    });
  }
  return {
    ...type,
    energyTeV,
    altDeg,
    azDeg,
    valid,
    notes: [...new Set([...type.notes, ...energy.notes, ...direction.notes])],
  };
}
