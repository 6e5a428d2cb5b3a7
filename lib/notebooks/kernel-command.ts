import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "../errors.js";

/** How a kernel is started; `{connection_file}` stands for the connection file. */
export interface KernelCommand {
  readonly name: string;
  readonly displayName: string;
  readonly language: string;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Argument vector of this project's kernel. The condition lets cells import packages that are ESM only. */
export const ownKernelArgv: readonly string[] = [
  process.execPath,
  "--conditions=import",
  fileURLToPath(new URL("./kernel.cjs", import.meta.url)),
  "{connection_file}",
];

export const ownKernelNames: readonly string[] = ["cherenkit", "tslab", "typescript"];

const ownKernel: KernelCommand = {
  name: "cherenkit",
  displayName: "TypeScript (cherenkit)",
  language: "typescript",
  argv: ownKernelArgv,
  environment: {},
};

function dataFolders(): string[] {
  const onPath = (process.env.PATH ?? "").split(delimiter).filter((folder) => existsSync(join(folder, "python3")));
  return [
    ...(process.env.JUPYTER_PATH ?? "").split(delimiter).filter(Boolean),
    process.env.JUPYTER_DATA_DIR ?? join(homedir(), ".local/share/jupyter"),
    ...onPath.map((folder) => join(dirname(folder), "share/jupyter")),
    "/usr/local/share/jupyter",
    "/usr/share/jupyter",
  ];
}

/**
 * Finds a kernel: TypeScript is this project's own, others are looked up where Jupyter looks.
 * @param name a kernelspec's name
 * @throws {InputError} when there is none of this name
 */
export function kernelCommand(name: string): KernelCommand {
  if (ownKernelNames.includes(name)) return ownKernel;
  for (const folder of dataFolders()) {
    const file = join(folder, "kernels", name, "kernel.json");
    if (!existsSync(file)) continue;
    const spec = JSON.parse(readFileSync(file, "utf8")) as {
      argv: string[];
      display_name?: string;
      language?: string;
      env?: Record<string, string>;
    };
    const argv = spec.argv.map((part) => part.replaceAll("{resource_dir}", dirname(file)));
    const environment = spec.env ?? {};
    return { name, displayName: spec.display_name ?? name, language: spec.language ?? "", argv, environment };
  }
  throw new InputError(`there is no Jupyter kernel named ${name}`, {
    remedy:
      name === "python3"
        ? "install it with: python3 -m pip install ipykernel"
        : "give --kernel cherenkit for TypeScript, or install the kernel so that `jupyter kernelspec list` shows it",
  });
}
