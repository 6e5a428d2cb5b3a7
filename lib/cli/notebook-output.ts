import type { CellOutput } from "../notebooks/execute.js";

/** Repeats a running notebook's output on the terminal: its text on stdout, its errors on stderr, each with its cell. */
export function notebookOutput(label = "cell"): (output: CellOutput) => void {
  return (output) => {
    const stream = output.kind === "stderr" || output.kind === "error" ? process.stderr : process.stdout;
    for (const line of output.text.replace(/\n$/, "").split("\n")) stream.write(`${label} [${output.cell}] ${line}\n`);
  };
}
