import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { bindingLink, here, root, tensorflowFolder, tfjsPackage } from "./folders.mjs";
import { findCompiler } from "./host.mjs";
import { SetupError } from "./report.mjs";

const flags = ["-std=c++17", "-O2", "-fPIC", "-shared", "-DNAPI_VERSION=8"];

/** The compiled binding in the cache; its name changes with its sources and flags. */
export function bindingFile(flavour) {
  const folder = join(tfjsPackage, "binding");
  const hash = createHash("sha256").update(flags.join(" "));
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)));
  return join(tensorflowFolder(flavour), `tfjs-binding-${hash.digest("hex").slice(0, 12)}.node`);
}

/** What is wrong with the binding, or null. */
export function bindingProblem(flavour) {
  if (!existsSync(join(tfjsPackage, "binding"))) return "@tensorflow/tfjs-node-gpu is not installed";
  const file = bindingFile(flavour);
  if (!existsSync(file)) return "not compiled";
  if (!existsSync(bindingLink) || realpathSync(bindingLink) !== realpathSync(file))
    return "not linked into node_modules";
  return null;
}

/** Compiles tfjs' binding against the library in the cache; no node-gyp, no make. */
export function compileBinding(flavour) {
  const compiler = findCompiler();
  if (!compiler) {
    throw new SetupError(
      "no C++ compiler was found",
      'install g++ (Debian: apt-get install g++), or without root: python3 -m pip install ziglang, then CXX="python3 -m ziglang c++"',
    );
  }
  const folder = tensorflowFolder(flavour);
  const file = bindingFile(flavour);
  const temporary = `${file}.${process.pid}.tmp`;
  const args = [
    ...compiler.command.slice(1),
    ...flags,
    "-I",
    join(root, "node_modules/node-api-headers/include"),
    "-I",
    join(folder, "tensorflow/include"),
    join(tfjsPackage, "binding/tfjs_backend.cc"),
    join(tfjsPackage, "binding/tfjs_binding.cc"),
    "-o",
    temporary,
    join(folder, "tensorflow/libtensorflow_cc.so.2"),
    join(folder, "tensorflow/libtensorflow_framework.so.2"),
    "-Wl,-rpath,$ORIGIN/tensorflow",
  ];
  const result = spawnSync(compiler.command[0], args, { encoding: "utf8" });
  if (result.status !== 0) {
    rmSync(temporary, { force: true });
    throw new SetupError(
      `the TensorFlow binding did not compile with ${compiler.version}\n${result.stderr.trim().split("\n").slice(0, 12).join("\n")}`,
      "a compiler that knows C++17 is needed: g++ 8 or newer, clang 7 or newer; choose it with CXX",
    );
  }
  renameSync(temporary, file);
}

const holdSource = join(here, "hold-stderr.cc");

/** The addon that keeps TensorFlow from printing while it is loaded; its name changes with its source. */
export function holdFile(flavour) {
  const hash = createHash("sha256").update(flags.join(" ")).update(readFileSync(holdSource));
  return join(tensorflowFolder(flavour), `hold-stderr-${hash.digest("hex").slice(0, 12)}.node`);
}

/** Compiles that addon. Without it commands work too, so that a missing compiler is no error here. */
export function compileHold(flavour) {
  const file = holdFile(flavour);
  const compiler = findCompiler();
  if (!compiler) return;
  const temporary = `${file}.${process.pid}.tmp`;
  const headers = join(root, "node_modules/node-api-headers/include");
  const own = ["-DNODE_GYP_MODULE_NAME=hold_stderr", "-I", headers, holdSource, "-o", temporary];
  const result = spawnSync(compiler.command[0], [...compiler.command.slice(1), ...flags, ...own], { stdio: "ignore" });
  if (result.status !== 0) return rmSync(temporary, { force: true });
  const folder = tensorflowFolder(flavour);
  for (const name of readdirSync(folder)) if (/^hold-stderr-.*\.node$/.test(name)) rmSync(join(folder, name));
  renameSync(temporary, file);
}

/** node_modules gets a link; Node resolves it first, so the library is found beside the real file. */
export function linkBinding(flavour) {
  mkdirSync(dirname(bindingLink), { recursive: true });
  if (lstatSync(bindingLink, { throwIfNoEntry: false })) rmSync(bindingLink, { force: true });
  symlinkSync(bindingFile(flavour), bindingLink);
}

const probe = `
const util = require("node:util");
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
const tf = require("@tensorflow/tfjs-node-gpu");
if (tf.getBackend() !== "tensorflow") throw new Error("backend is " + tf.getBackend());
if (tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0] !== 11) throw new Error("wrong product");
console.log(JSON.stringify({ tensorflow: tf.backend().binding.TF_Version, gpu: tf.backend().isUsingGpuDevice }));
`;

/** Loads the library in a child process and multiplies two matrices. @returns {{ tensorflow: string, gpu: boolean }} */
export function tryBinding() {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" };
  const result = spawnSync(process.execPath, ["-e", probe], { cwd: root, encoding: "utf8", env });
  if (result.status !== 0) {
    const reason = result.signal
      ? `killed by ${result.signal}`
      : result.stderr.trim().split("\n").slice(-12).join("\n");
    throw new SetupError(
      `TensorFlow does not load: ${reason}`,
      "run `npm run setup -- --fresh` to install the library anew",
    );
  }
  return JSON.parse(result.stdout.trim().split("\n").at(-1));
}
