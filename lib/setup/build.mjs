import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { dist, root } from "./folders.mjs";
import { SetupError } from "./report.mjs";

const stamp = join(dist, ".build-stamp");

function files(folder, wanted) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path, wanted) : wanted(entry.name) ? [path] : [];
  });
}

function sources() {
  const isSource = (name) => /\.c?ts$/.test(name);
  return ["lib", "test"].flatMap((folder) => files(join(root, folder), isSource)).sort();
}

/** Changes whenever a source, the compiler settings or the packages change. */
function fingerprint() {
  const hash = createHash("sha256");
  const inputs = [...sources(), join(root, "tsconfig.json"), join(root, "package-lock.json")];
  for (const file of inputs) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${relative(root, file)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

export function buildIsCurrent() {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint();
}

/** Output of sources that no longer exist would still be run and imported. */
function removeOrphans() {
  const kept = new Set(sources().map((file) => relative(root, file).replace(/\.(c?)ts$/, ".$1js")));
  for (const file of files(dist, (name) => /\.c?js$/.test(name))) {
    if (kept.has(relative(dist, file))) continue;
    const stem = file.replace(/js$/, "");
    for (const ending of ["js", "js.map", "d.ts"]) rmSync(stem + ending, { force: true });
  }
}

/** Compiles lib and test to dist. */
export function build() {
  const before = fingerprint();
  rmSync(stamp, { force: true });
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const result = spawnSync(process.execPath, [compiler, "-p", root, "--pretty", "false"], { encoding: "utf8" });
  if (result.status !== 0) throw new SetupError(`the TypeScript sources do not compile\n${result.stdout.trim()}`);
  removeOrphans();
  writeFileSync(stamp, before);
}
