#!/usr/bin/env node
// Installs what cherenkit needs: npm packages, the TensorFlow library, its binding, the compiled sources.
// Runs before anything is installed, hence plain JavaScript and, until the packages are there, only Node's own modules.
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  bindingFile,
  bindingProblem,
  compileBinding,
  compileHold,
  holdFile,
  linkBinding,
  tryBinding,
} from "./binding.mjs";
import { build, buildIsCurrent } from "./build.mjs";
import { cache, chosenFlavour, root, setupStamp, tensorflowFolder } from "./folders.mjs";
import { findCompiler, findPython, nodeIsRecent, notWritable } from "./host.mjs";
import { takeLock } from "./lock.mjs";
import { installPackages, lockHash, packageProblems } from "./packages.mjs";
import { minimumNode } from "./pins.mjs";
import { announce, fail, SetupError, say } from "./report.mjs";
import { installTensorflow, tensorflowProblem } from "./tensorflow.mjs";

const usage = `usage: npm run setup [-- --fresh] [-- --quiet]

  --fresh   fetch the TensorFlow library and compile its binding anew
  --quiet   say nothing when everything is in place

environment: CHERENKIT_CACHE, CHERENKIT_TENSORFLOW=cpu|gpu, CHERENKIT_TF_WHEEL, CHERENKIT_PYTHON, CXX`;

function readStamp() {
  try {
    return JSON.parse(readFileSync(setupStamp, "utf8"));
  } catch {
    return {};
  }
}

/** Everything that is missing on this machine, told at once. */
function requireHost(flavour) {
  const missing = [];
  const unwritable = notWritable(cache);
  if (unwritable)
    missing.push(`a cache folder that can be written: ${unwritable}; choose another with CHERENKIT_CACHE`);
  if (!nodeIsRecent()) missing.push(`Node ${minimumNode.join(".")} or newer (this is ${process.versions.node})`);
  if (process.platform !== "linux" || process.arch !== "x64") {
    missing.push(
      `Linux on x86-64 (this is ${process.platform} on ${process.arch}): the TensorFlow library is built for it`,
    );
  }
  if (tensorflowProblem(flavour) && !process.env.CHERENKIT_TF_WHEEL && !findPython()) {
    missing.push("Python 3 with pip (python3 and python3-pip), to fetch the TensorFlow library");
  }
  const compiled =
    existsSync(join(root, "node_modules/@tensorflow/tfjs-node-gpu/binding")) && existsSync(bindingFile(flavour));
  if (!compiled && !findCompiler()) {
    missing.push(
      'a C++ compiler (g++; without root: python3 -m pip install ziglang, then CXX="python3 -m ziglang c++")',
    );
  }
  if (missing.length > 0)
    throw new SetupError(`this machine lacks:\n  - ${missing.join("\n  - ")}`, "provide these, then run set-up again");
}

/** `npx cherenkit` finds the command here. */
function linkCommand() {
  const link = join(root, "node_modules/.bin/cherenkit");
  if (lstatSync(link, { throwIfNoEntry: false })) return;
  mkdirSync(join(root, "node_modules/.bin"), { recursive: true });
  symlinkSync("../../lib/cli/cherenkit.mjs", link);
}

async function main() {
  const options = process.argv.slice(2);
  if (options.includes("--help") || options.includes("-h")) return console.log(usage);
  const unknown = options.find((option) => !["--quiet", "--fresh"].includes(option));
  if (unknown) {
    console.error(`unknown option ${unknown}\n${usage}`);
    process.exit(2);
  }
  const quiet = options.includes("--quiet");
  const fresh = options.includes("--fresh");
  const flavour = chosenFlavour();
  const began = Date.now();
  const state = { lock: lockHash(), tensorflow: tensorflowFolder(flavour) };
  const isDone = () => {
    const stamp = readStamp();
    if (stamp.lock !== state.lock || stamp.tensorflow !== state.tensorflow) return false;
    return !tensorflowProblem(flavour) && !bindingProblem(flavour) && existsSync(holdFile(flavour)) && buildIsCurrent();
  };
  if (!fresh && isDone()) {
    if (!quiet) say("everything is in place");
    return;
  }
  requireHost(flavour);
  const lock = await takeLock();
  process.on("exit", lock.release);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));
  if (!fresh && isDone()) return;

  if (readStamp().lock !== state.lock && packageProblems().length > 0) {
    announce("installing the npm packages");
    await installPackages(lock.child);
    say("npm packages installed");
  }
  if (fresh) rmSync(tensorflowFolder(flavour), { recursive: true, force: true });
  if (tensorflowProblem(flavour)) {
    announce(`installing the TensorFlow library (${flavour.name})`);
    await installTensorflow(flavour);
  }
  if (bindingProblem(flavour)) {
    if (!existsSync(bindingFile(flavour))) {
      announce("compiling the TensorFlow binding");
      compileBinding(flavour);
    }
    linkBinding(flavour);
    const { tensorflow, gpu } = tryBinding();
    say(`TensorFlow ${tensorflow} loads${gpu ? ", on the GPU" : ""}`);
  }
  if (!existsSync(holdFile(flavour))) compileHold(flavour);
  linkCommand();
  if (!buildIsCurrent()) {
    build();
    say("sources compiled");
  }
  writeFileSync(setupStamp, JSON.stringify(state));
  process.stderr.write(`[setup] done in ${((Date.now() - began) / 1000).toFixed(1)} s\n`);
}

main().catch(fail);
