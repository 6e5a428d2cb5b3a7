import { version } from "../config/version.js";
import { createHdf5, type TableWriter } from "../hdf5/writer.js";
import { writeInstrument } from "./dl1-instrument.js";
import { type Dl1Run, rootAttributes, writeObservation, writeRun } from "./dl1-run.js";
import { coreRadiusM } from "./event.js";
import type { EventBlock } from "./event-block.js";
import { eventTables, telescopeTables } from "./event-tables.js";
import { ShowerDistribution } from "./shower-distribution.js";

/** A DL1 file of ctapipe's data model being written; it gets its name when it is closed. */
export interface Dl1File {
  /** Images written so far, by telescope id. */
  readonly images: ReadonlyMap<number, number>;
  /** Blocks must come in their order. */
  add(block: EventBlock): void;
  close(): Promise<void>;
  abort(): void;
}

/** Begins a file. @throws {OutputError} when the folder cannot be written */
export async function createDl1File(path: string, run: Dl1Run): Promise<Dl1File> {
  const { plan, conditions } = run;
  const { array, particle } = conditions;
  const file = await createHdf5(path, { attributes: rootAttributes(run) });
  writeInstrument(file, array, plan.dataModel);
  writeObservation(file, run);
  const thrown = new ShowerDistribution(particle, coreRadiusM(conditions));
  const tables = eventTables(array, plan.dataModel);
  const begun = new Map<string, TableWriter>();
  const images = new Map(array.telescopes.map(({ id }) => [id, 0]));
  return {
    images,
    add(block): void {
      for (const { path: place, columns, containers, deflate } of tables) {
        const rows = block.tables.get(place);
        if (!rows || rows.rows === 0) continue; // a telescope without images has no tables, as in ctapipe's files
        let table = begun.get(place);
        if (!table) {
          const attributes = { CHERENKIT_VERSION: version };
          table = file.table(place, columns, { title: `Storage of ${containers}`, attributes, deflate });
          begun.set(place, table);
        }
        table.append(rows.columns);
      }
      for (const { id } of array.telescopes) {
        images.set(id, images.get(id)! + (block.tables.get(telescopeTables(id).images)?.rows ?? 0));
      }
      thrown.merge(block.thrown);
    },
    async close(): Promise<void> {
      writeRun(file, run, thrown);
      await file.close();
    },
    abort(): void {
      file.abort();
    },
  };
}
