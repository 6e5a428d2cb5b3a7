import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { IError } from "@jupyterlab/nbformat";
import { syntheticYaml } from "../training/synthetic-data.js";
import { codeCells, notebook, withNotebook } from "./notebook.js";
import { runInProcess } from "./run-in-process.js";

const compiled = fileURLToPath(new URL("../..", import.meta.url));

test("a training in a notebook saves itself when the run is told to end", async () => {
  await withNotebook(notebook(), async ({ folder, input, output }) => {
    const config = join(folder, "energy.yaml");
    await writeFile(config, syntheticYaml("energy", "    n_epochs: 5000\n"));
    const cells = notebook(
      `import { loadConfig } from "${compiled}lib/config/load-config.js";
import { buildModel } from "${compiled}lib/models/build-model.js";
import { train } from "${compiled}lib/training/train.js";
import { syntheticSet } from "${compiled}test/training/synthetic-data.js";
const config = await loadConfig(${JSON.stringify(config)});
const model = buildModel(config.model, [8, 8, 2], config.training.seed);`,
      "await train(model, syntheticSet(500, 21), config, { log: (line) => console.log(line) });",
      '"not reached"',
    );
    await writeFile(input, JSON.stringify(cells));
    const { exitCode } = await runInProcess(input, output, "SIGTERM", /epoch 2\//);
    assert.equal(exitCode, 75);
    const [, training, later] = await codeCells(output);
    assert.equal((training!.outputs.at(-1) as IError).ename, "InterruptedError");
    assert.equal(later!.execution_count, null);
    assert.ok(existsSync(join(folder, "models/energy/toy/checkpoint")));
  });
});
