import { copyGroup } from "../../lib/hdf5/copy.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import type { ColumnInput } from "../../lib/hdf5/row-packer.js";
import { createHdf5 } from "../../lib/hdf5/writer.js";

/** Writes the events of a file many times over, with new event numbers. */
export async function repeatEvents(source: string, target: string, times: number): Promise<void> {
  const from = await Hdf5File.open(source);
  const to = await createHdf5(target);
  const repeated: string[] = [];
  const keep = (path: string): boolean => {
    if (from.kind(path) !== "table" || !from.table(path).columnNames.includes("event_id")) return true;
    repeated.push(path);
    return false;
  };
  copyGroup(from, "/", to, keep);
  for (const path of repeated) {
    const table = from.table(path);
    const { columns } = table.read({ raw: true });
    const writer = to.table(path, table.columns);
    const events = columns.get("event_id")!.data as BigInt64Array;
    const rows = Object.fromEntries([...columns].map(([name, { data }]) => [name, data as ColumnInput]));
    for (let time = 0; time < times; time++) {
      writer.append({ ...rows, event_id: events.map((id) => id + BigInt(1_000_000 * time)) });
    }
  }
  await to.close();
  from.close();
}
