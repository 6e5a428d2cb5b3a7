// Runs the compiled tests: node test/run.mjs [--suite interop|browser|slurm] [part of a path …]
// Files named *.SUITE.test.ts belong to a suite that needs more than Node; all others run without --suite.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const compiled = join(root, "dist/test");
const suites = ["interop", "browser", "slurm"];

const args = process.argv.slice(2);
const at = args.indexOf("--suite");
const suite = at >= 0 ? args.splice(at, 2)[1] : null;
if (at >= 0 && !suites.includes(suite)) {
  console.error(`unknown suite ${suite}; there are ${suites.join(", ")}`);
  process.exit(2);
}

function testFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return testFiles(path);
    return entry.name.endsWith(".test.js") ? [path] : [];
  });
}

const suiteOf = (file) => suites.find((name) => file.endsWith(`.${name}.test.js`)) ?? null;
const wanted = testFiles(compiled)
  .filter((file) => suiteOf(file) === suite)
  .filter((file) => args.length === 0 || args.some((part) => relative(compiled, file).includes(part)))
  .sort();
if (wanted.length === 0) {
  console.error(`no test file matches ${args.join(" ")}`);
  process.exit(2);
}

/** In CI, as root, a suite installs what it needs; elsewhere its tests skip and say what they miss. */
function installNeeds() {
  if (process.env.CI !== "true" || process.getuid() !== 0) return;
  const install = (what, ...packages) => {
    const apt = (...rest) =>
      spawnSync("apt-get", ["-q", "-y", "-o", "DPkg::Lock::Timeout=300", ...rest], { stdio: "ignore" });
    apt("update");
    if (apt("install", "--no-install-recommends", ...packages).status !== 0)
      console.log(`${what} could not be installed`);
  };
  if (suite === "browser" && !existsSync("/usr/bin/chromium")) install("Chromium", "chromium");
  if (suite === "slurm" && !existsSync("/usr/sbin/slurmctld"))
    install("SLURM", "slurmctld", "slurmd", "slurm-client", "munge");
  if (suite === "interop") installGammapy();
  const peers = join(process.env.CHERENKIT_DATA ?? join(root, "../shared/data"), "../tools/python-peers.sh");
  if (suite !== "interop" || !existsSync(peers)) return;
  // ctapipe of the newest data model as the judge of files; CTLearn with its own ctapipe, Keras and TensorBoard as peers.
  for (const [what, ...options] of [["ctapipe", "--judge"], ["CTLearn and Keras"]]) {
    const result = spawnSync("bash", [peers, ...options], { encoding: "utf8" });
    if (result.status !== 0) console.log(`${what} could not be installed: ${result.stderr.trim().split("\n").at(-1)}`);
  }
}

/** gammapy, in an environment of its own: it asks for other versions than ctapipe. regions 0.12 lacks what gammapy 2.1 imports. */
function installGammapy() {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const folder = join(cache, "cherenkit-peers/gammapy");
  const python = join(folder, "bin/python");
  if (spawnSync(python, ["-c", "import gammapy.irf"]).status === 0) return;
  const steps = [
    ["python3", "-m", "venv", folder],
    [python, "-m", "pip", "install", "-q", "--only-binary", ":all:", "gammapy==2.1", "regions==0.11"],
  ];
  for (const [command, ...rest] of steps) {
    const result = spawnSync(command, rest, { encoding: "utf8", timeout: 600_000 });
    if (result.status === 0) continue;
    console.log(`gammapy could not be installed: ${(result.stderr ?? "").trim().split("\n").at(-1)}`);
    return;
  }
}

const counted = /^ℹ (pass|fail|cancelled|skipped) (\d+)$/;

/** Runs node; its report goes to the terminal, line by line also to `onLine`. Gives what was counted and how it ended. */
function runNode(args, onLine = () => {}) {
  const child = spawn(process.execPath, ["--enable-source-maps", "--test-reporter=spec", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const counts = {};
  createInterface({ input: child.stdout }).on("line", (line) => {
    console.log(line);
    const [, what, number] = line.match(counted) ?? [];
    if (what) counts[what] = Number(number);
    onLine(line);
  });
  return new Promise((resolve) => {
    child.on("close", (code, signal) => {
      const { pass: passed = 0, fail = 0, cancelled = 0, skipped = 0 } = counts;
      resolve({ passed, failed: fail + cancelled, skipped, ok: code === 0 && fail + cancelled === 0, code, signal });
    });
  });
}

/** Runs test files, two at a time; what node's runner counts, and which of the files failed. */
async function runFiles(files) {
  const failedFiles = new Set();
  const result = await runNode(["--test", "--test-concurrency=2", "--test-timeout=1200000", ...files], (line) => {
    const place = line.match(/^test at (?:dist\/)?(test\/.+)\.[jt]s:\d+:\d+$/);
    if (place) failedFiles.add(join(root, "dist", `${place[1]}.js`));
  });
  return { ...result, failedFiles };
}

/** Runs a test file by itself, without a runner around it that would keep silent on how it ended. */
async function runAlone(file) {
  const result = await runNode([file]);
  const name = relative(compiled, file);
  if (result.signal) console.log(`✖ ${name} was ended by ${result.signal}`);
  else if (!result.ok && result.failed === 0) console.log(`✖ ${name} ended with exit code ${result.code}`);
  return { ...result, failed: result.ok ? 0 : Math.max(1, result.failed) };
}

installNeeds();
let result = await runFiles(wanted);
// What fails once on a busy machine is told, and does not hold up a change that breaks nothing.
const failedFiles = wanted.filter((file) => result.failedFiles.has(file));
if (!result.ok && process.env.CI === "true" && failedFiles.length > 0) {
  const names = failedFiles.map((file) => relative(compiled, file)).join(", ");
  console.log(`\nonce more, one file at a time: ${names}`);
  let failed = 0;
  for (const file of failedFiles) failed += (await runAlone(file)).failed;
  const steady = Math.max(0, result.failed - failed);
  if (steady > 0) console.log(`unsteady: ${steady} failed at first and passed when run again`);
  result = { ...result, passed: result.passed + steady, failed, ok: failed === 0 };
}
console.log(`${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`);
process.exitCode = result.ok ? 0 : 1;
