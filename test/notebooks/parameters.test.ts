import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigError } from "../../lib/errors.js";
import { hasShape } from "../../lib/notebooks/declared-parameter.js";
import { declaredParameters } from "../../lib/notebooks/declared-parameters.js";
import { literal } from "../../lib/notebooks/literal.js";
import { injectParameters } from "../../lib/notebooks/parameters.js";
import { typescriptParameters } from "../../lib/notebooks/typescript-parameters.js";
import { code, notebook } from "./notebook.js";

const declarations = `/** Configuration file. */
const configFile: string = "a.yaml";
let epochs = 3; // passes over the data
const rate = -1e-4, quiet = false;
const mode: "fast" | "exact" | null = null;
const overrides: Readonly<Record<string, string>> = {};
const tasks: readonly string[] = [];
const date = new Date();`;

test("the parameters cell is read as TypeScript", () => {
  assert.deepEqual(
    declaredParameters(declarations, "typescript").map((item) => [item.keyword, item.name, item.type]),
    [
      ["const", "configFile", "string"],
      ["let", "epochs", "number"],
      ["const", "rate", "number"],
      ["const", "quiet", "boolean"],
      ["const", "mode", '"fast" | "exact" | null'],
      ["const", "overrides", "Readonly<Record<string, string>>"],
      ["const", "tasks", "readonly string[]"],
      ["const", "date", null],
    ],
  );
});

test("what the compiler found in a cell is kept, as long as the cell is the same, and found again when it is damaged", () => {
  const former = process.env.CHERENKIT_CACHE;
  const cache = mkdtempSync(join(tmpdir(), "cherenkit-parameters-"));
  process.env.CHERENKIT_CACHE = cache;
  try {
    const first = declaredParameters(declarations, "typescript");
    assert.deepEqual(first, typescriptParameters(declarations));
    const [kept, ...others] = readdirSync(join(cache, "parameters"));
    assert.deepEqual(others, []);
    assert.deepEqual(declaredParameters(declarations, "typescript"), first);
    assert.equal(declaredParameters("let epochs: string;", "typescript")[0]!.type, "string");
    writeFileSync(join(cache, "parameters", kept!), "[{");
    assert.deepEqual(declaredParameters(declarations, "typescript"), first);
    rmSync(cache, { recursive: true });
    writeFileSync(cache, "no folder");
    assert.deepEqual(declaredParameters(declarations, "typescript"), first);
  } finally {
    if (former === undefined) delete process.env.CHERENKIT_CACHE;
    else process.env.CHERENKIT_CACHE = former;
    rmSync(cache, { recursive: true, force: true });
  }
});

test("a value fits its declared type or not", () => {
  const shapes = new Map(declaredParameters(declarations, "typescript").map((item) => [item.name, item.shape]));
  const cases: [string, unknown, boolean][] = [
    ["configFile", "b", true],
    ["configFile", 7, false],
    ["epochs", 5, true],
    ["epochs", "5", false],
    ["rate", Number.NaN, true],
    ["quiet", true, true],
    ["quiet", 1, false],
    ["mode", "exact", true],
    ["mode", null, true],
    ["mode", "slow", false],
    ["overrides", { a: "b" }, true],
    ["overrides", { a: 1 }, false],
    ["overrides", ["a"], false],
    ["tasks", ["energy"], true],
    ["tasks", [1], false],
    ["date", "anything", true],
  ];
  for (const [name, value, expected] of cases)
    assert.equal(hasShape(value, shapes.get(name)!), expected, `${name} = ${value}`);
});

test("Python's parameters are read by their lines", () => {
  const found = declaredParameters("n = 1  # count\nname: str = 'a'\nok = True\nif n == 2: pass\n", "python");
  assert.deepEqual(
    found.map((item) => [item.name, item.type]),
    [
      ["n", "float"],
      ["name", "str"],
      ["ok", "bool"],
    ],
  );
});

test("values are spelled in the notebook's language", () => {
  const value = { a: [1, -0, Number.NaN, null, true], "b c": 'it\'s\n"q"', d: 5n };
  assert.equal(literal(value, "typescript"), '{ a: [1, -0, NaN, null, true], "b c": "it\'s\\n\\"q\\"", d: 5n }');
  assert.equal(
    literal(value, "python"),
    '{"a": [1, -0.0, float("NaN"), None, True], "b c": "it\'s\\n\\"q\\"", "d": 5}',
  );
});

test("the injected cell stands after the parameters cell and replaces an older one", () => {
  const content = notebook("0", code(declarations, "parameters"), "1");
  const once = injectParameters(content, { epochs: 5, mode: "fast" }, "typescript", { place: "in.ipynb" });
  assert.equal(once.cells.length, 4);
  assert.equal(once.cells[2]!.source, '// Parameters\nlet epochs = 5;\nconst mode: "fast" | "exact" | null = "fast";');
  const twice = injectParameters(once, { epochs: 6 }, "typescript", { place: "in.ipynb" });
  assert.equal(twice.cells.length, 4);
  assert.equal(twice.cells[2]!.source, "// Parameters\nlet epochs = 6;");
});

test("a parameter that is not declared, or of another type, is an error that says what to do", () => {
  const content = notebook(code(declarations, "parameters"));
  const inject = (parameters: Record<string, unknown>) => () =>
    injectParameters(content, parameters, "typescript", { place: "in.ipynb" });
  const says = (pattern: RegExp) => (error: unknown) => error instanceof ConfigError && pattern.test(error.message);
  assert.throws(inject({ configfile: "x" }), says(/no parameter configfile\n.*in\.ipynb\n.*did you mean configFile\?/));
  assert.throws(inject({ zzzzzzzzz: 1 }), says(/its parameters are configFile, epochs/));
  assert.throws(inject({ configFile: 7 }), says(/configFile is string, but the value is 7\n.*\n.*--raw configFile=/));
  assert.throws(
    () => injectParameters(notebook("1"), { a: 1 }, "typescript", { place: "in.ipynb" }),
    says(/takes no parameters\n.*\n.*tag "parameters"/),
  );
});
