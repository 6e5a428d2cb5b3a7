// What do networks cost, and how well do they do? Each learns type and energy together from the same simulated showers; all
// are judged on the same validation images, and their times are taken in turns.
//   npx cherenkit simulate --events 3000 --seed 1 --output FOLDER/data
//   node dist/test/bench/networks.js FOLDER [epochs] [names of networks]
// A network that FOLDER has already is not trained again; one that was interrupted goes on.
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { loadConfig } from "../../lib/config/load-config.js";
import { modelFolder } from "../../lib/config/model-folder.js";
import { DataTable } from "../../lib/display/data-table.js";
import { compilePredictor } from "../../lib/engine/compile-predictor.js";
import { loadModel } from "../../lib/models/load-model.js";
import { modelSummary } from "../../lib/models/model-summary.js";
import { prepareModel } from "../../lib/models/prepare-model.js";
import { compareNetworks } from "../../lib/training/network-comparison.js";
import { openTrainingData } from "../../lib/training/open-training-data.js";
import { train } from "../../lib/training/train.js";
import "./bench.js";

const [folderName, epochs = "2", ...wanted] = process.argv.slice(2);
if (!folderName) throw new Error("name a folder with data/ of cherenkit simulate");
const folder = resolve(folderName);
const models = fileURLToPath(new URL("../../../models", import.meta.url));

const plain = "CTLearnModel: { attention_mechanism: null }";
const custom = (file: string, name: string): string =>
  `model_type: CustomModel\n  CustomModel: { model_filename: ${join(models, file)}, model_name: ${name} }`;
const bilinear = "image_mapper_type: BilinearMapper, interpolation_image_shape: 48";
const axial = "image_mapper_type: AxialMapper";
const [linear, logarithmic] = ["cleaned_image", "log_cleaned_image"];
const adam = (rate: number): string => `name: Adam, base_learning_rate: ${rate}`;
const adamW = "name: AdamW, base_learning_rate: 0.001";

/** Network, optimizer, charges, mapper and turns by name. */
const networks: Readonly<
  Record<string, readonly [model: string, optimizer: string, charge: string, mapper: string, turns?: string]>
> = {
  resnet: [`model_type: ResNet\n  ${plain}`, adam(0.0003), linear, bilinear],
  "resnet-log": [`model_type: ResNet\n  ${plain}`, adam(0.0003), logarithmic, bilinear],
  cnn: [`model_type: SingleCNN\n  ${plain}`, adam(0.001), linear, bilinear],
  "cnn-log": [`model_type: SingleCNN\n  ${plain}`, adam(0.001), logarithmic, bilinear],
  "convnext-log": [custom("convnext.ts", "convNext"), adamW, logarithmic, bilinear],
  "hex-log": [custom("hexagonal.ts", "hexagonalNet"), adamW, logarithmic, axial],
  "hex-turned": [custom("hexagonal.ts", "hexagonalNet"), adamW, logarithmic, axial, "symmetry"],
  "convnext-turned": [custom("convnext.ts", "convNext"), adamW, logarithmic, bilinear, "symmetry"],
  "cnn-turned": [`model_type: SingleCNN\n  ${plain}`, adam(0.001), logarithmic, bilinear, "symmetry"],
};

const chosen = wanted.length > 0 ? wanted : Object.keys(networks);
const opened = [];
for (const name of chosen) {
  const [model, optimizer, charge, mapper, turns = "none"] = networks[name]!;
  const file = join(folder, `${name}.yaml`);
  writeFileSync(
    file,
    `prepare_model:
  tasks: [type, energy]
  ${model}
training_model:
  TrainCTLearnModel:
    output_dir: ${folder}/models/both/${name}
    input_dir_signal: ${folder}/data/gammas_diffuse/train
    input_dir_background: ${folder}/data/protons_diffuse/train
    n_epochs: ${epochs}
    split_by: event
    batch_size: 32
    augmentation: ${turns}
    optimizer: { ${optimizer}, schedule: cosine, warmup_epochs: 0.2 }
    DLImageReader: { mode: mono, channels: [${charge}, cleaned_relative_peak_time], ${mapper} }
`,
  );
  const config = await loadConfig(file);
  const data = await openTrainingData(config);
  if (!existsSync(modelFolder(config.modelFolder).card)) await train(await prepareModel(config, data), data, config);
  const network = await loadModel(modelFolder(config.modelFolder).model);
  const { networks: rows } = await compareNetworks({ [name]: network }, data, config);
  await data.batches.close();
  const predictor = await compilePredictor(network);
  opened.push({
    row: rows[0]!,
    summary: modelSummary(network),
    predictor,
    shape: data.imageShape,
    times: [] as number[],
  });
}

const batch = 32;
for (let round = 0; round < 11; round++) {
  for (const { predictor, shape, times } of opened) {
    const images = new Float32Array(batch * shape.reduce((product, side) => product * side, 1)).fill(0.5);
    const start = performance.now();
    predictor.predict(images, batch);
    times.push((performance.now() - start) / batch);
  }
}
const rows = opened.map(({ row, summary, times }) => [
  row.name,
  summary.parameters,
  Number((summary.flops / 1e6).toFixed(1)),
  Number([...times].sort((a, b) => a - b)[times.length >> 1]!.toPrecision(3)),
  Number(row.quality.val_auc!.toFixed(3)),
  Number(row.quality.val_mae_energy!.toFixed(4)),
]);
const columns = ["network", "parameters", "MFLOP", "ms an image", "AUC", "mean error of log10 E"];
console.log(new DataTable(columns, rows, `${epochs} epochs`).toText());
process.exit(0);
