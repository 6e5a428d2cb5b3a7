// Runs one notebook as a process of its own: node run-one.js INPUT OUTPUT
import { runNotebook } from "../../lib/notebooks/execute.js";

const [input, output] = process.argv.slice(2);
const result = await runNotebook({
  input: input!,
  output: output!,
  onOutput: ({ text }) => process.stdout.write(text),
});
process.exitCode = result.exitCode;
