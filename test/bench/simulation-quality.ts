// How well do networks reconstruct our simulated gammas, beside the published curves of SST-1M? One network each learns
// energy and direction from single images and from both telescopes' images; all are judged on gammas from a point source
// that both telescopes saw. Directions of the single images are combined by their mean and, as predictions are by default,
// where the axes of the images meet.
//   node dist/test/bench/simulation-quality.js FOLDER energy|direction [events] [epochs]
// Epochs may be two numbers, for one image and for both: fewer events are seen by both telescopes, so that 8,24 gives
// both networks about as many steps.
// Simulates into FOLDER/data what is not there. A network that FOLDER has already is not trained again; one that was
// interrupted goes on. What Hillas' parameters make of the same files: test/bench/hillas-directions.py.
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { loadConfig } from "../../lib/config/load-config.js";
import { modelFolder } from "../../lib/config/model-folder.js";
import type { Task } from "../../lib/config/task.js";
import { angularSeparationDeg } from "../../lib/coordinates/angular-separation.js";
import { type Cell, DataTable } from "../../lib/display/data-table.js";
import { estimateInBins } from "../../lib/evaluation/binned-estimate.js";
import { containmentRadius } from "../../lib/evaluation/containment-radius.js";
import { energyResolutionByEnergy, relativeErrors } from "../../lib/evaluation/energy-resolution.js";
import { take } from "../../lib/evaluation/predictions.js";
import { sortSample } from "../../lib/evaluation/quantile.js";
import { sst1mMono, sst1mStereo } from "../../lib/figures/published-performance.js";
import { prepareModel } from "../../lib/models/prepare-model.js";
import { predictTestFiles } from "../../lib/prediction/predict-test-files.js";
import { type PredictionRows, readPredictions } from "../../lib/reports/predictions.js";
import { simulate } from "../../lib/simulation/simulate.js";
import { openTrainingData } from "../../lib/training/open-training-data.js";
import { train } from "../../lib/training/train.js";
import "./bench.js";

const [folderName, quantity, givenEvents, givenEpochs] = process.argv.slice(2);
if (!folderName || (quantity !== "energy" && quantity !== "direction")) {
  throw new Error("name a folder for data and models, and energy or direction");
}
const folder = resolve(folderName);

/** How a quantity is learned: from gammas of which cone, how many, how long, by which network. */
const recipes = {
  energy: {
    seed: 1,
    events: "12000",
    testEvents: 6000,
    epochs: "8,24",
    viewConeDeg: 5,
    tasks: { mono: "energy", stereo: "energy" },
    model:
      "model_type: SingleCNN\n  SingleCNN: { batchnorm: true, batchnorm_momentum: 0.9, attention_mechanism: null }",
    learningRate: 0.001,
    cuts: ["hillas_intensity > 50"],
  },
  direction: {
    seed: 11,
    events: "100000",
    testEvents: 8000,
    epochs: "4,10",
    viewConeDeg: 2.5,
    tasks: { mono: "cameradirection", stereo: "skydirection" },
    model: `model_type: CustomModel
  CustomModel:
    model_filename: ${fileURLToPath(new URL("../../../models/moments.ts", import.meta.url))}
    model_name: momentsNet
  CTLearnModel: { head_layers: { cameradirection: [2], skydirection: [2] } }`,
    learningRate: 0.002,
    cuts: ["hillas_intensity > 50", "leakage_intensity_width_2 < 0.2"],
  },
} as const satisfies Record<string, { tasks: Record<"mono" | "stereo", Task>; [key: string]: unknown }>;

const { seed, testEvents, tasks, model, viewConeDeg, learningRate, cuts, ...usual } = recipes[quantity];
const [events, epochs] = [givenEvents ?? usual.events, givenEpochs ?? usual.epochs];
const [monoEpochs, stereoEpochs = monoEpochs] = epochs.split(",");
const trainingData = join(folder, "data", `cone-${viewConeDeg}`);
const testData = join(folder, "data", "point");

function configuration(mode: "mono" | "stereo"): string {
  return `prepare_model:
  ${model}
  tasks: [${tasks[mode]}]
training_model:
  TrainCTLearnModel:
    output_dir: ${folder}/models/${tasks[mode]}/${quantity}-${mode}
    input_dir_signal: ${trainingData}
    n_epochs: ${mode === "stereo" ? stereoEpochs : monoEpochs}
    batch_size: 64
    optimizer: { name: Adam, base_learning_rate: ${learningRate}, schedule: cosine, warmup_epochs: 0.2 }
    DLImageReader:
      mode: ${mode}
      channels: [log_cleaned_image, cleaned_relative_peak_time]
      image_mapper_type: AxialMapper
${mode === "stereo" ? "      min_telescopes: 2\n" : ""}      TableQualityQuery: { quality_criteria: ${JSON.stringify(cuts)} }
testing_model:
  files: { gammas_point: "${testData}/*.h5" }
`;
}

await simulate({
  events: Number(events),
  seed,
  output: trainingData,
  particles: ["gamma"],
  viewConeDeg,
  eventsPerFile: 10000,
});
await simulate({ events: testEvents, seed: 2, output: testData, particles: ["gamma_point"], eventsPerFile: 4000 });

/** Trains and tests a network. @returns its DL2 files, which the next call with the same mode replaces */
async function predictions(mode: "mono" | "stereo", directions: "mean" | "axes" = "mean"): Promise<readonly string[]> {
  const file = join(folder, `${quantity}-${mode}.yaml`);
  writeFileSync(file, configuration(mode));
  const config = await loadConfig(file, { directions });
  if (!existsSync(modelFolder(config.modelFolder).card)) {
    const data = await openTrainingData(config);
    await train(await prepareModel(config, data), data, config);
    await data.batches.close();
  }
  return (await predictTestFiles(config)).files.map(({ output }) => output);
}

/** A gamma's true energy and its error: relative of the energy, in degrees of the direction. */
interface Errors {
  readonly trueEnergyTeV: Float64Array;
  readonly error: Float64Array;
}

const eventKey = ({ obsId, eventId, fileIndex }: PredictionRows, row: number): string =>
  `${fileIndex[row]} ${obsId[row]} ${eventId[row]}`;

/** Errors of the valid rows, of those events alone that `events` names. */
function errorsOf(rows: PredictionRows, events: ReadonlySet<string>): Errors {
  const kept = Uint32Array.from({ length: rows.rows }, (_, row) => row).filter(
    (row) => rows.valid[row] && events.has(eventKey(rows, row)),
  );
  const trueEnergyTeV = take(rows.trueEnergyTeV, kept);
  const { altDeg, azDeg, trueAltDeg, trueAzDeg } = rows;
  const error = rows.energyTeV
    ? relativeErrors(trueEnergyTeV, take(rows.energyTeV, kept))
    : Float64Array.from(kept, (row) =>
        angularSeparationDeg(azDeg![row]!, altDeg![row]!, trueAzDeg[row]!, trueAltDeg[row]!),
      );
  return { trueEnergyTeV, error };
}

const edges = sst1mMono.edgesTeV.slice(0, 12);
const rounded = (value: number, digits: number): Cell => (Number.isNaN(value) ? null : Number(value.toFixed(digits)));

/** One image, the answers for both images combined in two ways, and one network with both images, on the same events. */
async function compared(): Promise<Record<"image" | "mean" | "axes" | "stereo", Errors>> {
  const both = await predictions("stereo");
  const joined = await readPredictions(both, tasks.stereo, "subarray");
  const events = new Set<string>();
  for (let row = 0; row < joined.rows; row++) if (joined.valid[row]) events.add(eventKey(joined, row));
  const single = await predictions("mono");
  const image = errorsOf(await readPredictions(single, tasks.mono, "telescope"), events);
  const mean = errorsOf(await readPredictions(single, tasks.mono, "subarray"), events);
  const met = quantity === "direction" ? await predictions("mono", "axes") : single;
  return {
    image,
    mean,
    axes: errorsOf(await readPredictions(met, tasks.mono, "subarray"), events),
    stereo: errorsOf(joined, events),
  };
}

const energyBin = (bin: number): string => `${edges[bin]!.toPrecision(3)}–${edges[bin + 1]!.toPrecision(3)}`;
const title = `${events} events, ${epochs} epochs`;

async function energyTable(): Promise<DataTable> {
  const { image, mean, stereo } = await compared();
  const [one, averaged, two] = [image, mean, stereo].map(({ trueEnergyTeV, error }) =>
    energyResolutionByEnergy(edges, trueEnergyTeV, error, null),
  );
  const rows = edges
    .slice(0, -1)
    .map((_, bin): Cell[] => [
      energyBin(bin),
      two!.resolution.counts[bin]!,
      rounded(one!.resolution.value[bin]!, 3),
      rounded(averaged!.resolution.value[bin]!, 3),
      rounded(two!.resolution.value[bin]!, 3),
      rounded(sst1mMono.energyResolution[bin]!, 3),
      rounded(sst1mStereo.energyResolution[bin]!, 3),
      rounded(one!.bias.value[bin]!, 3),
      rounded(two!.bias.value[bin]!, 3),
      rounded(sst1mMono.energyBias[bin]!, 3),
      rounded(sst1mStereo.energyBias[bin]!, 3),
    ]);
  const resolutions = ["image", "mean of two", "stereo", "published mono", "published stereo"];
  const biases = ["bias image", "bias stereo", "published mono", "published stereo"];
  return new DataTable(
    ["energy [TeV]", "events", ...resolutions, ...biases],
    rows,
    `Resolution and bias of the relative error of the energy, ${title}`,
  );
}

async function directionTable(): Promise<DataTable> {
  const { image, mean, axes, stereo } = await compared();
  const [one, averaged, met, two] = [image, mean, axes, stereo].map(({ trueEnergyTeV, error }) =>
    estimateInBins(edges, trueEnergyTeV, error, null, (values) => containmentRadius(sortSample(values, null))),
  );
  const rows = edges
    .slice(0, -1)
    .map((_, bin): Cell[] => [
      energyBin(bin),
      two!.counts[bin]!,
      rounded(one!.value[bin]!, 3),
      rounded(averaged!.value[bin]!, 3),
      rounded(met!.value[bin]!, 3),
      rounded(two!.value[bin]!, 3),
      rounded(sst1mMono.angularResolutionDeg[bin]!, 3),
      rounded(sst1mStereo.angularResolutionDeg[bin]!, 3),
    ]);
  const columns = ["image", "mean of two", "axes of two", "stereo", "published mono", "published stereo"];
  return new DataTable(["energy [TeV]", "events", ...columns], rows, `68 % containment in degrees, ${title}`);
}

console.log((quantity === "energy" ? await energyTable() : await directionTable()).toText());
process.exit(0);
