import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { cache, tensorflowFolder } from "./folders.mjs";
import { freeBytes } from "./host.mjs";
import { SetupError, say } from "./report.mjs";
import { getWheel, unpack } from "./wheel.mjs";

const libraries = ["tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2"];

/** Of TensorFlow's wheel: the two libraries, the headers of the C API, the licences. Of NVIDIA's: everything. */
function wanted(name) {
  if (libraries.includes(name)) return true;
  if (name.startsWith("nvidia/")) return true;
  if (/^tensorflow\/include\/(tensorflow\/c|xla\/tsl\/c)\//.test(name)) return true;
  if (/^tensorflow\/include\/(tensorflow\/core|tsl)\/platform\/ctstring/.test(name)) return true;
  return /dist-info\/(licenses\/)?LICENSE|THIRD_PARTY_NOTICES/.test(name);
}

/** What is wrong with an unpacked library, or null when it is complete. */
export function tensorflowProblem(flavour) {
  const folder = tensorflowFolder(flavour);
  const record = join(folder, ".complete");
  if (!existsSync(folder)) return "not installed";
  if (!existsSync(record)) return "its installation was interrupted";
  let sizes;
  try {
    sizes = JSON.parse(readFileSync(record, "utf8")).sizes ?? {};
  } catch {
    sizes = {};
  }
  for (const library of libraries) {
    const file = join(folder, library);
    if (!existsSync(file)) return `${library} is missing`;
    if (library in sizes && statSync(file).size !== sizes[library]) return `${library} is damaged (wrong size)`;
  }
  return null;
}

/** Folders of unpackings that were killed more than a day ago. */
function clearStale() {
  for (const name of existsSync(cache) ? readdirSync(cache) : []) {
    const folder = join(cache, name);
    if (name.startsWith(".tmp-") && Date.now() - statSync(folder).mtimeMs > 86_400_000) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** Puts the libraries of the flavour into the cache, by one rename, whatever another process does meanwhile. */
export async function installTensorflow(flavour) {
  const folder = tensorflowFolder(flavour);
  const free = freeBytes(cache);
  if (free < flavour.freeBytes) {
    throw new SetupError(
      `${(free / 1e9).toFixed(1)} GB are free in ${cache}, ${(flavour.freeBytes / 1e9).toFixed(1)} GB are needed`,
      "free some space, or set CHERENKIT_CACHE to a folder on another disk",
    );
  }
  clearStale();
  const temporary = mkdtempSync(join(cache, ".tmp-"));
  try {
    const used = [];
    for (const wheel of flavour.wheels) {
      const { file, downloaded } = await getWheel(wheel);
      say(`${wheel.name} ${wheel.version}: ${downloaded ? "downloaded and verified" : "given file verified"}`);
      await unpack(file, temporary, wanted);
      say(`${wheel.name} unpacked`);
      if (downloaded) used.push(file);
    }
    const sizes = Object.fromEntries(libraries.map((name) => [name, statSync(join(temporary, name)).size]));
    writeFileSync(join(temporary, ".complete"), JSON.stringify({ sizes }));
    if (existsSync(folder) && tensorflowProblem(flavour)) rmSync(folder, { recursive: true, force: true });
    mkdirSync(cache, { recursive: true });
    try {
      renameSync(temporary, folder);
    } catch (error) {
      if (tensorflowProblem(flavour)) throw error; // else another process was faster with the same content
    }
    for (const file of used) rmSync(file, { force: true });
  } catch (error) {
    if (error?.code === "ENOSPC") {
      throw new SetupError(`the disk is full while unpacking to ${cache}`, "free some space, or set CHERENKIT_CACHE");
    }
    throw error;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
