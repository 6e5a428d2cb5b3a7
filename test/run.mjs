// Runs the compiled tests: node test/run.mjs [--suite interop|browser|slurm] [part of a path …]
// Files named *.SUITE.test.ts belong to a suite that needs more than Node; all others run without --suite.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
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
  const peers = join(process.env.CHERENKIT_DATA ?? join(root, "../shared/data"), "../tools/python-peers.sh");
  if (suite !== "interop" || !existsSync(peers)) return;
  // ctapipe of the newest data model as the judge of files; CTLearn with its own ctapipe, Keras and TensorBoard as peers.
  for (const [what, ...options] of [["ctapipe", "--judge"], ["CTLearn and Keras"]]) {
    const result = spawnSync("bash", [peers, ...options], { encoding: "utf8" });
    if (result.status !== 0) console.log(`${what} could not be installed: ${result.stderr.trim().split("\n").at(-1)}`);
  }
}

installNeeds();
const child = spawn(
  process.execPath,
  [
    "--enable-source-maps",
    "--test",
    "--test-concurrency=2",
    "--test-timeout=1200000",
    "--test-reporter=spec",
    ...wanted,
  ],
  { cwd: root, stdio: ["ignore", "pipe", "inherit"] },
);
const counts = {};
createInterface({ input: child.stdout }).on("line", (line) => {
  console.log(line);
  const count = line.match(/^ℹ (pass|fail|cancelled|skipped) (\d+)$/);
  if (count) counts[count[1]] = Number(count[2]);
});
child.on("close", (code) => {
  const failed = (counts.fail ?? 0) + (counts.cancelled ?? 0);
  console.log(`${counts.pass ?? 0} passed, ${failed} failed, ${counts.skipped ?? 0} skipped`);
  process.exitCode = code === 0 && failed === 0 ? 0 : 1;
});
