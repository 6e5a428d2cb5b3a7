import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { cherenkit, temporaryFolder } from "./command.js";

const folder = temporaryFolder();

test("from simulated showers to a compared model, each stage an executed notebook", async () => {
  const data = join(folder, "data");
  const simulated = await cherenkit("simulate", "--events", "60", "--seed", "1", "--output", data);
  assert.equal(simulated.code, 0, simulated.stderr);
  const config = join(folder, "direction.yaml");
  writeFileSync(
    config,
    `paths: { data_path: ${data} }
prepare_model:
  model_type: SingleCNN
  tasks: [cameradirection]
  CTLearnModel: { attention_mechanism: null }
  SingleCNN: { architecture: [{ filters: 4, kernel_size: 3, number: 1 }] }
training_model:
  TrainCTLearnModel:
    output_dir: ${folder}/models/cameradirection/cnn
    input_dir_signal: "{data_path}/gammas_diffuse/train"
    file_pattern_signal: ["gamma_*.h5"]
    n_epochs: 1
    batch_size: 16
    DLImageReader: { mode: mono, interpolation_image_shape: 24 }
testing_model: { data_path: "{data_path}" }
`,
  );
  const model = join(folder, "models/cameradirection/cnn");
  for (const stage of ["prepare", "train", "test", "report"]) {
    const { code, stderr } = await cherenkit(stage, config, "--quiet");
    assert.equal(code, 0, `${stage}: ${stderr}`);
  }
  const stages = readdirSync(join(model, "runs")).map((name) => name.split("-")[0]);
  assert.deepEqual(stages.sort(), ["prepare", "report", "test", "train"]);
  mkdirSync(join(folder, "models/cameradirection/begun/checkpoint"), { recursive: true });
  const compared = await cherenkit("compare", join(folder, "models/cameradirection"), "--json");
  assert.equal(compared.code, 0, compared.stderr);
  const { page } = JSON.parse(compared.stdout) as { page: string };
  const html = readFileSync(page, "utf8");
  assert.match(html, /begun<\/td><td[^>]*>the model was not tested yet/);
  assert.match(html, /Angular resolution/);
});
