import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Conversion } from "../../lib/preparation/convert-file.js";
import { judgePython, judgeScript, needsCtapipe } from "../peers.js";
import { needsSimtel, simtelFolder } from "./simtel-files.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-convert-"));
after(() => rmSync(folder, { recursive: true }));

const cherenkit = fileURLToPath(new URL("../../../lib/cli/cherenkit.mjs", import.meta.url));
const missing = needsCtapipe().skip || needsSimtel().skip;
const sst1m = "gamma_20deg_0deg_run102___cta-prod4-sst-1m_desert-2150m-Paranal-sst-1m.simtel.zst";
const env = { ...process.env, CHERENKIT_CTAPIPE: join(dirname(judgePython), "ctapipe-process") };

/** The first bytes of a file. */
function beginOf(path: string, bytes: number): Buffer {
  const begin = Buffer.alloc(bytes);
  const file = openSync(path, "r");
  readSync(file, begin, 0, bytes, 0);
  closeSync(file);
  return begin;
}

function convert(...words: string[]): { code: number | null; report: Map<string, Conversion> } {
  const output = join(folder, "dl1");
  const args = [cherenkit, "convert", ...words, "--output", output, "--option=--EventSource.max_events=4"];
  const { status } = spawnSync(process.execPath, args, { encoding: "utf8", env });
  const list = JSON.parse(readFileSync(join(output, "conversion.json"), "utf8")) as Conversion[];
  return { code: status, report: new Map(list.map((one) => [one.input.split("/").at(-1)!, one])) };
}

test("real SST-1M simulations become DL1 files; broken ones are listed, and the exit code says so", {
  skip: missing,
}, () => {
  const input = join(folder, "simtel");
  mkdirSync(input);
  copyFileSync(join(simtelFolder, sst1m), join(input, "run102.simtel.zst"));
  // No events in the first 300 kB, so that the four events do not end the reading before the file does.
  writeFileSync(join(input, "cut.simtel.zst"), beginOf(join(simtelFolder, sst1m), 300_000));
  writeFileSync(join(input, "other.simtel.gz"), "no simulation");
  const first = convert(input);
  assert.equal(first.code, 1);
  assert.equal(first.report.get("run102.simtel.zst")?.outcome, "written");
  assert.equal(first.report.get("run102.simtel.zst")?.events, 4);
  assert.match(String(first.report.get("cut.simtel.zst")?.reason), /truncated|buffer is smaller/);
  assert.deepEqual(
    ["cut.simtel.zst", "other.simtel.gz"].map((name) => first.report.get(name)?.outcome),
    ["broken", "broken"],
  );
  assert.deepEqual(readdirSync(join(folder, "dl1")).sort(), ["conversion.json", "run102.dl1.h5"]);
  const dl1 = join(folder, "dl1/run102.dl1.h5");
  assert.match(execFileSync(judgePython, [judgeScript, dl1], { encoding: "utf8" }), /1 of 1 files pass/);

  // Given again, it goes on with what is not there yet.
  const { mtimeMs } = statSync(dl1);
  const again = convert(join(input, "run102.simtel.zst"));
  assert.equal(again.code, 0);
  assert.equal(again.report.get("run102.simtel.zst")?.outcome, "there already");
  assert.equal(statSync(dl1).mtimeMs, mtimeMs);
});

test("a share of an array fails only when all of its files are broken", { skip: missing }, () => {
  const input = join(folder, "shares");
  mkdirSync(input);
  copyFileSync(join(simtelFolder, sst1m), join(input, "a.simtel.zst"));
  for (const name of ["b", "c"]) writeFileSync(join(input, `${name}.simtel.gz`), "no simulation");
  const output = join(folder, "shared");
  const share = (which: string): { code: number | null; outcomes: string[] } => {
    const words = ["convert", input, "--output", output, "--shard", which, "--option=--EventSource.max_events=1"];
    const { status } = spawnSync(process.execPath, [cherenkit, ...words], { encoding: "utf8", env });
    const report = readFileSync(join(output, `conversion-${which.replace("/", "of")}.json`), "utf8");
    return { code: status, outcomes: (JSON.parse(report) as Conversion[]).map(({ outcome }) => outcome) };
  };
  assert.deepEqual(share("1/2"), { code: 0, outcomes: ["written", "broken"] });
  assert.deepEqual(share("2/2"), { code: 1, outcomes: ["broken"] });
});
