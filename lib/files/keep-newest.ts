import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/** Of what was set aside so many of each kind stay. */
export const keptOfEachKind = 3;

/**
 * Removes the oldest of what a folder keeps under `<kind>-<time>`, so that it does not grow for ever.
 * @param folder may not be there
 */
export async function keepNewest(folder: string, kind: string, count: number = keptOfEachKind): Promise<void> {
  const names = (await readdir(folder).catch(() => []))
    .filter((name) => name.startsWith(`${kind}-`))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  for (const name of names.slice(0, Math.max(0, names.length - count)))
    await rm(join(folder, name), { recursive: true, force: true });
}
