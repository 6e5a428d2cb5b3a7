import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, InputError } from "../errors.js";

/**
 * Files that are named, and those below named folders whose names fit; each once, in order of their paths within a folder.
 * @throws {InputError} when something named is not there; {ConfigError} when no file is found
 */
export function findFiles(paths: readonly string[], fits: (name: string) => boolean): string[] {
  const found = paths.flatMap((path) => {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats) {
      throw new InputError(`no such file or folder: ${path}`, { place: path, remedy: "check the path" });
    }
    return stats.isDirectory() ? filesBelow(path, fits) : [path];
  });
  if (found.length > 0) return [...new Set(found)];
  throw new ConfigError(`there is no file to read in ${paths.join(", ")}`, { remedy: "name files, or their folder" });
}

function filesBelow(folder: string, fits: (name: string) => boolean): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path, fits);
    return fits(entry.name) ? [path] : [];
  });
}
