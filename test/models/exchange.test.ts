import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { readModelCard } from "../../lib/config/model-card.js";
import { exportSavedModel } from "../../lib/engine/export-saved-model.js";
import { tf } from "../../lib/engine/tensorflow.js";
import { buildModel } from "../../lib/models/build-model.js";
import { loadModel } from "../../lib/models/load-model.js";
import { saveModel } from "../../lib/models/save-model.js";
import { modelConfig } from "./model-config.js";

const cli = fileURLToPath(new URL("../../../lib/cli/cherenkit.mjs", import.meta.url));
const cherenkit = (...args: string[]): string =>
  execFileSync(process.execPath, [cli, ...args], { encoding: "utf8", stdio: "pipe" });

const attention = { mechanism: "Dual-SE", reductionRatio: 8 } as const;
const network = (): tf.LayersModel => buildModel(modelConfig({ type: "SingleCNN", attention }), [16, 16, 2], 3);

function predict(model: tf.LayersModel): number[] {
  const x = tf.tensor(
    Float32Array.from({ length: 1024 }, (_, i) => Math.sin(i)),
    [2, 16, 16, 2],
  );
  return Array.from((model.predict(x) as tf.Tensor).dataSync());
}

test("a model goes out as .keras and ONNX and comes back from .keras with the same predictions", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-exchange-"));
  const model = network();
  await saveModel(model, join(folder, "a/model"));
  const file = cherenkit("export", join(folder, "a"), "--format", "keras").trim();
  assert.equal(file, join(folder, "a/model.keras"));
  assert.ok(existsSync(cherenkit("export", join(folder, "a")).trim()), "ONNX by default");
  const numbers = JSON.parse(cherenkit("import", file, "--output", join(folder, "b"), "--json")) as object;
  const again = await loadModel(join(folder, "b/model"));
  assert.deepEqual(predict(again), predict(model));
  assert.equal((numbers as { parameters: number }).parameters, model.countParams());
  await rm(folder, { recursive: true });
});

test("a folder that is no SavedModel is not replaced by one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-exchange-"));
  await writeFile(join(folder, "thesis.txt"), "mine");
  await assert.rejects(exportSavedModel(network(), folder), /is no SavedModel, so it is not replaced[\s\S]*remedy/);
  assert.ok(existsSync(join(folder, "thesis.txt")));
  const own = join(folder, "saved");
  await exportSavedModel(network(), own);
  await exportSavedModel(network(), own);
  assert.ok(existsSync(join(own, "saved_model.pb")));
  await rm(folder, { recursive: true });
});

test("an imported network has a card when its telescopes are named, and predicts their files", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-exchange-"));
  const data = join(folder, "data");
  cherenkit("simulate", "--events", "12", "--seed", "1", "--particle", "gamma", "--output", data);
  const [dl1] = readdirSync(data, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".h5"));
  const event = join(data, dl1!);
  const model = buildModel(modelConfig({ type: "SingleCNN", tasks: ["type", "energy"] }), [32, 32, 2], 3);
  await saveModel(model, join(folder, "a/model"));
  const file = cherenkit("export", join(folder, "a"), "--format", "keras").trim();
  cherenkit("import", file, "--output", join(folder, "b"), "--data", event);
  const card = await readModelCard(join(folder, "b/card.json"));
  assert.deepEqual([card.tasks, card.inputShape, card.camera.pixels], [["type", "energy"], [32, 32, 2], 1296]);
  assert.equal(card.reader.imageShape, 32);
  cherenkit("predict", "--model", join(folder, "b"), event, "--output", join(folder, "dl2"));
  assert.ok(readdirSync(join(folder, "dl2")).some((name) => name.endsWith(".dl2.h5")));

  const three = buildModel(modelConfig({ type: "SingleCNN", tasks: ["energy"] }), [32, 32, 3], 3);
  await saveModel(three, join(folder, "c/model"));
  const other = cherenkit("export", join(folder, "c"), "--format", "keras").trim();
  const attempt = (): string => cherenkit("import", other, "--output", join(folder, "d"), "--data", event);
  assert.throws(attempt, /takes images of 3 channels[\s\S]*--config FILE/);
  assert.ok(!existsSync(join(folder, "d")), "nothing is half imported");
  await rm(folder, { recursive: true });
});
