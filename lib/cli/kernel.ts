import { homedir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";

/** `cherenkit kernel install` */
export function kernelCommand(): Command {
  const kernel = new Command("kernel").description("the TypeScript kernel for an existing Jupyter");
  kernel
    .command("install")
    .description("tell Jupyter about the kernel of this folder")
    .option(
      "--prefix <folder>",
      "Jupyter data folder",
      process.env.JUPYTER_DATA_DIR ?? join(homedir(), ".local/share/jupyter"),
    )
    .addHelpText("after", "\nExample:\n  cherenkit kernel install")
    .action(async (options: { prefix: string }) => {
      const { installKernel } = await import("../notebooks/install-kernel.js");
      console.log(await installKernel(options.prefix));
    });
  return kernel;
}
