import { Dataset, File } from "h5wasm/node";
import { hdf5Library } from "../../lib/hdf5/library.js";

/** Appends the first rows of tables to their own ends, in the file as it stands. */
export async function appendRows(path: string, tables: readonly string[], count: number): Promise<void> {
  const library = await hdf5Library();
  const file = new File(path, "a");
  for (const name of tables) {
    const table = file.get(name);
    if (!(table instanceof Dataset)) throw new TypeError(`${name} is no dataset`);
    const rows = table.shape![0]!;
    const { size } = table.metadata;
    const at = library._malloc(size * count);
    library.get_dataset_data(file.file_id, name, [BigInt(count)], [0n], [1n], BigInt(at));
    table.resize([rows + count]);
    library.set_dataset_data(file.file_id, name, [BigInt(count)], [BigInt(rows)], [1n], BigInt(at));
    library._free(at);
  }
  file.close();
}
