import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigError } from "../../lib/errors.js";
import { fitToShape } from "../../lib/notebooks/declared-parameter.js";
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
      ["const", "date", "Date"],
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

test("a value fits its declared type or not, and takes its form", () => {
  const more = `
type Task = "type" | "energy";
interface Cut { name: string; max?: number }
const task: Task = "energy";
const cuts: Cut[] = [];
const pair: [number, string] = [1, "a"];
const seed = 5n, id: bigint = 1n;
const night = new Date("2026-01-01");
const maybe: number | undefined = undefined;
const cast = "mono" as "mono" | "stereo";
const not = !true;
const sum = 1 / 2, path = "a" + ".h5";
let none = NaN;
const list = [1, 2];`;
  const declared = declaredParameters(declarations + more, "typescript");
  const shapes = new Map(declared.map((item) => [item.name, item.shape]));
  const cases: [string, unknown, boolean, unknown?][] = [
    ["configFile", "b", true],
    ["configFile", 7, false],
    ["epochs", 5, true],
    ["epochs", "5", false],
    ["epochs", 12345678901234567890n, false],
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
    ["date", "anything", false],
    ["task", "type", true],
    ["task", "direction", false],
    ["cuts", [{ name: "size" }, { name: "size", max: 3 }], true],
    ["cuts", [{ max: 3 }], false],
    ["cuts", [{ name: "size", min: 3 }], false],
    ["pair", [2, "b"], true],
    ["pair", [2, 3], false],
    ["pair", [2], false],
    ["seed", 7, true, 7n],
    ["id", 12345678901234567890n, true],
    ["id", 1.5, false],
    ["night", "2026-02-03", true, new Date("2026-02-03")],
    ["night", "2026-02-33", false],
    ["cast", "stereo", true],
    ["cast", "both", false],
    ["not", false, true],
    ["not", 0, false],
    ["sum", "x", false],
    ["path", 5, false],
    ["none", Number.POSITIVE_INFINITY, true],
    ["list", ["a"], false],
  ];
  for (const [name, value, fits, taken = value] of cases) {
    const fit = fitToShape(value, shapes.get(name)!);
    assert.equal(fit !== null, fits, `${name} = ${value}`);
    if (fit) assert.deepEqual(fit.value, taken, name);
  }
  assert.deepEqual(fitToShape(null, shapes.get("maybe")!), { value: undefined });
});

const pythonDeclarations = `n = 1  # how many
s: str = 'a'; b = False
arr = [
  1,  # first
  "x]",
]
path = "a#b"  # a path
x, y = 1, 2
c = d = 3
typed = 1  # type: int  the number
text = '''
q = 5
'''
long = (1 +
   2)
naïve: dict[str, int] = {}
m: Optional[int] = None
mode: Literal["mono", 'stereo'] | None = "mono"
if n == 2: pass
for z in arr:
  inner = 1
n += 1
`;

test("Python's parameters are read as Python reads them, over several lines", () => {
  const found = declaredParameters(pythonDeclarations, "python");
  assert.deepEqual(
    found.map(({ name, type, value, help }) => [name, type, value, help]),
    [
      ["n", "float", "1", "how many"],
      ["s", "str", "'a'", ""],
      ["b", "bool", "False", ""],
      ["arr", "list", '[   1,     "x]", ]', ""],
      ["path", "str", '"a#b"', "a path"],
      ["x", null, null, ""],
      ["y", null, null, ""],
      ["c", "float", "3", ""],
      ["d", "float", "3", ""],
      ["typed", "int", "1", "the number"],
      ["text", "str", "'''\nq = 5\n'''", ""],
      ["long", null, "(1 +    2)", ""],
      ["naïve", "dict[str, int]", "{}", ""],
      ["m", "Optional[int]", "None", ""],
      ["mode", "Literal[\"mono\", 'stereo'] | None", '"mono"', ""],
    ],
  );
  const shapes = new Map(found.map((item) => [item.name, item.shape]));
  const fits = (name: string, value: unknown): boolean => fitToShape(value, shapes.get(name)!) !== null;
  for (const [name, right, wrong] of [
    ["n", 12345678901234567890n, "1"],
    ["typed", 3, 3.5],
    ["naïve", { a: 1 }, { a: "b" }],
    ["m", null, "x"],
    ["mode", "stereo", "both"],
  ] as const)
    assert.deepEqual([fits(name, right), fits(name, wrong)], [true, false], name);
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
  const [, , prepared] = once.cells;
  const again = injectParameters({ ...content, cells: [prepared!] }, { epochs: 7 }, "typescript", { place: "x" });
  assert.equal(again.cells.length, 1, "a notebook that has no other cell of parameters");
  assert.equal(again.cells[0]!.source, "// Parameters\nlet epochs = 7;");
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

test("a const that is given another value keeps a type that its default fits", () => {
  const declared = "const mode = 'mono', n = 1, quiet = false, file = 'a.h5', day = new Date();";
  const given = { mode: "stereo", n: 2, quiet: true, file: "b.h5", day: "2026-02-03" };
  const content = notebook(code(declared, "parameters"));
  const { source } = injectParameters(content, given, "typescript", { place: "in.ipynb" }).cells[1]!;
  assert.deepEqual(String(source).split("\n").slice(1), [
    'const mode: "mono" | "stereo" = "stereo";',
    "const n: number = 2;",
    "const quiet: boolean = true;",
    'const file = "b.h5";',
    'const day = new Date("2026-02-03T00:00:00.000Z");',
  ]);
});

test("a word that the language keeps for itself is no name of a parameter", () => {
  const inject = (name: string, language: "typescript" | "python") => () =>
    injectParameters(notebook("1"), { [name]: 1 }, language, { place: "in.ipynb", allowUnknown: true });
  for (const name of ["class", "await", "a b", "1a"])
    for (const language of ["typescript", "python"] as const)
      assert.throws(inject(name, language), /cannot be the name of a parameter/, name);
  assert.throws(inject("lambda", "python"));
  assert.doesNotThrow(inject("lambda", "typescript"));
  assert.doesNotThrow(inject("naïve", "python"));
});
