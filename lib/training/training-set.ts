import type { ModelCard } from "../config/model-card.js";
import type { Task } from "../config/task.js";
import type { CameraOptics } from "../coordinates/camera-offset.js";
import { CherenkitError } from "../errors.js";
import type { BatchSource } from "../events/batches.js";

/** Facts about the data that go into the model card. */
export interface DataDescription {
  readonly camera: ModelCard["camera"];
  readonly telescopes: ModelCard["telescopes"];
  readonly pointingDeg: ModelCard["validity"]["pointingDeg"];
  readonly energyTeV: ModelCard["validity"]["energyTeV"];
  readonly dataModels: readonly string[];
  readonly trainingFiles: number;
  readonly trainingFilesHash: string;
}

/** What the training loop needs of the data. */
export interface TrainingSet {
  readonly batches: BatchSource;
  /** Rows of the training examples. */
  readonly training: Uint32Array;
  /** Rows of the validation examples. */
  readonly validation: Uint32Array;
  /** For `type`: how many examples of each class there are, and the weight of one. */
  readonly classes: {
    readonly background: { readonly examples: number; readonly weight: number };
    readonly signal: { readonly examples: number; readonly weight: number };
  } | null;
  readonly description: DataDescription;
  /** Of each row the number of its event, `[rows]`: the same for all images of a shower. Absent where examples are events. */
  eventsOf?(rows: Uint32Array): Uint32Array;
  /**
   * Telescope type, optics and parameters of the images of some rows; absent where examples are events, or come without
   * parameters.
   */
  imagesOf?(
    rows: Uint32Array,
    names: readonly string[],
  ): Promise<{
    readonly telescopeTypes: readonly string[];
    /** By which directions in the camera were made. */
    readonly optics: readonly CameraOptics[];
    /** `[rows]` by column of ctapipe's parameter tables, NaN where a file has none. */
    readonly parameters: ReadonlyMap<string, Float64Array>;
  } | null>;
}

/** @throws {CherenkitError} when no example is left. */
export function checkExamples(count: number): void {
  if (count > 0) return;
  throw new CherenkitError("no example passes the quality cuts", {
    remedy: "check the training files (cherenkit inspect) and quality_criteria in the configuration",
  });
}

/** @throws {CherenkitError} when the data cannot train the tasks: too few examples, one class, no validation. */
export function checkTrainingSet(set: TrainingSet, tasks: readonly Task[], batchSize: number): void {
  const total = set.training.length + set.validation.length;
  checkExamples(total);
  if (set.training.length < batchSize) {
    throw new CherenkitError(`${set.training.length} training examples are fewer than a batch of ${batchSize}`, {
      remedy: "name more files, loosen quality_criteria or lower batch_size",
    });
  }
  if (set.validation.length === 0) {
    throw new CherenkitError(`of ${total} examples none is left for validation`, {
      remedy: "raise validation_split or name more files",
    });
  }
  if (!tasks.includes("type")) return;
  if (!set.classes) {
    throw new CherenkitError("the task type needs background examples", {
      remedy: "set input_dir_background and file_pattern_background",
    });
  }
  for (const name of ["signal", "background"] as const) {
    if (set.classes[name].examples > 0) continue;
    throw new CherenkitError(`the task type needs two classes, and there is no ${name} example`, {
      remedy: `check input_dir_${name}, file_pattern_${name} and quality_criteria`,
    });
  }
}
