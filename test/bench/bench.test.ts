import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-test-"));
after(() => rmSync(folder, { recursive: true }));

const bench = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

interface End {
  readonly code: number | null;
  readonly errors: string;
}

/** Runs a benchmark with its temporary files in `folder`. @param meanwhile what happens to it */
async function ended(name: string, words: string[], meanwhile: (pid: number) => Promise<void>): Promise<End> {
  const child = spawn(process.execPath, [bench(name), ...words], { env: { ...process.env, TMPDIR: folder } });
  let errors = "";
  child.stderr.on("data", (data: Buffer) => {
    errors += data.toString();
  });
  child.stdout.resume();
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  await meanwhile(child.pid!);
  return { code: await closed, errors };
}

test("a benchmark that is stopped says so in a line and leaves nothing", { timeout: 120_000 }, async () => {
  const stop = async (pid: number): Promise<void> => {
    while (readdirSync(folder).length === 0) await sleep(20);
    process.kill(pid, "SIGINT");
  };
  const { code, errors } = await ended("simulate", ["200000"], stop);
  assert.deepEqual([code, errors], [130, "stopped by SIGINT\n"]);
  assert.deepEqual(readdirSync(folder), []);
});

test("an error that a benchmark expects ends it without a stack trace", async () => {
  const { code, errors } = await ended("train-files", [join(folder, "absent.yaml")], async () => {});
  assert.equal(code, 2);
  assert.match(errors, /^error: .*absent\.yaml/);
  assert.doesNotMatch(errors, /\n {4}at /);
});
