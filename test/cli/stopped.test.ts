import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { writeLargeDL1 } from "../bench/large-dl1.js";
import { needsData, sharedData } from "../shared-data.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-stopped-"));
after(() => rmSync(folder, { recursive: true }));
const official = "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5";
const cherenkit = fileURLToPath(new URL("../../../lib/cli/cherenkit.mjs", import.meta.url));

test("images that are stopped by Ctrl-C leave nothing behind", needsData(official), async () => {
  const dl1 = join(folder, "large.dl1.h5");
  await writeLargeDL1(join(sharedData, official), dl1, 5000);
  const output = join(folder, "out");
  const child = spawn(
    process.execPath,
    [cherenkit, "images", dl1, "--no-cuts", "--output", join(output, "images.h5")],
    {
      stdio: "ignore",
    },
  );
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  const entries = (): string[] => {
    try {
      return readdirSync(output);
    } catch {
      return [];
    }
  };
  while (child.exitCode === null && !entries().some((name) => name.endsWith(".tmp"))) await sleep(5);
  child.kill("SIGINT");
  assert.equal(await ended, 130);
  assert.deepEqual(entries(), []);
});
