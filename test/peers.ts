import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { sharedData } from "./shared-data.js";

/** Python of an environment with ctapipe; `CHERENKIT_JUDGE_PYTHON` may name another. */
export const judgePython: string =
  process.env.CHERENKIT_JUDGE_PYTHON ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "cherenkit-peers/judge/bin/python");

/** Python of an environment with gammapy; `CHERENKIT_GAMMAPY_PYTHON` may name another. */
export const gammapyPython: string =
  process.env.CHERENKIT_GAMMAPY_PYTHON ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "cherenkit-peers/gammapy/bin/python");

/** Python of the full environment, with CTLearn, Keras and TensorBoard; `CHERENKIT_PEERS_PYTHON` may name another. */
export const peersPython: string =
  process.env.CHERENKIT_PEERS_PYTHON ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "cherenkit-peers/peers/bin/python");

/** Option for `test`: runs where CTLearn and Keras are installed, else skips and says so. */
export function needsPeers(): { skip: string | false } {
  return { skip: existsSync(peersPython) ? false : `CTLearn and Keras are not installed here (no ${peersPython})` };
}

/** Script that opens a DL1 or DL2 file with ctapipe's own readers and says what it found. */
export const judgeScript: string = resolve(sharedData, "../tools/ctapipe-judge.py");

/** Option for `test`: runs where ctapipe is installed, else skips and says so. */
export function needsCtapipe(): { skip: string | false } {
  const missing = [judgePython, judgeScript].find((path) => !existsSync(path));
  return { skip: missing ? `ctapipe is not installed here (no ${missing})` : false };
}

/** Python of an environment with TensorFlow and Keras; `CHERENKIT_PEERS_PYTHON` may name another. */
export const kerasPython: string =
  process.env.CHERENKIT_PEERS_PYTHON ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "cherenkit-peers/peers/bin/python");

/** Option for `test`: runs where Keras is installed, else skips and says so. */
export function needsKeras(): { skip: string | false } {
  return { skip: existsSync(kerasPython) ? false : `Keras is not installed here (no ${kerasPython})` };
}
