import { existsSync, readdirSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import util from "node:util";
import { CherenkitError } from "../errors.js";
import { bindingFile } from "./binding.js";
import { withoutNativeLog } from "./native-log.js";

/**
 * What must hold before TensorFlow is loaded: its settings, and the functions that Node 23 took out of `util` while the
 * binding still calls them. Settings that are already in the environment win.
 */
const settings: Readonly<Record<string, string>> = {
  // Errors only.
  TF_CPP_MIN_LOG_LEVEL: "2",
  // Twice the speed of convolutions on CPUs without AVX-512, where it is off by default.
  TF_ENABLE_ONEDNN_OPTS: "1",
  // Else TensorFlow takes all memory of a GPU that others may share.
  TF_FORCE_GPU_ALLOW_GROWTH: "true",
};
for (const [name, value] of Object.entries(settings)) process.env[name] ??= value;

if (!("isNullOrUndefined" in util)) {
  Object.assign(util, {
    isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
    isArray: Array.isArray,
  });
}

const require = createRequire(import.meta.url);
const binding = bindingFile();
if (!existsSync(binding)) {
  throw new CherenkitError("the TensorFlow library is not installed", {
    place: binding,
    remedy: "run `npm run setup`; `npx cherenkit doctor` says more",
  });
}

interface StderrHold {
  hold(): void;
  /** Ends it and gives what was printed meanwhile. */
  release(): string;
}

/** The addon that set-up has compiled beside the binding; null where it could not. */
function stderrHold(): StderrHold | null {
  const folder = dirname(realpathSync(binding));
  const name = readdirSync(folder).find((file) => /^hold-stderr-.*\.node$/.test(file));
  return name === undefined ? null : (require(join(folder, name)) as StderrHold);
}

/**
 * Loads the library. It tells what is switched on before it reads its log level; of that only errors are passed on. Later
 * requests for the binding get this one.
 */
function loadQuietly(): void {
  const stderr = stderrHold();
  stderr?.hold();
  try {
    require(binding);
  } finally {
    const said = withoutNativeLog(stderr?.release() ?? "");
    if (said.trim() !== "") process.stderr.write(said);
  }
}

loadQuietly();
