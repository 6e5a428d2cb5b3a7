import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { lockOutput, waitForLock } from "../../lib/files/output-lock.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-lock-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const program = fileURLToPath(new URL("./hold-lock.js", import.meta.url));

test("of many processes that find a lock of one that was killed, one at a time holds it", async () => {
  const output = join(folder, "environment");
  const lock = join(folder, ".environment.lock");
  const waiting = Array.from({ length: 8 }, () => {
    const child = spawn(process.execPath, [program, output, lock, "25"], { stdio: ["pipe", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (text) => {
      said += text;
    });
    return {
      child,
      ended: new Promise<string>((resolve) => child.on("close", (code) => resolve(code === 0 ? "" : said))),
    };
  });
  for (const { child } of waiting) child.stdin.end();
  assert.deepEqual(await Promise.all(waiting.map(({ ended }) => ended)), Array(8).fill(""));
  assert.ok(!existsSync(`${lock}.removing`));
});

test("a lock that is just being written is another's; one left half-written, or half-removed, long ago holds nobody", async () => {
  const output = join(folder, "model");
  const lock = join(folder, ".model.lock");
  writeFileSync(lock, "{");
  let told = "";
  const unlock = waitForLock(output, (owner) => {
    told = owner;
    utimesSync(lock, 1, 1);
    writeFileSync(`${lock}.removing`, "");
    utimesSync(`${lock}.removing`, 1, 1);
  });
  (await unlock)();
  assert.equal(told, "another process");
  assert.ok(!existsSync(lock) && !existsSync(`${lock}.removing`));
});

test("a lock that another process took over stays when its former holder lets go", () => {
  const output = join(folder, "taken");
  const lock = join(folder, ".taken.lock");
  const unlock = lockOutput(output, "file");
  writeFileSync(lock, "another's");
  unlock();
  assert.ok(existsSync(lock));
});
