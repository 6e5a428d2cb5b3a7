import { Module } from "node:module";
import { dirname, extname, join } from "node:path";

interface LoadableModule extends Module {
  paths: string[];
  _compile(code: string, file: string): void;
}

type Require = (name: string) => unknown;

const modules = Module as typeof Module & { _nodeModulePaths(folder: string): string[] };

/**
 * TypeScript modules beside the notebook, compiled by tslab; a module that changes is loaded anew, and with it those that
 * import it, themselves or by others.
 */
export class SideModules {
  private readonly code = new Map<string, string>();
  private readonly loaded = new Map<string, LoadableModule>();
  /** Modules by what they import. */
  private readonly importers = new Map<string, Set<string>>();

  update(outputs: readonly { readonly path: string; readonly data: string }[]): void {
    for (const { path, data } of outputs) {
      this.forget(path);
      this.code.set(path, data);
    }
  }

  private forget(path: string): void {
    this.loaded.delete(path);
    const importers = this.importers.get(path) ?? [];
    this.importers.delete(path); // before the walk, since modules may import each other
    for (const importer of importers) this.forget(importer);
  }

  /**
   * `require` for code in a folder: its own modules, then what `fallback` finds.
   * @param importer the module whose code it is; none for a cell
   */
  requireIn(folder: string, fallback: Require, importer?: string): Require {
    return (name) => {
      const path = join(folder, extname(name) === "" ? `${name}.js` : name);
      if (importer !== undefined && this.code.has(path)) {
        const importers = this.importers.get(path) ?? new Set();
        this.importers.set(path, importers.add(importer));
      }
      return this.load(path) ?? fallback(name);
    };
  }

  private load(path: string): unknown {
    const known = this.loaded.get(path);
    if (known) return known.exports;
    const code = this.code.get(path);
    if (code === undefined) return null;
    const loading = new Module(path) as LoadableModule;
    loading.filename = path;
    loading.paths = modules._nodeModulePaths(dirname(path));
    const plain = loading.require.bind(loading);
    loading.require = this.requireIn(dirname(path), plain, path) as NodeJS.Require;
    this.loaded.set(path, loading);
    try {
      loading._compile(code, path);
    } catch (error) {
      this.loaded.delete(path);
      throw error;
    }
    return loading.exports;
  }
}
