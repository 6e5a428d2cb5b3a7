import { InputError } from "../errors.js";
import { parseExpression } from "../events/expression.js";
import type { PredictionRows } from "./predictions.js";

/** Columns that a cut may name, with their units. */
const ownColumns: Readonly<
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
  multiplicity: { of: (rows) => rows.multiplicity },
  gammaness: { of: (rows) => rows.gammaness },
  reco_energy: { unit: "TeV", of: (rows) => rows.energyTeV },
  reco_alt: { unit: "deg", of: (rows) => rows.altDeg },
  reco_az: { unit: "deg", of: (rows) => rows.azDeg },
};

const imageParameter = /\b(?:hillas|leakage|concentration|timing|morphology|intensity|peak_time)_\w+/g;

/** What cuts need besides the predictions, as `ReadOptions.parameters`: image parameters by ctapipe's names, multiplicity. */
export function cutParameters(cuts: readonly string[]): string[] {
  return [
    ...new Set(cuts.flatMap((cut) => [...(cut.match(imageParameter) ?? []), ...(cut.match(/\bmultiplicity\b/) ?? [])])),
  ];
}

/**
 * Keeps the rows for which all cuts are true, such as `true_energy > 1 * u.TeV`, `leakage_intensity_width_2 < 0.2` or
 * `multiplicity >= 2`; the others become invalid. Without cuts the predictions stay as they are.
 * @throws {ConfigError} for a cut that cannot be understood, with the nearest column
 * @throws {InputError} when the files lack an image parameter that a cut names
 */
export function withCuts(predictions: PredictionRows, cuts: readonly string[]): PredictionRows {
  if (cuts.length === 0) return predictions;
  const own = Object.entries(ownColumns).flatMap(([name, { unit, of }]) => {
    const values = of(predictions);
    return values ? [{ name, unit, values }] : [];
  });
  const ofImages = Object.entries(predictions.parameters).map(([name, { unit, values }]) => ({ name, unit, values }));
  const columns = [...own, ...ofImages];
  const missing = cutParameters(cuts).find((wanted) => !columns.some(({ name }) => name === wanted));
  if (missing) {
    const where = predictions.level === "telescope" ? "" : " of events of the array";
    throw new InputError(`the predictions have no ${missing}${where}, so it cannot be cut on`, {
      place: predictions.files.join(", "),
      remedy: "predict without --content compact; of the array's events intensity and leakage are known",
    });
  }
  const known = new Map(columns.map(({ name, unit }) => [name, unit]));
  const values = new Map<string, ArrayLike<number>>(columns.map((column) => [column.name, column.values]));
  const expressions = cuts.map((cut) => parseExpression(cut, known));
  const valid = predictions.valid.map((was, row) =>
    was && expressions.every(({ evaluate }) => evaluate((name) => values.get(name)![row]!) === 1) ? 1 : 0,
  );
  return { ...predictions, valid };
}
