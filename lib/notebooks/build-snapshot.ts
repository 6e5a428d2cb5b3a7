// Builds the snapshot that makes kernels start fast: node build-snapshot.js
// With --print it builds nothing and prints the options for Node that use it, if it is there.
import { buildSnapshot, usableSnapshot } from "./snapshot.js";

if (process.argv.includes("--print")) {
  const file = usableSnapshot();
  if (file) process.stdout.write(`--snapshot-blob\n${file}\n`);
} else await buildSnapshot();
