import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "cherenkit-peers");

/** Simulation files that eventio's last source release with test files carries (MIT). */
export const simtelFolder: string = join(cache, "eventio-0.11.0/eventio/resources");

/** Option for `test`: runs where the files are, or can be fetched from the Python package index. */
export function needsSimtel(): { skip: string | false } {
  if (existsSync(simtelFolder)) return { skip: false };
  const folder = join(cache, `eventio-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const pip = ["-m", "pip", "download", "-q", "--no-deps", "--no-binary=eventio", "-d", folder, "eventio==0.11.0"];
  spawnSync("python3", pip, { stdio: "ignore", timeout: 120_000 });
  spawnSync("tar", ["xzf", "eventio-0.11.0.tar.gz"], { cwd: folder, stdio: "ignore" });
  const unpacked = join(folder, "eventio-0.11.0");
  if (existsSync(unpacked) && !existsSync(join(cache, "eventio-0.11.0"))) {
    renameSync(unpacked, join(cache, "eventio-0.11.0"));
  }
  rmSync(folder, { recursive: true, force: true });
  return { skip: existsSync(simtelFolder) ? false : "eventio's simulation files cannot be fetched here" };
}
