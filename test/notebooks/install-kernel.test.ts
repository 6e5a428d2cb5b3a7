import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { installKernel } from "../../lib/notebooks/install-kernel.js";
import { notebook, readJson, withNotebook } from "./notebook.js";

test("Jupyter is told how to start the kernel of this folder", async () => {
  await withNotebook(notebook(), async ({ folder }) => {
    const place = await installKernel(join(folder, "jupyter"));
    assert.equal(place, join(folder, "jupyter/kernels/cherenkit"));
    const spec = await readJson<Record<string, unknown>>(join(place, "kernel.json"));
    assert.deepEqual([spec.display_name, spec.language], ["TypeScript (cherenkit)", "typescript"]);
    const argv = spec.argv as string[];
    assert.deepEqual(argv.slice(-2), ["{connection_file}", "--project-folder"]);
    assert.ok(existsSync(argv[0]!) && existsSync(argv.at(-3)!));
  });
});
