import { parseExpression } from "../events/expression.js";
import type { PredictionRows } from "./predictions.js";

/** Columns that a cut may name, with their units. */
const columns: Readonly<
  Record<string, { readonly unit?: string; readonly of: (rows: PredictionRows) => ArrayLike<number> | undefined }>
> = {
  obs_id: { of: (rows) => rows.obsId },
  event_id: { of: (rows) => rows.eventId },
  tel_id: { of: (rows) => rows.telId },
  true_energy: { unit: "TeV", of: (rows) => rows.trueEnergyTeV },
  true_alt: { unit: "deg", of: (rows) => rows.trueAltDeg },
  true_az: { unit: "deg", of: (rows) => rows.trueAzDeg },
  true_shower_primary_id: { of: (rows) => rows.trueParticle },
  impact_distance: { unit: "m", of: (rows) => rows.impactM },
  hillas_intensity: { of: (rows) => rows.intensity },
  gammaness: { of: (rows) => rows.gammaness },
  reco_energy: { unit: "TeV", of: (rows) => rows.energyTeV },
  reco_alt: { unit: "deg", of: (rows) => rows.altDeg },
  reco_az: { unit: "deg", of: (rows) => rows.azDeg },
};

/**
 * Keeps the rows for which all cuts are true, such as `true_energy > 1 * u.TeV` or `tel_id == 1`; the others become
 * invalid. Without cuts the predictions stay as they are.
 * @throws {ConfigError} for a cut that cannot be understood, with the nearest column
 */
export function withCuts(predictions: PredictionRows, cuts: readonly string[]): PredictionRows {
  if (cuts.length === 0) return predictions;
  const present = Object.entries(columns).flatMap(([name, { unit, of }]) => {
    const values = of(predictions);
    return values ? [{ name, unit, values }] : [];
  });
  const known = new Map(present.map(({ name, unit }) => [name, unit]));
  const values = new Map(present.map((column) => [column.name, column.values]));
  const expressions = cuts.map((cut) => parseExpression(cut, known));
  const valid = predictions.valid.map((was, row) =>
    was && expressions.every(({ evaluate }) => evaluate((name) => values.get(name)![row]!) === 1) ? 1 : 0,
  );
  return { ...predictions, valid };
}
