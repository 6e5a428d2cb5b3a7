import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { basename } from "node:path";
import { buildMapper } from "../camera/build-mapper.js";
import { pixelCells } from "../camera/pixel-cells.js";
import type { Config } from "../config/config.js";
import { loadConfig } from "../config/load-config.js";
import { modelFolder } from "../config/model-folder.js";
import { selectFiles } from "../config/select-files.js";
import { degPerRad, wrap360 } from "../coordinates/angle.js";
import type { CameraOptics } from "../coordinates/camera-offset.js";
import { counted } from "../display/counted.js";
import { DataTable } from "../display/data-table.js";
import { type Displayable, escapeHtml, jupyterDisplay, type MimeBundle } from "../display/mime-bundle.js";
import { Progress } from "../display/progress.js";
import { InputError } from "../errors.js";
import type { BatchSource } from "../events/batches.js";
import { readExampleParameters } from "../events/example-parameters.js";
import type { ExampleTable } from "../events/example-table.js";
import { type ImageStore, openImageStore } from "../events/image-store.js";
import { openBatches } from "../events/open-batches.js";
import { openExamples } from "../events/open-examples.js";
import { splitExamples } from "../events/split-examples.js";
import { focalLengthM } from "../events/subarray.js";
import { checkExamples, checkTrainingSet, type DataDescription, type TrainingSet } from "./training-set.js";

function range(values: Iterable<number>): { min: number; max: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { min, max };
}

/** Different pointings of the array, to a hundredth of a degree. */
function pointings(examples: ExampleTable): DataDescription["pointingDeg"] {
  const [alt, az] = [examples.column("pointing_altitude"), examples.column("pointing_azimuth")];
  const found = new Map<string, { alt: number; az: number }>();
  for (let row = 0; row < examples.rows; row++) {
    if (row > 0 && alt[row] === alt[row - 1] && az[row] === az[row - 1]) continue;
    const pointing = {
      alt: Number((alt[row]! * degPerRad).toFixed(2)),
      az: Number(wrap360(az[row]! * degPerRad).toFixed(2)),
    };
    found.set(`${pointing.alt} ${pointing.az}`, pointing);
  }
  return [...found.values()];
}

function describeData(examples: ExampleTable): DataDescription {
  const [camera] = examples.cameras;
  const hash = createHash("sha256");
  for (const { path } of examples.files) hash.update(`${basename(path)} ${statSync(path).size}\n`);
  const used = new Set(examples.images.column("tel_id"));
  return {
    camera: { name: camera!.name, pixels: camera!.pixelX.length },
    telescopes: examples.telescopes.filter(({ id }) => used.has(id)).map(({ id, type }) => ({ id, type })),
    pointingDeg: pointings(examples),
    energyTeV: examples.has("true_energy") ? range(examples.column("true_energy")) : null,
    dataModels: [...new Set(examples.files.map(({ dataModel }) => dataModel))],
    trainingFiles: examples.files.length,
    trainingFilesHash: hash.digest("hex"),
  };
}

/** Examples, their split and their batches: what `train` needs, and what a notebook shows of it. */
export class TrainingData implements TrainingSet, Displayable {
  readonly examples: ExampleTable;
  readonly store: ImageStore;
  readonly batches: BatchSource;
  readonly training: Uint32Array;
  readonly validation: Uint32Array;
  readonly classes: TrainingSet["classes"];
  readonly description: DataDescription;
  private readonly reader: Config["reader"];

  constructor(examples: ExampleTable, store: ImageStore, batches: BatchSource, config: Config) {
    this.examples = examples;
    this.store = store;
    this.batches = batches;
    this.classes = examples.classes;
    this.description = describeData(examples);
    const { training, validation } = splitExamples(examples, config.training);
    this.reader = config.reader;
    this.training = training;
    this.validation = validation;
  }

  eventsOf(rows: Uint32Array): Uint32Array {
    const [files, obsIds, eventIds] = ["file_index", "obs_id", "event_id"].map((name) => this.examples.column(name));
    const numbers = new Map<string, number>();
    return rows.map((row) => {
      const key = `${files![row]} ${obsIds![row]} ${eventIds![row]}`;
      const known = numbers.get(key) ?? numbers.size;
      numbers.set(key, known);
      return known;
    });
  }

  async imagesOf(
    rows: Uint32Array,
    names: readonly string[],
  ): Promise<{ telescopeTypes: string[]; optics: CameraOptics[]; parameters: Map<string, Float64Array> } | null> {
    if (this.examples.mode === "stereo") return null;
    const telescopes = new Map(this.examples.telescopes.map((telescope) => [telescope.id, telescope]));
    const ids = this.examples.column("tel_id");
    const own = Array.from(rows, (row) => telescopes.get(ids[row]!)!);
    return {
      telescopeTypes: own.map(({ type }) => type),
      optics: own.map((telescope) => ({
        focalLengthM: focalLengthM(telescope, this.reader.focalLength, telescope.type),
        pixelRotationDeg: this.examples.cameras[this.examples.cameraOfTelescope.get(telescope.id)!]!.pixelRotationDeg,
      })),
      parameters: await readExampleParameters(this.examples, rows, names),
    };
  }

  /** [height, width, channels] of the images. */
  get imageShape(): readonly [number, number, number] {
    return this.batches.imageShape;
  }

  /** Where the images show pixels of the camera, a text of `1` and `0` for each row; undefined for several cameras. */
  get pixelCells(): string[] | undefined {
    const [camera, other] = this.examples.cameras;
    return other ? undefined : pixelCells(buildMapper(this.reader.mapper, camera!, this.reader.imageShape));
  }

  /** One row a fact: examples, split, classes, camera, energies. */
  facts(): DataTable {
    const { camera, telescopes, energyTeV, pointingDeg } = this.description;
    const shape = this.imageShape.join(" × ");
    const megabytes = (this.store.examples * this.store.pixels * this.store.channels * 4) / 1e6;
    const rows: [string, string][] = [
      ["images", this.examples.rows.toLocaleString("en-US")],
      ["training / validation", `${this.training.length} / ${this.validation.length}`],
      ["telescopes", telescopes.map(({ id, type }) => `${id} (${type})`).join(", ")],
      ["camera", `${camera.name}, ${camera.pixels} pixels, images of ${shape}`],
      ["pointing [deg]", pointingDeg.map(({ alt, az }) => `alt ${alt}, az ${az}`).join("; ")],
      [
        "image store",
        this.store.problem ??
          `${this.store.key}, ${megabytes.toFixed(0)} MB, ${this.store.reused ? "reused" : "written"}`,
      ],
    ];
    if (energyTeV) {
      rows.push(["true energy [TeV]", `${energyTeV.min.toPrecision(3)} to ${energyTeV.max.toPrecision(3)}`]);
    }
    if (this.classes) {
      const { background, signal } = this.classes;
      const text = [
        ["background", background],
        ["gamma", signal],
      ] as const;
      rows.push([
        "classes",
        text.map(([name, { examples, weight }]) => `${name} ${examples} (weight ${weight.toFixed(3)})`).join(", "),
      ]);
    }
    return new DataTable(["", ""], rows);
  }

  [jupyterDisplay](): MimeBundle {
    const files = this.examples.summary();
    const facts = this.facts();
    const title = escapeHtml(counted(this.examples.files.length, "file"));
    return {
      "text/html": `${facts.toHtml()}<details><summary>${title}</summary>${files.toHtml()}</details>`,
      "text/plain": `${facts.toText()}\n\n${files.toText()}`,
    };
  }
}

/**
 * Opens the training files of a configuration: reads keys, truth and parameters, applies the quality cuts, writes the
 * image store on first use, splits off the validation share and starts the threads that prepare batches.
 * @throws {InputError} for files that are missing, damaged or of another array
 * @throws {ConfigError} for criteria and selections that cannot be used
 * @throws {CherenkitError} when too few examples are left
 * @throws {OutputError} when the cache has no room for the images
 */
export async function openTrainingData(config: Config): Promise<TrainingData> {
  const { training, reader, model } = config;
  const signal = await selectFiles(training.signal);
  const background = training.background ? await selectFiles(training.background) : null;
  const examples = await openExamples(signal, background, reader);
  checkExamples(examples.rows);
  let progress: Progress | undefined;
  const store = await openImageStore(examples, reader, (done, total) => {
    progress ??= new Progress("reading images", total, "images");
    progress.update(done);
  }).finally(() => progress?.stop());
  if (store.problem !== null) process.stderr.write(`${store.problem}\n`);
  const batches = await openBatches(examples, store, reader, {
    tasks: model.tasks,
    batchSize: training.batchSize,
    workers: training.workers,
    augmentation: training.augmentation,
  });
  try {
    const data = new TrainingData(examples, store, batches, config);
    checkTrainingSet(data, model.tasks, training.batchSize);
    return data;
  } catch (error) {
    await batches.close();
    throw error;
  }
}

/**
 * The training data of a finished model, as its folder's `config.yaml` names them.
 * @throws {InputError} when the folder holds no trained model
 */
export async function openModelData(path: string): Promise<{ readonly config: Config; readonly data: TrainingData }> {
  const file = modelFolder(path).config;
  if (!existsSync(file)) {
    throw new InputError(`${path} has no configuration of its training`, {
      place: file,
      remedy: "name the folder of a model that was trained here, e.g. models/energy/singlecnn",
    });
  }
  const config = await loadConfig(file);
  return { config, data: await openTrainingData(config) };
}
