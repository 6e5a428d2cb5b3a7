import { createReadStream, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { currentJobId, goesOn, readAttempts, readRecord } from "./job-record.js";
import { runStatuses } from "./status.js";

/** The file that tells what a run prints: the job's log, or what the runner noted of a run without job. */
export function logFile(runFolder: string): string {
  return readRecord(runFolder)?.log ?? join(runFolder, "run.jsonl");
}

async function copyFrom(file: string, start: number, write: (text: string) => void): Promise<number> {
  if (!existsSync(file) || statSync(file).size <= start) return start;
  let position = start;
  const stream = createReadStream(file, { start, encoding: "utf8" });
  for await (const text of stream as AsyncIterable<string>) {
    position += Buffer.byteLength(text);
    write(text);
  }
  return position;
}

/** A line of run.jsonl as what it says; "" for those that only mark begin and end. */
function saidIn(line: string): string {
  try {
    const { cell, text } = JSON.parse(line) as { cell?: number; text?: string };
    if (typeof text !== "string") return "";
    return text
      .replace(/\n$/, "")
      .replace(/^/gm, `[${cell ?? ""}] `)
      .concat("\n");
  } catch {
    return "";
  }
}

/**
 * Prints a run's log. With `follow` goes on until the run has ended, also over restarts and before it has begun.
 * @param say is told what it waits for
 */
export async function printLog(
  runFolder: string,
  write: (text: string) => void,
  options: { follow?: boolean; say?: (line: string) => void; pollMs?: number } = {},
): Promise<void> {
  const file = logFile(runFolder);
  const notes = file.endsWith(".jsonl");
  let rest = "";
  const unpack = (text: string): void => {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) write(saidIn(line));
  };
  const add = notes ? unpack : write;
  const pollMs = options.pollMs ?? 1000;
  let position = await copyFrom(file, 0, add);
  if (!options.follow) return;
  let asked = 0;
  let state = "";
  for (;;) {
    const last = readAttempts(runFolder).at(-1);
    const over = last?.next != null && !goesOn(last);
    // SLURM is asked now and then only: whether the job still is there, and whether it has begun.
    if (!over && Date.now() - asked > 20 * pollMs) {
      asked = Date.now();
      const [now] = await runStatuses([runFolder], { onSilence: ({ message }) => options.say?.(message) });
      if (now && now.state !== state && now.state === "pending")
        options.say?.(`job ${currentJob(runFolder)} waits${now.reason ? `: ${now.reason}` : ""}`);
      state = now?.state ?? "lost";
    }
    const before = position;
    position = await copyFrom(file, position, add);
    if ((over || !["pending", "running", "held"].includes(state)) && position === before) return;
    await sleep(pollMs);
  }
}

function currentJob(runFolder: string): string {
  const record = readRecord(runFolder);
  return (record && currentJobId(record, readAttempts(runFolder))) ?? "";
}
