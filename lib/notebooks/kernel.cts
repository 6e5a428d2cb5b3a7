// The TypeScript kernel of Jupyter: node kernel.cjs CONNECTION_FILE
// Cells load packages by `require`, so it starts as CommonJS; all the rest is in serve-kernel.

async function main(): Promise<void> {
  const connectionFile = process.argv[2];
  if (!connectionFile) {
    process.stderr.write(
      "usage: node kernel.cjs CONNECTION_FILE (Jupyter starts it, see `cherenkit kernel install`)\n",
    );
    process.exit(2);
  }
  const { serveKernel } = await import("./serve-kernel.js");
  await serveKernel(connectionFile);
}

main().catch((error: unknown) => {
  process.stderr.write(`the kernel could not start: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
