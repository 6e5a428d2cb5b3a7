import { statSync } from "node:fs";
import type ts from "typescript";

function modifiedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * Replaces the compiler's file watching. A change that arrives while a cell runs would end it with an error from
 * inside the compiler, and watching whole folders of a cluster's disk costs more than it gives. So files are looked at
 * only between cells, and only the user's own modules beside the notebook.
 * @returns a function that tells the compiler of the files changed since it was last called
 */
export function watchSources(compiler: typeof ts): () => void {
  const watched = new Set<{ path: string; modified: number; tell: (modified: number) => void }>();
  compiler.sys.watchDirectory = () => ({ close: () => {} });
  compiler.sys.watchFile = (path, callback) => {
    if (path.includes("/node_modules/") || path.endsWith(".d.ts")) return { close: () => {} };
    const entry = {
      path,
      modified: modifiedAt(path),
      tell: (modified: number): void =>
        callback(
          path,
          modified === 0 ? compiler.FileWatcherEventKind.Deleted : compiler.FileWatcherEventKind.Changed,
          new Date(modified),
        ),
    };
    watched.add(entry);
    return { close: () => watched.delete(entry) };
  };
  return () => {
    for (const entry of [...watched]) {
      const modified = modifiedAt(entry.path);
      if (modified === entry.modified) continue;
      entry.modified = modified;
      entry.tell(modified);
    }
  };
}
