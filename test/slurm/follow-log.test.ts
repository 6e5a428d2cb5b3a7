import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { printLog } from "../../lib/slurm/follow-log.js";
import { writeRecords } from "../../lib/slurm/submit.js";
import { shellJob } from "./jobs.js";

const root = mkdtempSync(join(tmpdir(), "cherenkit-logs-"));
after(() => rmSync(root, { recursive: true, force: true }));

test("a log is followed before it is there, over a letter cut in two and a new beginning, to the end of the run", async () => {
  const { job } = shellJob(root, "");
  await writeRecords(job, null, null, "test");
  const { folder } = job;
  const status = (text: string): void =>
    writeFileSync(
      join(folder, "run.json"),
      JSON.stringify({ status: text, seconds: 1, processId: process.pid, host: hostname() }),
    );
  status("running");
  let text = "";
  const following = printLog(folder, (more) => (text += more), { follow: true, pollMs: 10 });
  const until = async (wanted: string): Promise<void> => {
    for (let tries = 0; text !== wanted && tries < 500; tries++) await sleep(10);
    assert.equal(text, wanted);
  };
  const log = join(folder, "slurm.log");
  const bytes = Buffer.from("one Čerenkov\n");
  appendFileSync(log, bytes.subarray(0, 5));
  await until("one ");
  appendFileSync(log, bytes.subarray(5));
  await until("one Čerenkov\n");
  writeFileSync(log, "two\n");
  await until("one Čerenkov\ntwo\n");
  renameSync(log, `${log}.1`);
  writeFileSync(log, "as long as what was there before, or longer\n");
  await until("one Čerenkov\ntwo\nas long as what was there before, or longer\n");
  status("completed");
  await following;
});

test("of a run that has printed nothing the log says where it stands", async () => {
  const { job } = shellJob(root, "");
  mkdirSync(job.folder, { recursive: true });
  await writeRecords(job, null, null, "test");
  const said: string[] = [];
  await printLog(job.folder, () => assert.fail("there is nothing"), { say: (line) => said.push(line) });
  assert.match(said.join("\n"), /^train-20260101-000000-\d+ is pending; nothing has been printed$/);
});
