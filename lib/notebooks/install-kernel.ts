import { join } from "node:path";
import { writeFileAtomically } from "../files/write-atomically.js";
import { installedKernelArgv } from "./kernel-command.js";

/**
 * Tells Jupyter about the TypeScript kernel of this folder. Notebooks inside the project run in the project's folder.
 * @param prefix Jupyter's data folder, such as `~/.local/share/jupyter`
 * @returns the folder of the kernelspec
 * @throws {OutputError}
 */
export async function installKernel(prefix: string): Promise<string> {
  const folder = join(prefix, "kernels", "cherenkit");
  const spec = {
    argv: installedKernelArgv,
    display_name: "TypeScript (cherenkit)",
    language: "typescript",
    interrupt_mode: "message",
  };
  await writeFileAtomically(join(folder, "kernel.json"), `${JSON.stringify(spec, null, 2)}\n`);
  return folder;
}
