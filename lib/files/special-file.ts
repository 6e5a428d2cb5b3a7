import { type Stats, statSync } from "node:fs";

/** Whether this is a device (`/dev/null`) or a pipe: written to as it is, never replaced, and nothing stands beside it. */
export function isSpecialFile(path: string): boolean {
  let found: Stats;
  try {
    found = statSync(path);
  } catch {
    return false; // none, or none to be seen
  }
  return !found.isFile() && !found.isDirectory();
}
