import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ready } from "h5wasm/node";

/** The HDF5 C library compiled to WebAssembly. */
export type Hdf5Library = Awaited<typeof ready>;

let loading: Promise<Hdf5Library> | undefined;

async function load(): Promise<Hdf5Library> {
  const library = await ready;
  // By path, because the package's own helper breaks on folders whose URL needs escapes.
  const plugins = join(dirname(fileURLToPath(import.meta.resolve("h5wasm-plugins"))), "plugins");
  library.insert_plugin_search_path(plugins, 0);
  // Without it a failed read returns whatever lay in memory.
  library.activate_throwing_error_handler();
  return library;
}

/** The library with its decompression plugins; one instance a thread, loaded at the first call. */
export function hdf5Library(): Promise<Hdf5Library> {
  loading ??= load();
  return loading;
}
