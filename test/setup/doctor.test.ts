import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "cherenkit-setup-"));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Finding {
  readonly part: string;
  readonly state: "ok" | "missing" | "optional";
  readonly found: string;
  readonly remedy?: string;
}

function run(
  script: string,
  args: string[],
  env: Record<string, string>,
): { status: number | null; out: string; err: string } {
  const result = spawnSync(process.execPath, [join(root, "lib/setup", script), ...args], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { status: result.status, out: result.stdout, err: result.stderr };
}

test("doctor finds every needed part after set-up", () => {
  const { status, out } = run("doctor.mjs", ["--json"], {});
  const findings = JSON.parse(out) as Finding[];
  assert.deepEqual(
    findings.filter(({ state }) => state === "missing"),
    [],
  );
  assert.equal(status, 0);
  assert.match(findings.find(({ part }) => part === "TensorFlow loads")?.found ?? "", /^2\.21/);
});

test("doctor names a missing library and its remedy, and ends with 1", () => {
  const { status, out } = run("doctor.mjs", ["--json"], { CHERENKIT_CACHE: join(folder, "empty") });
  const library = (JSON.parse(out) as Finding[]).find(({ part }) => part === "TensorFlow library");
  assert.equal(status, 1);
  assert.deepEqual(library, {
    part: "TensorFlow library",
    state: "missing",
    found: "not installed",
    remedy: "run `npm run setup`",
  });
});

test("a cache folder that cannot be made is told at once, not waited for", () => {
  const result = spawnSync(process.execPath, [join(root, "lib/setup/setup.mjs")], {
    encoding: "utf8",
    timeout: 60_000,
    env: { ...process.env, CHERENKIT_CACHE: "/proc/nowhere/cache" },
  });
  assert.equal(result.status, 1);
  assert.match(result.stderr, /a cache folder that can be written: .*\/proc\/nowhere.*CHERENKIT_CACHE/);
});

test("set-up refuses a wheel with a wrong checksum and leaves nothing behind", () => {
  const wheel = join(folder, "tensorflow_cpu.whl");
  writeFileSync(wheel, "not a wheel");
  const cache = join(folder, "cache");
  const { status, err } = run("setup.mjs", [], { CHERENKIT_CACHE: cache, CHERENKIT_TF_WHEEL: wheel });
  assert.equal(status, 1);
  assert.match(err, /has sha256 [0-9a-f]{64}, not dcc8afd3/);
  assert.deepEqual(readdirSync(cache), ["locks"]);
  assert.deepEqual(readdirSync(join(cache, "locks")), []);
});

test("set-up tells everything that is missing at once", () => {
  const env = { CHERENKIT_CACHE: join(folder, "bare"), PATH: folder, CXX: "", CHERENKIT_PYTHON: "" };
  const { status, err } = run("setup.mjs", [], env);
  assert.equal(status, 1);
  assert.match(err, /Python 3 with pip/);
  assert.match(err, /a C\+\+ compiler/);
});

test("set-up names an unknown flavour of TensorFlow", () => {
  const { status, err } = run("setup.mjs", [], { CHERENKIT_TENSORFLOW: "tpu" });
  assert.equal(status, 1);
  assert.match(err, /CHERENKIT_TENSORFLOW is "tpu"/);
});
