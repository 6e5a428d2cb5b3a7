import { Module } from "node:module";
import { dirname, extname, join } from "node:path";

interface LoadableModule extends Module {
  paths: string[];
  _compile(code: string, file: string): void;
}

type Require = (name: string) => unknown;

const modules = Module as typeof Module & { _nodeModulePaths(folder: string): string[] };

/** TypeScript modules beside the notebook, compiled by tslab; a module that changes is loaded anew. */
export class SideModules {
  private readonly code = new Map<string, string>();
  private readonly loaded = new Map<string, LoadableModule>();

  update(outputs: readonly { readonly path: string; readonly data: string }[]): void {
    for (const { path, data } of outputs) {
      this.loaded.delete(path);
      this.code.set(path, data);
    }
  }

  /** `require` for code in a folder: its own modules, then what `fallback` finds. */
  requireIn(folder: string, fallback: Require): Require {
    return (name) => {
      const path = join(folder, extname(name) === "" ? `${name}.js` : name);
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
    loading.require = this.requireIn(dirname(path), plain) as NodeJS.Require;
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
