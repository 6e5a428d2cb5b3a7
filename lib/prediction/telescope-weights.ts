import type { ModelCard } from "../config/model-card.js";
import type { CombinationWeights } from "../config/prediction-choices.js";
import type { Task } from "../config/task.js";
import { ConfigError, InputError } from "../errors.js";
import type { EventFile } from "../events/event-file.js";
import { expectedError } from "../models/expected-error/expected-error.js";
import { imageFactColumns, imageFacts } from "../models/expected-error/image-facts.js";
import { parametersOf, parametersPath } from "./telescope-parameters.js";
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
  file: EventFile,
  triggers: TelescopeTriggers,
  weights: CombinationWeights,
  card: ModelCard,
  task: Task,
): Float64Array | null {
  if (weights === "none" || triggers.rows === 0) return null;
  const { columns, weight } = formulaOf(weights, card, task, triggers.telescope.type);
  const parameters = parametersOf(file, triggers, columns);
  if (!parameters) {
    throw new InputError(`${file.path} has no image parameters of telescope ${triggers.telescope.id} to weight it by`, {
      place: `${file.path}:${parametersPath(triggers.telescope.id)}`,
      remedy: "combine with weights none, or write parameters with ctapipe-process",
    });
  }
  return Float64Array.from({ length: triggers.rows }, (_, row) => weight((column) => parameters.get(column)![row]!));
}
