import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../../lib/cli/cherenkit.mjs", import.meta.url));

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder for one test file, removed after it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "cherenkit-e2e-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function run(command: string, args: readonly string[]): Promise<CommandResult> {
  return new Promise((resolve) => {
    execFile(command, [...args], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === "number" ? error.code : -1) : 0;
      resolve({ code, stdout, stderr });
    });
  });
}

/** Runs the command line as a user does. */
export function cherenkit(...args: string[]): Promise<CommandResult> {
  return run(process.execPath, [program, ...args]);
}

/** The same where no file may grow beyond so many KiB: writing more fails as on a full disk. */
export function cherenkitWithin(kib: number, ...args: string[]): Promise<CommandResult> {
  const quoted = [process.execPath, program, ...args].map((part) => `'${part.replaceAll("'", "'\\''")}'`);
  return run("bash", ["-c", `ulimit -f ${kib}; exec ${quoted.join(" ")}`]);
}

/** Runs the command line and sends it a signal when its output matches. */
export function cherenkitUntil(pattern: RegExp, signal: NodeJS.Signals, ...args: string[]): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr, sent] = ["", "", false];
    child.stdout.on("data", (data: Buffer) => {
      stdout += data.toString();
      if (sent || !pattern.test(stdout)) return;
      sent = true;
      child.kill(signal);
    });
    child.stderr.on("data", (data: Buffer) => {
      stderr += data.toString();
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}
