#!/usr/bin/env node
// Says of each part that cherenkit needs whether it is there, its version, and the remedy when it is not.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bindingProblem, tryBinding } from "./binding.mjs";
import { buildIsCurrent } from "./build.mjs";
import { cache, chosenFlavour, dist, kernelLauncher, root, tensorflowFolder } from "./folders.mjs";
import { findCompiler, findPython, freeBytes, glibcVersion, nodeIsRecent, notWritable } from "./host.mjs";
import { packageProblems } from "./packages.mjs";
import { minimumNode } from "./pins.mjs";
import { tensorflowProblem } from "./tensorflow.mjs";

const usage = `usage: cherenkit doctor [--json]

Says what is installed, what is missing, and the remedy. Exit code 0 when everything needed is there, else 1.`;

const setup = "run `npm run setup`";

/** @typedef {{ part: string, state: "ok" | "missing" | "optional", found: string, remedy?: string }} Finding */

const version = (command, args = ["--version"]) => {
  const result = spawnSync(command, args, { encoding: "utf8" });
  return result.status === 0 ? `${result.stdout}${result.stderr}`.trim().split("\n")[0] : null;
};

/** @returns {Finding[]} */
function findings() {
  const flavour = chosenFlavour();
  const list = [];
  const add = (part, problem, found, remedy) =>
    list.push(problem ? { part, state: "missing", found: problem, remedy } : { part, state: "ok", found });
  const optional = (part, found, remedy) =>
    list.push(found ? { part, state: "ok", found } : { part, state: "optional", found: "not there", remedy });

  const node = process.versions.node;
  add("Node", nodeIsRecent() ? null : `${node} is too old`, node, `install Node ${minimumNode.join(".")} or newer`);
  const glibc = glibcVersion();
  const system = `${process.platform} ${process.arch}, glibc ${glibc ?? "none"}`;
  const fits = process.platform === "linux" && process.arch === "x64" && glibc && Number(glibc.split(".")[1]) >= 27;
  add("system", fits ? null : system, system, "Linux on x86-64 with glibc 2.27 or newer is needed");

  const packages = packageProblems();
  const more = packages.length > 1 ? `, and ${packages.length - 1} more` : "";
  const count =
    packages.length === 0
      ? Object.keys(JSON.parse(readFileSync(join(root, "node_modules/.package-lock.json"), "utf8")).packages).length
      : 0;
  add("npm packages", packages.length > 0 ? packages[0] + more : null, `${count} as in package-lock.json`, setup);

  const libraryProblem = tensorflowProblem(flavour);
  const library = `${flavour.wheels[0].name} ${flavour.wheels[0].version} in ${tensorflowFolder(flavour)}`;
  add("TensorFlow library", libraryProblem, library, setup);
  const binding = libraryProblem ? "needs the TensorFlow library" : bindingProblem(flavour);
  add("TensorFlow binding", binding, "compiled and linked", setup);
  if (binding) add("TensorFlow loads", "needs the binding", "", setup);
  else {
    try {
      const { tensorflow, gpu } = tryBinding();
      add("TensorFlow loads", null, `${tensorflow}, ${gpu ? "GPU" : "CPU"}`);
    } catch (error) {
      add("TensorFlow loads", error.message, "", error.remedy);
    }
  }
  if (libraryProblem || binding) {
    const python = findPython();
    const pip = python && `${python.version}, pip ${python.pip}`;
    add(
      "Python with pip",
      pip ? null : "not found",
      pip,
      "install python3 and python3-pip: they fetch the TensorFlow library",
    );
    const compiler = findCompiler();
    add("C++ compiler", compiler ? null : "not found", compiler?.version, "install g++, or set CXX");
  }
  const blosc = join(root, "node_modules/h5wasm-plugins/plugins/libH5Zblosc.so");
  add("HDF5 compression", existsSync(blosc) ? null : "the blosc plugin is missing", "blosc, zstd, zlib", setup);
  const built = existsSync(join(dist, "lib/index.js"));
  add(
    "compiled sources",
    built ? (buildIsCurrent() ? null : "older than the sources") : "not compiled",
    "current",
    setup,
  );
  add("notebook kernel", existsSync(kernelLauncher) ? null : "not compiled", "TypeScript (tslab)", setup);

  const unwritable = notWritable(cache);
  const free = unwritable ? 0 : freeBytes(cache);
  const needed = libraryProblem ? flavour.freeBytes : 5e8;
  const space = `${cache}, ${(free / 1e9).toFixed(1)} GB free`;
  const low = unwritable ?? (free < needed ? `${space}, ${(needed / 1e9).toFixed(1)} GB needed` : null);
  add("cache folder", low, space, "free some space, or set CHERENKIT_CACHE to another folder");

  optional("JupyterLab", version("jupyter", ["lab", "--version"]), "`cherenkit lab` installs one of its own");
  optional("SLURM", version("sbatch"), "needed only for `cherenkit submit`");
  optional(
    "GPU",
    version("nvidia-smi", ["--query-gpu=name,driver_version", "--format=csv,noheader"]),
    "needed only for CHERENKIT_TENSORFLOW=gpu",
  );
  return list;
}

function main() {
  const options = process.argv.slice(2);
  if (options.includes("--help") || options.includes("-h")) return console.log(usage);
  const unknown = options.find((option) => option !== "--json");
  if (unknown) {
    console.error(`unknown option ${unknown}\n${usage}`);
    process.exit(2);
  }
  const list = findings();
  if (options.includes("--json")) console.log(JSON.stringify(list, null, 2));
  else {
    const width = Math.max(...list.map(({ part }) => part.length));
    const marks = { ok: "✓", missing: "✗", optional: "–" };
    for (const { part, state, found, remedy } of list) {
      console.log(
        `${marks[state]} ${part.padEnd(width)}  ${found}${remedy ? `\n  ${" ".repeat(width)}  → ${remedy}` : ""}`,
      );
    }
  }
  process.exitCode = list.some(({ state }) => state === "missing") ? 1 : 0;
}

try {
  main();
} catch (error) {
  console.error(`doctor: ${error.message}${error.remedy ? `\n  remedy: ${error.remedy}` : ""}`);
  process.exitCode = 1;
}
