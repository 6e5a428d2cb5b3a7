import type { Config, ReaderConfig } from "../config/config.js";
import { dl1dhReaderDefaults } from "../config/defaults.js";
import { type ModelCard, taskLabels } from "../config/model-card.js";
import { tasks as knownTasks, type Task, taskOutputs } from "../config/task.js";
import { version } from "../config/version.js";
import { outputNames } from "../engine/output-names.js";
import type { tf } from "../engine/tensorflow.js";
import { InputError } from "../errors.js";
import { openEventFile } from "../events/event-file.js";
import { selectTelescopes } from "../events/select-telescopes.js";
import type { Telescope } from "../events/subarray.js";

/** The tasks of a network, by the names of its outputs: a head's last layer is named as its task, `type` ends in a softmax. */
function tasksOf(model: tf.LayersModel, file: string): Task[] {
  const names = outputNames(model);
  const found = names.map((name, i) =>
    knownTasks.find(
      (task) =>
        (task === name || (task === "type" && /^softmax/.test(name))) &&
        model.outputs[i]!.shape[1] === taskOutputs[task],
    ),
  );
  if (found.every((task) => task !== undefined)) return found;
  throw new InputError(`the outputs of ${file} (${names.join(", ")}) are not those of CTLearn's tasks`, {
    place: file,
    remedy: `name its configuration (--config FILE); known tasks are ${knownTasks.join(", ")}`,
  });
}

/** CTLearn's own way to read images of the network's shape. */
function standardReader(tasks: readonly Task[], telescopes: readonly Telescope[], side: number): ReaderConfig {
  const stereo = tasks.includes("skydirection");
  return {
    mode: stereo ? "stereo" : "mono",
    channels: [...dl1dhReaderDefaults.channels],
    mapper: dl1dhReaderDefaults.mapper,
    imageShape: side,
    allowedTelescopes: null,
    allowedTelescopeTypes: null,
    qualityCriteria: dl1dhReaderDefaults.qualityCriteria.map(([name, expression]) => ({ name, expression })),
    focalLength: telescopes.every((one) => Number.isFinite(one.effectiveFocalLengthM)) ? "effective" : "equivalent",
    minTelescopes: dl1dhReaderDefaults.minTelescopes,
    minTelescopesOfType: [],
    stackTelescopeImages: stereo,
    sortByIntensity: false,
    skipIncompatibleFiles: false,
  };
}

/** An imported network and what is known of its training. */
export interface Imported {
  readonly model: tf.LayersModel;
  /** File that it came from. */
  readonly file: string;
  readonly name: string;
  /** A DL1 file of the telescopes it was trained on. */
  readonly dataFile: string;
  /** Its configuration; CTLearn's defaults when null. */
  readonly config: Config | null;
}

/**
 * The card of a network that was trained elsewhere, so that it predicts like one of ours. Where it is valid is not known.
 * @throws {InputError} when outputs or images do not fit CTLearn's tasks, the configuration or the telescopes
 */
export async function importedCard({ model, file, name, dataFile, config }: Imported): Promise<ModelCard> {
  const opened = await openEventFile(dataFile);
  try {
    const wanted = {
      ids: config?.reader.allowedTelescopes ?? null,
      types: config?.reader.allowedTelescopeTypes ?? null,
    };
    const telescopes = selectTelescopes(opened.subarray, wanted, dataFile);
    const camera = opened.subarray.cameras.get(telescopes[0]!.cameraIndex)!;
    const tasks = config ? [...config.model.tasks] : tasksOf(model, file);
    const [height, width, depth] = model.inputs[0]!.shape.slice(1) as [number, number, number];
    const reader = config?.reader ?? standardReader(tasks, telescopes, height);
    const views = reader.mode === "stereo" ? telescopes.length : 1;
    if (depth !== views * reader.channels.length) {
      throw new InputError(
        `${file} takes images of ${depth} channels; ${reader.channels.join(", ")} of ${views} telescopes are ${views * reader.channels.length}`,
        { place: file, remedy: "name the configuration it was trained with (--config FILE)" },
      );
    }
    return {
      format: 1,
      cherenkit: version,
      trained: new Date().toISOString(),
      name,
      tasks,
      reader: structuredClone(reader) as ModelCard["reader"],
      inputShape: [height, width, depth],
      camera: { name: camera.name, pixels: camera.pixelX.length },
      telescopes: telescopes.map(({ id, type }) => ({ id, type })),
      labels: Object.fromEntries(tasks.map((task) => [task, taskLabels[task].map((label) => ({ ...label }))])),
      validity: {
        pointingDeg: [],
        energyTeV: null,
        dataModels: [opened.dataModel],
        examples: { training: 0, validation: 0 },
        trainingFiles: 0,
        trainingFilesHash: "",
      },
    };
  } finally {
    opened.close();
  }
}
