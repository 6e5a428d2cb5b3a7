import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../files/cache-folder.js";

export interface StoredImages {
  readonly key: string;
  readonly examples: number;
  readonly bytes: number;
  /** ISO 8601. */
  readonly lastUsed: string;
}

/** Folder of all image stores. */
export function imageStoresFolder(): string {
  return join(cacheFolder(), "images");
}

/** True for what is being built, or was left by a run that was killed. */
const isUnfinished = (name: string): boolean => name.endsWith(".tmp") || name.endsWith(".partial");

/** Time when a folder or a file in it was last written, ms. */
async function lastChange(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const times = await Promise.all([folder, ...names.map((name) => join(folder, name))].map((path) => stat(path)));
  return Math.max(...times.map(({ mtimeMs }) => mtimeMs));
}

/** The image stores in the cache, the last used first. */
export async function listImageStores(): Promise<StoredImages[]> {
  const folder = imageStoresFolder();
  const names = await readdir(folder).catch(() => []);
  const stores: StoredImages[] = [];
  for (const key of names) {
    const file = join(folder, key, "store.json");
    const text = await readFile(file, "utf8").catch(() => null);
    if (text === null || isUnfinished(key)) continue;
    const { examples, bytes } = JSON.parse(text) as { examples: number; bytes: number };
    stores.push({ key, examples, bytes, lastUsed: (await stat(file)).mtime.toISOString() });
  }
  return stores.sort((a, b) => (a.lastUsed < b.lastUsed ? 1 : -1));
}

/** Removes stores that were not used for so many days, and what broken runs left. @returns the removed stores */
export async function pruneImageStores(options: { olderThanDays: number }): Promise<StoredImages[]> {
  const limit = new Date(Date.now() - options.olderThanDays * 86_400_000).toISOString();
  const removed = (await listImageStores()).filter(({ lastUsed }) => lastUsed <= limit);
  for (const { key } of removed) await rm(join(imageStoresFolder(), key), { recursive: true, force: true });
  const dayAgo = Date.now() - 86_400_000;
  for (const name of await readdir(imageStoresFolder()).catch(() => [])) {
    const path = join(imageStoresFolder(), name);
    if (isUnfinished(name) && (await lastChange(path)) < dayAgo) await rm(path, { recursive: true, force: true });
  }
  return removed;
}
