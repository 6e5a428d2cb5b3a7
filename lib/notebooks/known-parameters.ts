import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AtomicFile } from "../files/atomic-file.js";
import { cacheFolder } from "../files/cache-folder.js";
import type { DeclaredParameter } from "./declared-parameter.js";
import { typescriptParameters } from "./typescript-parameters.js";

const reader = fileURLToPath(new URL("./typescript-parameters.js", import.meta.url));

/** A cell takes about 1 kB; with so many the folder begins anew. */
const mostCells = 500;

/**
 * The parameters that a cell of TypeScript declares. To load the compiler takes a third of a second, so what it found in
 * a cell is kept in the cache folder, under a hash of the cell and of the code that reads it.
 */
export function knownParameters(source: string): DeclaredParameter[] {
  const folder = join(cacheFolder(), "parameters");
  const hash = createHash("sha256").update(readFileSync(reader)).update("\0").update(source).digest("hex");
  const file = join(folder, `${hash.slice(0, 32)}.json`);
  try {
    return JSON.parse(readFileSync(file, "utf8")) as DeclaredParameter[];
  } catch {
    const found = typescriptParameters(source);
    keep(folder, file, found);
    return found;
  }
}

function keep(folder: string, file: string, found: readonly DeclaredParameter[]): void {
  try {
    const output = new AtomicFile(file);
    output.write(JSON.stringify(found));
    output.close();
    const names = readdirSync(folder);
    if (names.length > mostCells) for (const name of names) rmSync(join(folder, name), { force: true });
  } catch {
    // A cache that cannot be written is no reason not to run.
  }
}
