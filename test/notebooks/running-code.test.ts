import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { codeOwner } from "../../lib/notebooks/running-code.js";

const kernelFile = fileURLToPath(new URL("../../lib/notebooks/capture-output.js", import.meta.url));
const sideModules = fileURLToPath(new URL("../../lib/notebooks/side-modules.js", import.meta.url));
const cell = "    at cell-12:3:4";
const node = "    at Script.runInThisContext (node:vm:137:12)";
const builtIn = "    at Array.map (<anonymous>)";
const inPackage = `    at grow (${join("/x", "node_modules", "trees", "grow.js")}:1:2)`;
const inKernel = `    at write (file://${kernelFile}:5:6)`;

test("a stack tells whose code runs: the innermost that is not built in, and the kernel's wherever it serves a cell", () => {
  assert.equal(codeOwner([cell, node]), "cell");
  assert.equal(codeOwner([builtIn, "    at f (cell-3:1:5)", node]), "cell");
  assert.equal(codeOwner(["    at eval (eval at <anonymous> (cell-3:1:5), <anonymous>:1:1)", node]), "cell");
  assert.equal(codeOwner([inPackage, cell, node]), "package");
  assert.equal(codeOwner([inPackage, "    at async cell-3:1:5"]), "package");
  assert.equal(codeOwner(["    at Console.log (node:internal/console:1:2)", cell, node]), "node");
  assert.equal(codeOwner([node, inKernel, cell, node]), "kernel");
  assert.equal(codeOwner([inPackage, inKernel, node]), "kernel");
  assert.equal(
    codeOwner([`    at f (${join("/x", "node_modules", "zeromq", "lib", "index.js")}:1:2)`, cell]),
    "kernel",
  );
  assert.equal(codeOwner([inPackage, `    at load (file://${sideModules}:5:6)`, cell]), "package");
  assert.equal(codeOwner([node]), null);
  assert.equal(codeOwner([]), null);
  assert.equal(codeOwner(["    at f (/x/cell-scope.js:1:2)", "    at g (/x/cell-3.ts:1:2)"]), "package");
});
