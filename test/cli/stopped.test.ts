import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { writeLargeDL1 } from "../bench/large-dl1.js";
import { toyModel } from "../prediction/toy-model.js";
import { needsData, sharedData } from "../shared-data.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-stopped-"));
const official = "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5";
const large = join(folder, "large.dl1.h5");
const cherenkit = fileURLToPath(new URL("../../../lib/cli/cherenkit.mjs", import.meta.url));

before(async () => {
  if (existsSync(join(sharedData, official))) await writeLargeDL1(join(sharedData, official), large, 5000);
});
after(() => rmSync(folder, { recursive: true }));

/** Everything below a folder. */
function entries(path: string): string[] {
  return existsSync(path) ? (readdirSync(path, { recursive: true }) as string[]) : [];
}

/** Processes of a group that have not ended. */
function processesOf(group: number): number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const [state, , processGroup] = readFileSync(`/proc/${name}/stat`, "utf8").split(") ").at(-1)!.split(" ");
      return Number(processGroup) === group && state !== "Z" ? [Number(name)] : [];
    } catch {
      return []; // it has just ended
    }
  });
}

/** Starts a command and sends it alone, not its children, a signal once something below `output` has such a name. */
async function stopped(
  signal: "SIGINT" | "SIGTERM",
  words: readonly string[],
  output: string,
  { begun = /\.tmp$/, environment = {} }: { begun?: RegExp; environment?: Readonly<Record<string, string>> } = {},
): Promise<{ code: number | null; said: string; left: string[]; processes: number[] }> {
  const child = spawn(process.execPath, [cherenkit, ...words], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...environment },
    detached: true,
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  while (child.exitCode === null && !entries(output).some((name) => begun.test(name))) await sleep(5);
  child.kill(signal);
  const code = await ended;
  await sleep(200);
  // What has its own name is finished.
  const left = entries(output).filter((entry) => entry.endsWith(".tmp"));
  return { code, said, left, processes: processesOf(child.pid!) };
}

const digicamModel = (): Promise<string> =>
  toyModel(folder, "energy", {
    camera: { name: "DigiCam", pixels: 1296 },
    telescopes: [{ id: 1, type: "SST_1M_DigiCam" }],
    side: 96,
    reader: { focalLength: "equivalent" },
  });

const commands: readonly (readonly [name: string, words: (output: string) => string[] | Promise<string[]>])[] = [
  ["simulate", (output) => ["simulate", "--particle", "gamma", "--events", "20000", "--output", output]],
  ["images", (output) => ["images", large, "--no-cuts", "--output", join(output, "images.h5")]],
  ["merge", (output) => ["merge", large, "--output", join(output, "merged.dl1.h5")]],
  ["predict", async (output) => ["predict", "--model", await digicamModel(), large, "--output", output]],
];

for (const [i, [name, words]] of commands.entries()) {
  const [signal, exitCode] = i % 2 === 0 ? (["SIGINT", 130] as const) : (["SIGTERM", 143] as const);
  test(
    `${name} that is stopped by ${signal} says so in a line and leaves nothing behind`,
    needsData(official),
    async () => {
      const output = join(folder, name);
      const { code, said, left, processes } = await stopped(signal, await words(output), output);
      assert.equal(code, exitCode, said);
      assert.match(said, new RegExp(`^stopped by ${signal}; what was not finished is removed\n$`, "m"));
      assert.deepEqual([left, processes], [[], []]);
    },
  );
}

test("convert that is stopped ends ctapipe too, though only convert was told", async () => {
  const output = join(folder, "converted");
  const simulations = join(folder, "simtel");
  mkdirSync(simulations);
  for (const run of [1, 2]) writeFileSync(join(simulations, `run${run}.simtel.gz`), "");
  // In place of ctapipe-process.
  const program = join(folder, "slow-process");
  const script =
    '#!/bin/bash\nfor word; do case $word in --output=*) IFS== read -r _ path <<<$word; : > "$path" ;; esac; done\nexec sleep 300\n';
  writeFileSync(program, script, { mode: 0o755 });
  const words = ["convert", simulations, "--output", output, "--parallel", "2"];
  const { code, said, left, processes } = await stopped("SIGTERM", words, output, {
    begun: /\.tmp\/run\d\.dl1\.h5$/,
    environment: { CHERENKIT_CTAPIPE: program },
  });
  assert.equal(code, 143, said);
  assert.match(said, /^stopped by SIGTERM/m);
  assert.deepEqual([left, processes], [[], []]);
});
