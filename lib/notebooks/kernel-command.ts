import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "../errors.js";
import { usableSnapshot } from "./snapshot.js";

/** How a kernel is started; `{connection_file}` stands for the connection file. */
export interface KernelCommand {
  readonly name: string;
  readonly displayName: string;
  readonly language: string;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Whether the running cell is interrupted by SIGINT or by a message. */
  readonly interruptMode: "signal" | "message";
  /** How to start it when this way fails. */
  readonly fallback?: KernelCommand;
}

interface KernelSpec {
  readonly argv: readonly string[];
  readonly display_name?: string;
  readonly language?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly interrupt_mode?: string;
}

const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

// The condition lets cells import packages that are ESM only.
const conditions = "--conditions=import";

/** How this project's kernel is started from here: from its snapshot, when there is one. */
function ownKernelArgv(snapshot: string | null): string[] {
  const fast = snapshot ? ["--snapshot-blob", snapshot] : [];
  return [process.execPath, conditions, ...fast, beside("./kernel.cjs"), "{connection_file}"];
}

/** How Jupyter starts it: whether there is a snapshot for this machine and Node is seen when it starts. */
export const installedKernelArgv: readonly string[] = [
  "/bin/sh",
  "-c",
  `node=$1; print=$2; shift 2; IFS='\n'; exec "$node" ${conditions} $("$node" "$print" --print 2>/dev/null) "$@"`,
  "cherenkit-kernel",
  process.execPath,
  beside("./build-snapshot.js"),
  beside("./kernel.cjs"),
  "{connection_file}",
  "--project-folder",
];

export const ownKernelNames: readonly string[] = ["cherenkit", "tslab", "typescript"];

/** This project's kernel, with or without its snapshot. */
export function ownKernel(snapshot: string | null = usableSnapshot()): KernelCommand {
  return {
    name: "cherenkit",
    displayName: "TypeScript (cherenkit)",
    language: "typescript",
    argv: ownKernelArgv(snapshot),
    environment: {},
    interruptMode: "message",
    ...(snapshot ? { fallback: ownKernel(null) } : {}),
  };
}

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

function readSpec(file: string): KernelSpec {
  try {
    const spec = JSON.parse(readFileSync(file, "utf8")) as KernelSpec;
    if (!Array.isArray(spec.argv) || spec.argv.length === 0) throw new Error("it has no argv");
    return spec;
  } catch (cause) {
    throw new InputError(`this kernel cannot be used: ${(cause as Error).message}`, {
      place: file,
      remedy: "install the kernel again",
      cause,
    });
  }
}

/**
 * Finds a kernel: TypeScript is this project's own, others are looked up where Jupyter looks.
 * @param name a kernelspec's name
 * @throws {InputError} when there is none of this name
 */
export function kernelCommand(name: string): KernelCommand {
  if (ownKernelNames.includes(name)) return ownKernel();
  for (const folder of dataFolders()) {
    const file = join(folder, "kernels", name, "kernel.json");
    if (!existsSync(file)) continue;
    const spec = readSpec(file);
    return {
      name,
      displayName: spec.display_name ?? name,
      language: spec.language?.toLowerCase() ?? "",
      argv: spec.argv.map((part) => part.replaceAll("{resource_dir}", dirname(file))),
      environment: spec.env ?? {},
      interruptMode: spec.interrupt_mode === "message" ? "message" : "signal",
    };
  }
  throw new InputError(`there is no Jupyter kernel named ${name}`, {
    remedy:
      name === "python3"
        ? "install it with: python3 -m pip install ipykernel"
        : "give --kernel cherenkit for TypeScript, or install the kernel so that `jupyter kernelspec list` shows it",
  });
}
