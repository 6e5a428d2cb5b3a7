import { statfsSync } from "node:fs";
import { ConfigError } from "../errors.js";
import { listImageStores } from "./image-store-cache.js";

/** `0.012 GB`, `3.4 GB` */
export const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e9 ? 3 : 1)} GB`;

/** What training does where an image store finds no room, and what makes room. */
export const doWithoutStore =
  "every epoch reads the DL1 files (to go faster, run 'cherenkit cache prune', free some space, or set CHERENKIT_CACHE to a folder on another disk)";

/** Whether so many more bytes fit beside others on a disk of which so many are free: a little is left for what else happens there. */
export const fitsOnDisk = (bytes: number, freeBytes: number): boolean => freeBytes > bytes * 1.02;

/** Most bytes that all image stores together may take; `CHERENKIT_CACHE_LIMIT_GB`, without limit when it is not set. */
export function cacheLimitBytes(): number {
  const text = process.env.CHERENKIT_CACHE_LIMIT_GB;
  if (text === undefined || text === "") return Number.POSITIVE_INFINITY;
  const limit = Number(text);
  if (limit >= 0) return limit * 1e9;
  throw new ConfigError(`CHERENKIT_CACHE_LIMIT_GB is ${text}, not a number of gigabytes`, {
    place: "environment",
    remedy: "set it to a number such as 200, or unset it",
  });
}

/** Why there is no room for so many more bytes of an image store in a folder; null when there is. */
export async function whyNoRoom(folder: string, bytes: number): Promise<string | null> {
  const limit = cacheLimitBytes();
  if (limit < Number.POSITIVE_INFINITY) {
    const used = (await listImageStores()).reduce((sum, store) => sum + store.bytes, 0);
    if (used + bytes > limit) {
      return `the image store needs ${gigabytes(bytes)}, others take ${gigabytes(used)}, and CHERENKIT_CACHE_LIMIT_GB is ${limit / 1e9}`;
    }
  }
  const { bavail, bsize } = statfsSync(folder);
  if (fitsOnDisk(bytes, bavail * bsize)) return null;
  return `the image store needs ${gigabytes(bytes)}, and ${folder} has ${gigabytes(bavail * bsize)} left`;
}
