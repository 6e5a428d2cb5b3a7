import { join } from "node:path";

/** Paths inside a model folder, `models/<task>/<name>`. All are absolute when the folder is. */
export interface ModelFolder {
  readonly path: string;
  /** The resolved configuration of the last training. */
  readonly config: string;
  /** The finished model, a tf.LayersModel: `model.json` and weights. */
  readonly model: string;
  /** The same network in 8 bits, as `cherenkit quantise` writes it. */
  readonly int8: string;
  /** What prediction must repeat and where the model is valid; see `ModelCard`. */
  readonly card: string;
  readonly trainingLog: string;
  /** TensorBoard event files of the training and of the validation examples. */
  readonly trainingEvents: string;
  readonly validationEvents: string;
  readonly metrics: string;
  /** Full state of an unfinished training. */
  readonly checkpoint: string;
  /** DL2 files. */
  readonly predict: string;
  readonly report: string;
  /** One folder per run of a stage. */
  readonly runs: string;
  /** The former finished model and what belongs to it. */
  readonly previous: string;
}

/** The layout of the model folder at `path`; nothing is read or made. */
export function modelFolder(path: string): ModelFolder {
  return {
    path,
    config: join(path, "config.yaml"),
    model: join(path, "model"),
    int8: join(path, "model.int8.onnx"),
    card: join(path, "card.json"),
    trainingLog: join(path, "training_log.csv"),
    trainingEvents: join(path, "train"),
    validationEvents: join(path, "validation"),
    metrics: join(path, "metrics.json"),
    checkpoint: join(path, "checkpoint"),
    predict: join(path, "predict"),
    report: join(path, "report.html"),
    runs: join(path, "runs"),
    previous: join(path, ".previous"),
  };
}
