import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("../../..", import.meta.url));
const binding = join(project, "node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node");
const folder = dirname(realpathSync(binding));
const addon = readdirSync(folder).find((name) => name.startsWith("hold-stderr-"));
const skip = addon ? false : "set-up could not compile the addon (no C++ compiler)";

/** Runs a script in a process of its own, `hold` at hand. */
function script(code: string): { stderr: string; signal: NodeJS.Signals | null } {
  const text = `const { writeSync } = require("fs"); const { hold, release } = require(${JSON.stringify(join(folder, addon!))});\n${code}`;
  return spawnSync(process.execPath, ["-e", text], { encoding: "utf8" });
}

test("a command that loads TensorFlow shows nothing of it on stderr", { skip }, () => {
  const config = join(project, "configs/demo/energy-small.yaml");
  const said = spawnSync(process.execPath, [join(project, "lib/cli/cherenkit.mjs"), "summary", config], {
    encoding: "utf8",
  });
  assert.equal(said.status, 0);
  assert.equal(said.stderr, "");
});

test("what a library prints while it is loaded is held back and handed over; then stderr is as before", {
  skip,
}, () => {
  const { stderr } = script(`hold(); writeSync(2, "while loading\\n"); const said = release();
writeSync(2, "after\\n"); console.error(JSON.stringify([said, release()]));`);
  assert.equal(stderr, 'after\n["while loading\\n",""]\n');
});

test("a library that ends the process while it is loaded is heard", { skip }, () => {
  const { stderr, signal } = script('hold(); writeSync(2, "this processor is too old\\n"); process.abort();');
  assert.equal(signal, "SIGABRT");
  assert.match(stderr, /^this processor is too old\n/);
});
