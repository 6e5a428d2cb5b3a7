import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

/**
 * The folder that relative paths of a configuration start from: the nearest folder at or above the file that holds a
 * `package.json`; where there is none, the file's own folder.
 */
export function projectRoot(configFile: string): string {
  const own = dirname(resolve(configFile));
  for (let folder = own; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (dirname(folder) === folder) return own;
  }
}

/** `path` made absolute: `~` is the home folder, anything relative starts at `root`. */
export function absolutePath(path: string, root: string): string {
  if (path === "~") return homedir();
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : resolve(root, path);
}
