import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { needsData, sharedData } from "../shared-data.js";
import { cherenkit, temporaryFolder } from "./command.js";

const folder = temporaryFolder();
const dl1 = join(sharedData, "ctlearn/dl1");

/** A configuration for files of the real ctapipe, with a network small enough for a test. */
function configuration(task: "type" | "energy"): string {
  const background =
    task === "type" ? `    input_dir_background: ${dl1}\n    file_pattern_background: [proton_run2.dl1.h5]\n` : "";
  const protons = task === "type" ? `\n    protons: [${dl1}/proton_run2.dl1.h5]` : "";
  const path = join(folder, `${task}.yaml`);
  writeFileSync(
    path,
    `prepare_model:
  model_type: SingleCNN
  tasks: [${task}]
  CTLearnModel: { attention_mechanism: null }
  SingleCNN:
    architecture: [{ filters: 4, kernel_size: 3, number: 1 }, { filters: 8, kernel_size: 3, number: 1 }]
training_model:
  TrainCTLearnModel:
    output_dir: ${folder}/models/${task}/cnn
    input_dir_signal: ${dl1}
    file_pattern_signal: [gamma_run1.dl1.h5]
${background}    n_epochs: 2
    batch_size: 16
    DLImageReader: { mode: mono, interpolation_image_shape: 28 }
testing_model:
  files:
    gammas: [${dl1}/gamma_run1.dl1.h5]${protons}
`,
  );
  return path;
}

const expected = {
  energy: { figures: ["Energy migration", "Energy resolution", "Energy bias"], metric: "Mean error of log E" },
  type: { figures: ["ROC", "Gammaness", "onfusion"], metric: "Area under ROC" },
} as const;

for (const task of ["energy", "type"] as const) {
  test(`files of the real ctapipe: train, test and report ${task}`, needsData("ctlearn/dl1"), async () => {
    const config = configuration(task);
    const model = join(folder, "models", task, "cnn");
    const trained = await cherenkit("train", config);
    assert.equal(trained.code, 0, trained.stderr);
    assert.match(trained.stdout, /epoch 2\/2 .*loss [\d.]+\/[\d.]+/);
    assert.ok(existsSync(join(model, "model/model.json")) && existsSync(join(model, "card.json")));
    assert.ok(!existsSync(join(model, "checkpoint")));

    const tested = await cherenkit("test", config);
    assert.equal(tested.code, 0, tested.stderr);
    const dl2 = join(model, "predict/gamma_run1.dl2.h5");
    const inspected = await cherenkit("inspect", "--json", dl2);
    const [file] = JSON.parse(inspected.stdout) as [{ kind: string; predictions: { level: string; rows: number }[] }];
    assert.equal(file.kind, "dl2");
    // every triggered telescope image has its row, as in CTLearn's own file
    assert.equal(file.predictions.find(({ level }) => level === "telescope")!.rows, 128);

    const reported = await cherenkit("report", config);
    assert.equal(reported.code, 0, reported.stderr);
    const page = readFileSync(join(model, "report.html"), "utf8");
    for (const part of [...expected[task].figures, expected[task].metric, "Learning curve"]) {
      assert.ok(page.includes(part), `the page lacks ${part}`);
    }
    assert.match(page, /training and test share files/);

    const evaluated = await cherenkit("evaluate", dl2, "--task", task, "--json");
    const { events } = JSON.parse(evaluated.stdout) as { events: number };
    assert.equal(events, 119);
  });
}
