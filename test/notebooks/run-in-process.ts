import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const runner = fileURLToPath(new URL("./run-one.js", import.meta.url));

/** Runs a notebook in a process of its own, and sends that a signal once the notebook has said what `ready` matches. */
export async function runInProcess(
  input: string,
  output: string,
  signal: NodeJS.Signals,
  ready: RegExp = /ready/,
): Promise<{ exitCode: number | null; text: string }> {
  const child = spawn(process.execPath, [runner, input, output], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    const wasReady = ready.test(text);
    text += piece;
    if (!wasReady && ready.test(text)) child.kill(signal);
  });
  const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { exitCode, text };
}
