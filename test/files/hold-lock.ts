// Takes a lock again and again, leaves it like a process that was killed, and fails when it is not alone:
// node hold-lock.js OUTPUT LOCK TIMES
import { rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { lockOutput } from "../../lib/files/output-lock.js";

const [output, lock, times] = process.argv.slice(2) as [string, string, string];
const gone = JSON.stringify({ processId: 2 ** 22 + 1, host: hostname(), since: "" });
process.stdin.resume();
await new Promise((resolve) => process.stdin.once("end", resolve)); // all begin at once
for (let taken = 0; taken < Number(times); ) {
  try {
    lockOutput(output, "file");
  } catch {
    await sleep(1);
    continue;
  }
  writeFileSync(`${output}.inside`, "", { flag: "wx" });
  await sleep(1);
  rmSync(`${output}.inside`);
  writeFileSync(lock, gone);
  taken++;
}
process.exit();
