import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Config } from "../../lib/config/config.js";
import { loadConfig } from "../../lib/config/load-config.js";
import { ConfigError } from "../../lib/errors.js";
import { predictTestFiles } from "../../lib/prediction/predict-test-files.js";
import { needsData, sharedData } from "../shared-data.js";
import { toyModel } from "./toy-model.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-test-stage-"));
process.env.CHERENKIT_CACHE = join(folder, "cache");
after(() => rmSync(folder, { recursive: true }));

async function configOf(testing: Config["testing"]): Promise<Config> {
  const config = await loadConfig(new URL("../../../configs/demo/energy.yaml", import.meta.url).pathname);
  const modelFolder = await toyModel(folder, "energy");
  return { ...config, modelFolder, testing };
}

test(
  "the test files are predicted into the model's folder; metrics.json gains their time and number, and keeps the rest",
  needsData("ctlearn/dl1/gamma_run1.dl1.h5"),
  async () => {
    const data = join(folder, "data");
    mkdirSync(data);
    for (const name of ["gamma_run1", "proton_run2"]) {
      cpSync(join(sharedData, `ctlearn/dl1/${name}.dl1.h5`), join(data, `${name}.dl1.h5`));
    }
    const selection = { folder: data, patterns: ["*.h5"] };
    const config = await configOf({
      files: [{ particle: "gammas_point", selection }],
      batchSize: 32,
      prefix: null,
      engine: "auto",
      weights: "none",
      directions: "auto",
    });
    const metrics = join(config.modelFolder, "metrics.json");
    const predict = join(config.modelFolder, "predict");
    writeFileSync(metrics, JSON.stringify({ num_params: 12, testing_events: 1 }));
    mkdirSync(predict);
    writeFileSync(join(predict, "former.dl2.h5"), "of a file that is no longer tested");

    const result = await predictTestFiles(config, { onProgress: () => undefined });
    assert.deepEqual(readdirSync(predict).sort(), ["gamma_run1.dl2.h5", "proton_run2.dl2.h5"]);
    const found = JSON.parse(readFileSync(metrics, "utf8")) as Record<string, number>;
    assert.equal(found.num_params, 12);
    assert.equal(found.testing_events, result.images);
    assert.equal(result.images, 218);
    assert.ok(found.testing_ms! > 0 && found.testing_ms! <= 1000 * result.seconds.total);
    const previous = join(config.modelFolder, ".previous");
    const aside = readdirSync(previous).flatMap((name) => readdirSync(join(previous, name)));
    assert.deepEqual(aside, ["former.dl2.h5"]);

    for (const index of [2, 1]) {
      const share = { ...config, testing: { ...config.testing!, shard: { index, of: 2 } } };
      assert.equal((await predictTestFiles(share, { onProgress: () => undefined })).files.length, 1);
    }
    assert.equal((JSON.parse(readFileSync(metrics, "utf8")) as Record<string, number>).testing_events, 218);
    assert.ok(existsSync(join(predict, "gamma_run1.dl2.h5")) && existsSync(join(predict, "proton_run2.dl2.h5")));

    writeFileSync(metrics, "{ damaged");
    await assert.rejects(predictTestFiles(config, { onProgress: () => undefined }), /metrics.json is damaged/);
    assert.ok(existsSync(join(predict, "gamma_run1.dl2.h5")));
  },
);

test("a configuration without test files is refused", async () => {
  await assert.rejects(predictTestFiles(await configOf(null)), ConfigError);
});
