import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { cache, here } from "./folders.mjs";
import { findPython } from "./host.mjs";
import { SetupError } from "./report.mjs";

async function sha256(file) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1 << 22 }), hash);
  return hash.digest("hex");
}

function offlineRemedy(wheel) {
  return (
    `check the connection to the Python package index (or its mirror in pip's configuration) and run set-up again; ` +
    `without a connection, fetch ${wheel.name} ${wheel.version} elsewhere (sha256 ${wheel.sha256}) ` +
    `and set CHERENKIT_TF_WHEEL to the file or to a folder of such files`
  );
}

/** Asks pip for the wheel's address, which obeys pip's configured index, mirrors and certificates. */
function wheelAddress(python, wheel) {
  const tags = wheel.platforms.flatMap((platform) => ["--platform", platform]);
  const args = ["-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet", "--report", "-"];
  args.push("--disable-pip-version-check", "--only-binary=:all:", "--implementation", "cp", "--retries", "1");
  args.push("--python-version", wheel.pythonVersion, "--abi", "cp312", "--abi", "none", ...tags);
  args.push("--target", join(cache, "unused"), `${wheel.name}==${wheel.version}`);
  const result = spawnSync(python.command, args, { encoding: "utf8", maxBuffer: 1 << 26 });
  if (result.status !== 0) {
    const line =
      result.stderr
        .trim()
        .split("\n")
        .findLast((text) => text.startsWith("ERROR")) ?? result.stderr.trim();
    if (/no such option: --report|--dry-run/.test(result.stderr)) {
      throw new SetupError(`pip ${python.pip} is too old`, `${python.command} -m pip install --user --upgrade pip`);
    }
    throw new SetupError(`pip did not find ${wheel.name} ${wheel.version}: ${line}`, offlineRemedy(wheel));
  }
  const entry = JSON.parse(result.stdout.slice(result.stdout.indexOf("{"))).install[0];
  return entry.download_info.url;
}

function fetchFile(python, url, file, onProgress) {
  return new Promise((resolve, reject) => {
    const child = spawn(python.command, [join(here, "fetch.py"), url, file], { stdio: ["ignore", "pipe", "pipe"] });
    let errors = "";
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [have, total] = line.split(" ").map(Number);
      onProgress(have, total);
    });
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(errors.trim() || `exit code ${code}`))));
  });
}

async function progressBar(label) {
  const { default: cliProgress } = await import("cli-progress");
  const options = {
    format: `[setup] ${label} {bar} {percentage}% of {totalMB} MB, {eta_formatted} left`,
    barsize: 24,
    noTTYOutput: true,
    notTTYSchedule: 5000,
    stream: process.stderr,
  };
  const bar = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
  let started = false;
  return {
    update(have, total) {
      const payload = { totalMB: Math.round(total / 1e6) };
      if (!started) bar.start(total, have, payload);
      started = true;
      bar.update(have, payload);
    },
    stop() {
      if (started) bar.stop();
    },
  };
}

/** A wheel given by hand in CHERENKIT_TF_WHEEL: one file, or a folder that holds it. */
function givenWheel(wheel) {
  const given = process.env.CHERENKIT_TF_WHEEL;
  if (!given) return null;
  if (given.endsWith(".whl")) return wheel.name.startsWith("tensorflow") ? given : null;
  const stem = `${wheel.name.replaceAll("-", "_")}-${wheel.version}-`;
  const listed = spawnSync("ls", [given], { encoding: "utf8" }).stdout?.split("\n") ?? [];
  const match = listed.find((name) => name.startsWith(stem) && name.endsWith(".whl"));
  return match ? join(given, match) : null;
}

/**
 * A verified wheel on disk. Downloads go to `downloads/` in the cache, are continued after a break and are
 * checked against the pinned sha256 before anybody reads them.
 * @returns {Promise<{ file: string, downloaded: boolean }>}
 */
export async function getWheel(wheel) {
  const given = givenWheel(wheel);
  if (given) {
    if (!existsSync(given)) throw new SetupError(`CHERENKIT_TF_WHEEL: there is no file ${given}`, offlineRemedy(wheel));
    const found = await sha256(given);
    if (found === wheel.sha256) return { file: given, downloaded: false };
    throw new SetupError(
      `${given} has sha256 ${found}, not ${wheel.sha256}`,
      `give the wheel of ${wheel.name} ${wheel.version}, complete`,
    );
  }
  const file = join(cache, "downloads", `${wheel.name}-${wheel.version}-${wheel.sha256.slice(0, 12)}.whl`);
  if (existsSync(file) && (await sha256(file)) === wheel.sha256) return { file, downloaded: true };
  const python = findPython();
  if (!python)
    throw new SetupError("no Python with pip was found", "install python3 and python3-pip (or python3-venv)");
  mkdirSync(dirname(file), { recursive: true });
  const url = wheelAddress(python, wheel);
  const partial = `${file}.${process.pid}.partial`;
  const shared = `${file}.partial`;
  if (existsSync(shared)) renameSync(shared, partial); // one process continues it, another begins anew
  const bar = await progressBar(`${wheel.name} ${wheel.version}`);
  try {
    await fetchFile(python, url, partial, bar.update);
  } catch (error) {
    bar.stop();
    if (existsSync(partial)) renameSync(partial, shared);
    const noSpace = /No space left/.test(error.message);
    throw new SetupError(
      `the download of ${wheel.name} ${wheel.version} broke off: ${error.message}`,
      noSpace ? `free some space in ${cache}, or set CHERENKIT_CACHE to another folder` : offlineRemedy(wheel),
    );
  }
  bar.stop();
  const found = await sha256(partial);
  if (found !== wheel.sha256) {
    rmSync(partial);
    throw new SetupError(
      `${wheel.name} ${wheel.version} arrived with sha256 ${found}, not ${wheel.sha256}; it was deleted`,
      "run set-up again; when it happens again, the package index or a proxy hands out another file",
    );
  }
  renameSync(partial, file);
  return { file, downloaded: true };
}

/** Unpacks the members of a zip file for which `wanted(name)` is true into `folder`. */
export async function unpack(file, folder, wanted) {
  const { default: yauzl } = await import("yauzl");
  const zip = await new Promise((resolve, reject) => {
    yauzl.open(file, { lazyEntries: true }, (error, opened) => (error ? reject(error) : resolve(opened)));
  });
  await new Promise((resolve, reject) => {
    zip.on("error", reject);
    zip.on("end", resolve);
    zip.on("entry", (entry) => {
      if (entry.fileName.endsWith("/") || !wanted(entry.fileName)) return zip.readEntry();
      const target = join(folder, entry.fileName);
      mkdirSync(dirname(target), { recursive: true });
      zip.openReadStream(entry, (error, stream) => {
        if (error) return reject(error);
        pipeline(stream, createWriteStream(target)).then(() => zip.readEntry(), reject);
      });
    });
    zip.readEntry();
  });
}
