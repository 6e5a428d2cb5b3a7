import type { CellOutput } from "../notebooks/execute.js";

/** Repeats a running notebook's output on the terminal: its text on stdout, all else on stderr, each with its cell. */
export function notebookOutput(label = "cell"): (output: CellOutput) => void {
  return (output) => {
    const toStderr = ["stderr", "error", "heartbeat", "warning"].includes(output.kind);
    const stream = toStderr ? process.stderr : process.stdout;
    const lines = output.text.replace(/\n$/, "").split("\n");
    stream.write(lines.map((line) => `${label} [${output.cell}] ${line}\n`).join(""));
  };
}
