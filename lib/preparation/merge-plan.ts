import { InputError } from "../errors.js";
import { type EventFile, openEventFile } from "../events/event-file.js";
import { EventIndex } from "../events/event-index.js";
import { type Subarray, subarrayDifference } from "../events/subarray.js";
import { type AttributeValue, type ColumnSchema, numbers } from "../hdf5/column.js";
import { ownAttributes, tableDescription } from "../hdf5/copy.js";
import type { Hdf5File } from "../hdf5/hdf5-file.js";
import { commonColumns } from "./common-columns.js";

/** A table of the new file. */
export interface PlannedTable {
  columns: ColumnSchema[];
  /** Rows of all files together. */
  rows: number;
  readonly title: string;
  readonly attributes: Record<string, AttributeValue>;
}

/** What the files have together. */
export interface MergePlan {
  readonly files: readonly string[];
  readonly groups: Map<string, Record<string, AttributeValue>>;
  readonly tables: Map<string, PlannedTable>;
  /** Arrays that are no tables, and the file that has each. */
  readonly arrays: Map<string, string>;
  readonly obsIds: readonly number[];
  readonly events: number;
}

const triggerPath = "/dl1/event/subarray/trigger";

/** What a file with events must have when the others have it. */
const content = [
  "/dl1/event/telescope/images",
  "/dl1/event/telescope/parameters",
  "/simulation/event/subarray/shower",
  "/r1/event/telescope",
];

/** Paths of everything below a group that is kept. */
function* pathsBelow(file: Hdf5File, path: string, keep: (path: string) => boolean): Generator<string> {
  for (const name of file.children(path)) {
    const child = `${path === "/" ? "" : path}/${name}`;
    if (!keep(child)) continue;
    yield child;
    if (file.kind(child) === "group") yield* pathsBelow(file, child, keep);
  }
}

class Planner {
  readonly groups = new Map<string, Record<string, AttributeValue>>();
  readonly tables = new Map<string, PlannedTable>();
  readonly arrays = new Map<string, string>();
  private readonly obsIds: number[] = [];
  private readonly eventIds: number[] = [];
  private readonly begins: number[] = [];
  private first: { path: string; subarray: Subarray; dataModel: string; process: string; has: string[] } | undefined;

  constructor(
    private readonly files: readonly string[],
    private readonly keep: (path: string) => boolean,
  ) {}

  add(file: EventFile): void {
    const { path: name, hdf5 } = file;
    this.begins.push(this.obsIds.length);
    this.checkEqual(file);
    this.groups.set("/", { ...ownAttributes(hdf5.attributes("/")), ...this.groups.get("/") });
    for (const path of pathsBelow(hdf5, "/", this.keep)) {
      const kind = hdf5.kind(path);
      if (kind === "group")
        this.groups.set(path, { ...ownAttributes(hdf5.attributes(path)), ...this.groups.get(path) });
      else if (kind === "table") this.addTable(hdf5, path);
      else if (!this.arrays.has(path)) this.arrays.set(path, name);
    }
  }

  private checkEqual({ path, hdf5, subarray, dataModel, process }: EventFile): void {
    if (hdf5.kind(triggerPath) === "table") {
      const { columns } = hdf5.table(triggerPath).read({ columns: ["obs_id", "event_id"] });
      for (const id of numbers(columns.get("obs_id")!)) this.obsIds.push(id);
      for (const id of numbers(columns.get("event_id")!)) this.eventIds.push(id);
    }
    const events = this.obsIds.length - this.begins.at(-1)!;
    const has = content.filter((group) => this.keep(group) && hdf5.has(group));
    this.first ??= { path, subarray, dataModel, process, has };
    const { first } = this;
    const differences = [
      dataModel === first.dataModel ? null : `data model ${dataModel} and ${first.dataModel}`,
      process === first.process ? null : `${process} and ${first.process}`,
      subarrayDifference(first.subarray, subarray),
      events === 0 || has.join() === first.has.join() ? null : `${has.join(", ")} and ${first.has.join(", ")}`,
    ];
    const difference = differences.find((one) => one !== null);
    if (!difference) return;
    throw new InputError(`${path} cannot be merged with ${first.path}: ${difference}`, {
      place: path,
      remedy: "merge files of one array that one version of ctapipe wrote with one configuration",
    });
  }

  private addTable(file: Hdf5File, path: string): void {
    const { rows, columns } = file.table(path);
    const known = this.tables.get(path);
    if (known) {
      known.columns = commonColumns(known.columns, this.first!.path, file, path);
      known.rows += rows;
    } else this.tables.set(path, { columns: [...columns], rows, ...tableDescription(file.table(path)) });
  }

  finish(): MergePlan {
    const { duplicate } = new EventIndex(this.obsIds, this.eventIds);
    if (duplicate >= 0) {
      const file = this.files[this.begins.findLastIndex((begin) => begin <= duplicate)]!;
      throw new InputError(
        `event ${this.eventIds[duplicate]} of observation ${this.obsIds[duplicate]} is there twice; the second time in ${file}`,
        { place: file, remedy: "name each run once" },
      );
    }
    const { files, groups, tables, arrays } = this;
    const obsIds = [...new Set(this.obsIds)].sort((a, b) => a - b);
    return { files, groups, tables, arrays, obsIds, events: this.obsIds.length };
  }
}

/**
 * Looks at files that are to become one.
 * @param keep false for groups and tables that are left out, with everything below them
 * @throws {InputError} when a file cannot be read or does not fit the others, or an event is there twice
 */
export async function planMerge(files: readonly string[], keep: (path: string) => boolean): Promise<MergePlan> {
  const planner = new Planner(files, keep);
  for (const path of files) {
    const file = await openEventFile(path);
    try {
      planner.add(file);
    } finally {
      file.close();
    }
  }
  return planner.finish();
}
