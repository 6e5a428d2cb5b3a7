import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { execa } from "execa";
import { findPython } from "../../lib/files/python-environment.js";

const cache = mkdtempSync(join(tmpdir(), "cherenkit-environment-"));
after(() => rmSync(cache, { recursive: true, force: true }));

const python = await findPython([3, 9]);
const skip = python ? false : "no Python with venv here";

test("two processes that need one Python environment at once make it once", { skip }, async () => {
  const environment = new URL("../../lib/files/python-environment.js", import.meta.url);
  const script = `
    import { pythonEnvironment } from ${JSON.stringify(environment.href)};
    console.log(await pythonEnvironment("one", "a test", async () => {
      console.log("made");
      return ${JSON.stringify(python?.command)};
    }, []));`;
  const args = ["--input-type=module", "--eval", script];
  const both = await Promise.all(
    [1, 2].map(() => execa(process.execPath, args, { env: { CHERENKIT_CACHE: cache }, all: true })),
  );
  const folder = join(cache, "one");
  for (const { stdout } of both) assert.equal(stdout.split("\n").at(-1), folder);
  assert.equal(both.filter(({ stdout }) => stdout.startsWith("made")).length, 1, both.map(({ all }) => all).join("\n"));
  assert.ok(existsSync(join(folder, "bin/python")));
  assert.deepEqual(readdirSync(cache), ["one"], "the lock is given free");
});
