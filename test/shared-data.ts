import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const projectRoot = fileURLToPath(new URL("../..", import.meta.url));

/** Folder of the reference data that lies beside the project; `CHERENKIT_DATA` may point elsewhere. */
export const sharedData: string = process.env.CHERENKIT_DATA ?? resolve(projectRoot, "../shared/data");

/** Option for `test`: runs when every named file is there, else skips and says which is missing. */
export function needsData(...names: string[]): { skip: string | false } {
  const missing = names.map((name) => join(sharedData, name)).find((path) => !existsSync(path));
  return { skip: missing ? `reference data not found: ${missing}` : false };
}
