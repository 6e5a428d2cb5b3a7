import { createReadStream, statSync } from "node:fs";
import { basename, join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as sleep } from "node:timers/promises";
import { goesOn, readAttempts, readRecord } from "./job-record.js";
import { type RunStatus, runStatuses } from "./status.js";
import { isOpen } from "./wait.js";

/** The file that tells what a run prints: the job's log, or what the runner noted of a run without job. */
export function logFile(runFolder: string): string {
  return readRecord(runFolder)?.log ?? join(runFolder, "run.jsonl");
}

/**
 * Hands on what has been added to a file since the last call, from the beginning of one that was cut short or replaced.
 * @returns a function that tells whether something was added
 */
function additions(file: string, write: (text: string) => void): () => Promise<boolean> {
  let position = 0;
  let inode = 0;
  // A letter of several bytes may be written in two parts.
  let decoder = new StringDecoder("utf8");
  return async () => {
    const now = statSync(file, { throwIfNoEntry: false });
    if (!now) return false;
    if (now.size < position || (inode !== 0 && now.ino !== inode)) {
      position = 0;
      decoder = new StringDecoder("utf8");
    }
    inode = now.ino;
    const before = position;
    for await (const bytes of createReadStream(file, { start: position }) as AsyncIterable<Buffer>) {
      position += bytes.length;
      write(decoder.write(bytes));
    }
    return position > before;
  };
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

async function statusOf(runFolder: string, say?: (line: string) => void): Promise<RunStatus> {
  const [now] = await runStatuses([runFolder], { onSilence: ({ message }) => say?.(message) });
  return now!;
}

/** `job 4711 is pending: Priority` */
const inWords = ({ jobId, folder, state, reason }: RunStatus): string =>
  `${jobId ? `job ${jobId}` : basename(folder)} is ${state}${reason ? `: ${reason}` : ""}`;

/** States in which nothing is printed. */
const standsStill = new Set(["pending", "suspended", "held"]);

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
  const copy = additions(file, add);
  const something = await copy();
  if (!options.follow) {
    if (!something) options.say?.(`${inWords(await statusOf(runFolder, options.say))}; nothing has been printed`);
    return;
  }
  let asked = 0;
  let state = "";
  let quiet = 0;
  for (;;) {
    const last = readAttempts(runFolder).at(-1);
    const over = last?.next != null && !goesOn(last);
    // SLURM is asked now and then only: whether the job still is there, and whether it has begun.
    if (!over && Date.now() - asked > 20 * pollMs) {
      asked = Date.now();
      const now = await statusOf(runFolder, options.say);
      if (now.state !== state && standsStill.has(now.state)) options.say?.(inWords(now));
      state = now.state;
    }
    // The script's last line comes a moment after its note.
    quiet = (await copy()) ? 0 : quiet + 1;
    if ((over || !isOpen({ state })) && quiet >= 2) return;
    await sleep(pollMs);
  }
}
