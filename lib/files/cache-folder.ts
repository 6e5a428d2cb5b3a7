import { homedir } from "node:os";
import { join } from "node:path";

/** Where image stores and downloads are kept, shared by all checkouts of a user; `CHERENKIT_CACHE` moves it. */
export function cacheFolder(): string {
  return process.env.CHERENKIT_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "cherenkit");
}
