import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { simulate } from "../../lib/simulation/simulate.js";
import { cherenkitUntil, temporaryFolder } from "./command.js";

const folder = temporaryFolder();

test("a training that is told to end exits with 75 and continues when it is started again", async () => {
  await simulate({ events: 60, seed: 1, output: folder, particles: ["gamma"] });
  const config = join(folder, "energy.yaml");
  writeFileSync(
    config,
    `prepare_model:
  model_type: SingleCNN
  tasks: [energy]
  CTLearnModel:
    attention_mechanism: null
  SingleCNN: { architecture: [{ filters: 4, kernel_size: 3, number: 1 }] }
training_model:
  TrainCTLearnModel:
    output_dir: ${folder}/models/energy/cnn
    input_dir_signal: ${folder}
    file_pattern_signal: ["gamma_*.h5"]
    n_epochs: 100000
    batch_size: 16
    DLImageReader: { mode: mono, interpolation_image_shape: 24 }
`,
  );
  const stopped = await cherenkitUntil(/epoch 2\/100000/, "SIGTERM", "train", config);
  assert.equal(stopped.code, 75, stopped.stderr);
  assert.match(stopped.stderr, /InterruptedError: training was interrupted/);
  assert.match(stopped.stderr, /train: interrupted/);
  const model = join(folder, "models/energy/cnn");
  assert.ok(existsSync(join(model, "checkpoint")) && !existsSync(join(model, "model")));
  const again = await cherenkitUntil(/continuing in epoch/, "SIGINT", "train", config);
  assert.equal(again.code, 75, again.stderr);
});
