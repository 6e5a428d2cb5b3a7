import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { simulate } from "../../lib/simulation/simulate.js";
import { cherenkit, temporaryFolder } from "./command.js";

const folder = temporaryFolder();
const config = join(folder, "energy.yaml");
before(async () => {
  await simulate({ events: 40, seed: 1, output: join(folder, "data"), particles: ["gamma"] });
  writeFileSync(
    config,
    `prepare_model:
  model_type: SingleCNN
  tasks: [energy]
  CTLearnModel: { attention_mechanism: null }
  SingleCNN: { architecture: [{ filters: 4, kernel_size: 3, number: 1 }] }
training_model:
  TrainCTLearnModel:
    output_dir: ${folder}/models/energy/cnn
    input_dir_signal: ${folder}/data
    n_epochs: 1
    batch_size: 8
    DLImageReader: { mode: mono, interpolation_image_shape: 24 }
`,
  );
});

test("a cross-validation trains each part, tells mean and spread, and passes over what is trained already", async () => {
  const first = await cherenkit("train", config, "--folds", "2", "--quiet");
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /mean [\d.]+, standard deviation [\d.e-]+[\s\S]*cnn-fold[12]of2/);
  assert.deepEqual(readdirSync(join(folder, "models/energy")).sort(), ["cnn-fold1of2", "cnn-fold2of2"]);
  const again = await cherenkit("train", config, "--folds", "2", "--quiet");
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stderr, /cnn-fold1of2 \(1 of 2\): is trained already/);
  assert.equal(again.stdout, first.stdout);
});
