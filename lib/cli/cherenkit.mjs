#!/usr/bin/env node
// The command `cherenkit`. Set-up and doctor must work before anything is installed or compiled, so they are plain scripts.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

// SLURM's warning may come before anything is loaded that listens to it; Node itself would open its debugger.
process.on("SIGUSR1", () => {
  globalThis[Symbol.for("cherenkit.early-warning")] = true;
});

const main = new URL("../../dist/lib/cli/main.js", import.meta.url);
const early = { setup: "../setup/setup.mjs", doctor: "../setup/doctor.mjs" };
const command = process.argv[2];

if (Object.hasOwn(early, command ?? "")) {
  process.argv.splice(2, 1);
  await import(new URL(early[command], import.meta.url));
} else if (
  !existsSync(fileURLToPath(main)) ||
  !existsSync(fileURLToPath(new URL("../../node_modules", import.meta.url)))
) {
  console.error("cherenkit is not set up yet\n  remedy: run `npm run setup` in the cherenkit folder");
  process.exitCode = 1;
} else {
  await import(main);
}
