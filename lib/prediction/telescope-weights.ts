import type { ModelCard } from "../config/model-card.js";
import type { CombinationWeights } from "../config/prediction-choices.js";
import type { Task } from "../config/task.js";
import { ConfigError, InputError } from "../errors.js";
import { type EventFile, telescopeTable } from "../events/event-file.js";
import { numbers } from "../hdf5/column.js";
import { expectedError } from "../models/expected-error/expected-error.js";
import { imageFactColumns, imageFacts } from "../models/expected-error/image-facts.js";
import { KeyedRows } from "./keyed-rows.js";
import type { TelescopeTriggers } from "./triggers.js";

interface Image {
  readonly intensity: number;
  readonly width: number;
  readonly length: number;
  /** Share of the charge in the two outermost rings of pixels. */
  readonly leakage: number;
}

/** ctapipe's. */
const formulas: Readonly<Record<Exclude<CombinationWeights, "none" | "expected-error">, (image: Image) => number>> = {
  intensity: ({ intensity }) => intensity,
  "aspect-weighted-intensity": ({ intensity, length, width }) => (intensity * length) / width,
  "containment-weighted-intensity": ({ intensity, length, width, leakage }) =>
    (intensity * (1 - width / length)) ** 2 * (1 - leakage) ** 4,
};

const columnOf: Readonly<Record<keyof Image, string>> = {
  intensity: "hillas_intensity",
  width: "hillas_width",
  length: "hillas_length",
  leakage: "leakage_intensity_width_2",
};

/** Where the weights of a telescope's images come from: the columns that are read, and a formula. */
interface Formula {
  readonly columns: readonly string[];
  readonly weight: (of: (column: string) => number) => number;
}

function formulaOf(weights: Exclude<CombinationWeights, "none">, card: ModelCard, task: Task, type: string): Formula {
  if (weights !== "expected-error") {
    const image = (of: (column: string) => number): Image => ({
      intensity: of(columnOf.intensity),
      width: of(columnOf.width),
      length: of(columnOf.length),
      leakage: of(columnOf.leakage),
    });
    return { columns: Object.values(columnOf), weight: (of) => formulas[weights](image(of)) };
  }
  const learnt = card.expectedErrors?.[task]?.find(({ telescopeType }) => telescopeType === type);
  if (!learnt) {
    throw new ConfigError(`${card.name} does not know what error to expect of ${task} for ${type}`, {
      place: "--weights expected-error",
      remedy: "train it again with this version on files that have image parameters, or choose other weights",
    });
  }
  return {
    columns: imageFactColumns,
    weight: (of) => expectedError(learnt, imageFacts(of)) ** -2,
  };
}

/**
 * Weight of each trigger of a telescope from the parameters of its image, `[triggers]`; NaN without parameters, and for
 * images too small to have the wanted ones. Null when all count the same.
 * @throws {InputError} when the file has no parameters
 * @throws {ConfigError} when the model was not taught what error to expect
 */
export function telescopeWeights(
  { path, hdf5 }: EventFile,
  triggers: TelescopeTriggers,
  weights: CombinationWeights,
  card: ModelCard,
  task: Task,
): Float64Array | null {
  if (weights === "none" || triggers.rows === 0) return null;
  const { columns: names, weight } = formulaOf(weights, card, task, triggers.telescope.type);
  const table = `/dl1/event/telescope/parameters/${telescopeTable(triggers.telescope.id)}`;
  if (hdf5.kind(table) !== "table") {
    throw new InputError(`${path} has no image parameters of telescope ${triggers.telescope.id} to weight it by`, {
      place: `${path}:${table}`,
      remedy: "combine with weights none, or write parameters with ctapipe-process",
    });
  }
  const wanted = ["obs_id", "event_id", ...names];
  const { rows, columns } = hdf5.table(table).read({ columns: wanted });
  const values = new Map(wanted.map((name) => [name, numbers(columns.get(name)!)]));
  const index = new KeyedRows(triggers.obsIds, triggers.eventIds);
  const result = new Float64Array(triggers.rows).fill(Number.NaN);
  for (let row = 0; row < rows; row++) {
    const trigger = index.find(values.get("obs_id")![row]!, values.get("event_id")![row]!);
    if (trigger >= 0) result[trigger] = weight((column) => values.get(column)![row]!);
  }
  return result;
}
