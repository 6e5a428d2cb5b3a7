import { closeSync, fstatSync, openSync } from "node:fs";
import { isatty } from "node:tty";
import { CommanderError } from "commander";
import { exitCodes } from "../errors.js";
import { program } from "./program.js";
import { tellError } from "./tell-error.js";

/** Runs one command line and sets the exit code: 0 ok, 1 failed, 2 bad usage or configuration, 75 interrupted. */
async function main(): Promise<void> {
  try {
    await (await program(process.argv[2])).parseAsync(process.argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has told help and usage errors already.
      process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    } else process.exitCode = tellError(error);
  }
}

// A reader that leaves (`| head`), or a terminal that is gone, ends what is told, not what is done.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
  });
// Node sets the terminal back as it ends, and aborts where that is gone.
process.on("exit", () => {
  for (const descriptor of [0, 1, 2]) {
    try {
      if (isatty(descriptor) || !fstatSync(descriptor).isCharacterDevice()) continue;
      closeSync(descriptor);
      openSync("/dev/null", "r+");
    } catch {
      // It is closed already.
    }
  }
});
await main();
