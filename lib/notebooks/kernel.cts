// The TypeScript kernel of Jupyter: node kernel.cjs CONNECTION_FILE [--project-folder]
// Jupyter starts a kernel in its notebook's folder. With --project-folder, notebooks inside the project run in the
// project's own folder instead, as the commands run them, so that `configs/…` means the same in both.
import { writeSync } from "node:fs";
import { join, relative } from "node:path";

function enterProjectFolder(): void {
  const project = join(__dirname, "../../..");
  if (!relative(project, process.cwd()).startsWith("..")) process.chdir(project);
}

async function main(): Promise<void> {
  const connectionFile = process.argv[2];
  if (!connectionFile) {
    process.stderr.write(
      "usage: node kernel.cjs CONNECTION_FILE (Jupyter starts it, see `cherenkit kernel install`)\n",
    );
    process.exit(2);
  }
  if (process.argv.includes("--project-folder")) enterProjectFolder();
  const { serveKernel } = await import("./serve-kernel.js");
  // Before a cell may `require` what is still being imported, which Node does not bear.
  const snapshot = process.execArgv.includes("--snapshot-blob") ? null : await import("./snapshot.js");
  await serveKernel(connectionFile);
  snapshot?.buildSnapshotLater();
}

main().catch((error: unknown) => {
  // Past the capture of what cells print, which nobody hears yet.
  writeSync(2, `the kernel could not start: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
