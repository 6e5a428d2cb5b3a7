import { existsSync } from "node:fs";
import { access, constants, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { counted } from "../display/counted.js";
import { OutputError } from "../errors.js";
import { outputError } from "../files/write-atomically.js";

/** Something that jobs will write, and about how much it takes. */
export interface SpaceNeed {
  readonly kind: "image store" | "model";
  readonly folder: string;
  readonly bytes: number;
}

const GB = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** `3 image stores (1.2 GB) and 100 models (5.0 GB)` */
function described(needs: readonly SpaceNeed[]): string {
  const kinds = [...new Set(needs.map(({ kind }) => kind))];
  const parts = kinds.map((kind) => {
    const these = needs.filter((need) => need.kind === kind);
    return `${counted(these.length, kind)}${kinds.length > 1 ? ` (${GB(sumOf(these))})` : ""}`;
  });
  return `${parts.join(" and ")} ${needs.length > 1 ? "need" : "needs"}`;
}

const sumOf = (needs: readonly SpaceNeed[]): number => needs.reduce((sum, { bytes }) => sum + bytes, 0);

/** The folder itself, or the nearest one above it that is there. */
function existing(folder: string): string {
  let found = folder;
  while (!existsSync(found) && dirname(found) !== found) found = dirname(found);
  return found;
}

/** @throws {OutputError} when a folder could not be made or written */
async function checkWritable(folder: string): Promise<void> {
  const above = existing(folder);
  if (!(await stat(above)).isDirectory()) throw outputError(folder, { code: "ENOTDIR" });
  try {
    await access(above, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw outputError(folder, cause);
  }
}

/**
 * Checks that models may be written where they go, and that everything together fits into the file systems.
 * @throws {OutputError} naming what is needed and what is free
 */
export async function checkSpace(needs: readonly SpaceNeed[]): Promise<void> {
  const byDevice = new Map<number, SpaceNeed[]>();
  const known = new Map<string, Promise<number>>();
  const models = needs.filter(({ kind }) => kind === "model").map(({ folder }) => folder);
  // Of a hundred new models the folder above is looked at once.
  for (const folder of new Map(models.map((model) => [existing(model), model])).values()) await checkWritable(folder);
  for (const need of needs) {
    const above = existing(need.folder);
    const asked = known.get(above) ?? stat(above).then(({ dev }) => dev);
    known.set(above, asked);
    const device = await asked;
    byDevice.set(device, [...(byDevice.get(device) ?? []), need]);
  }
  for (const together of byDevice.values()) {
    const needed = sumOf(together);
    const { bavail, bsize } = await statfs(existing(together[0]!.folder));
    if (bavail * bsize >= needed) continue;
    const free = GB(bavail * bsize);
    throw new OutputError(`${described(together)} about ${GB(needed)}, but only ${free} are free`, {
      place: placesOf(together).join(" and "),
      remedy: "free some space or choose another folder (output_dir; CHERENKIT_CACHE for image stores)",
    });
  }
}

/** The folders; of several models those they lie in. */
function placesOf(needs: readonly SpaceNeed[]): string[] {
  const models = new Set(needs.filter(({ kind }) => kind === "model").map(({ folder }) => folder));
  return [
    ...new Set(needs.map(({ kind, folder }) => (kind === "model" && models.size > 1 ? dirname(folder) : folder))),
  ];
}
