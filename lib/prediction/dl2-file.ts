import type { ReaderConfig } from "../config/config.js";
import type { Task } from "../config/task.js";
import type { EventFile } from "../events/event-file.js";
import { telescopeTable } from "../events/event-file.js";
import type { PointingRad } from "../events/pointing.js";
import { productAttributes } from "../events/product-attributes.js";
import type { Selection } from "../events/selection.js";
import type { ColumnSchema, NumericArray } from "../hdf5/column.js";
import { copyGroup } from "../hdf5/copy.js";
import { type Attributes, createHdf5, type Hdf5Writer } from "../hdf5/writer.js";
import type { ArrayPrediction } from "./combine-telescopes.js";
import { containerOf, type Dl2Group, dl2Columns, featureColumns } from "./dl2-columns.js";
import { type Reconstructed, validRows } from "./reconstructed.js";
import type { FileTriggers, TelescopeTriggers } from "./triggers.js";

/** Which tables of the input go into the DL2 file besides keys, truth, instrument and pointing. */
export type Content = "compact" | "parameters" | "images";

/** What is left out of the input for each choice. */
const leftOut: Readonly<Record<Content, readonly string[]>> = {
  compact: [
    "/dl1/event/telescope/images",
    "/simulation/event/telescope/images",
    "/dl1/event/telescope/parameters",
    "/dl1/event/telescope/muon",
    "/simulation/event/telescope/parameters",
    "/dl1/service",
  ],
  parameters: ["/dl1/event/telescope/images", "/simulation/event/telescope/images"],
  images: [],
};

const always = ["/r0", "/r1"];

const statisticsGroup = "/dl2/service/tel_event_statistics";

const angle = (name: string, description: string): ColumnSchema => ({
  name,
  type: "float64",
  unit: "rad",
  description,
});

const levels: Readonly<Record<string, string>> = {
  "/dl1/event/telescope/images": "DL1_IMAGES",
  "/dl1/event/telescope/parameters": "DL1_PARAMETERS",
  "/dl1/event/telescope/muon": "DL1_MUON",
};

/** A DL2 file being written; it gets its name when it is closed. */
export class Dl2File {
  private readonly prefixes: Readonly<Record<Task, string>>;
  private readonly typeGroup: Dl2Group;
  private readonly writer: Hdf5Writer;
  private readonly triggers: FileTriggers;
  private readonly arrayTelescopes: number;

  private constructor(
    writer: Hdf5Writer,
    triggers: FileTriggers,
    arrayTelescopes: number,
    names: { readonly prefixes: Readonly<Record<Task, string>>; readonly typeGroup: Dl2Group },
  ) {
    this.writer = writer;
    this.triggers = triggers;
    this.arrayTelescopes = arrayTelescopes;
    this.prefixes = names.prefixes;
    this.typeGroup = names.typeGroup;
  }

  /** Begins the file at `path` with everything of the input that is wanted. @throws {OutputError} */
  static async create(
    path: string,
    input: EventFile,
    triggers: FileTriggers,
    options: {
      readonly tasks: readonly Task[];
      readonly content: Content;
      readonly prefixes: Readonly<Record<Task, string>>;
      readonly typeGroup: Dl2Group;
    },
  ): Promise<Dl2File> {
    const writer = await createHdf5(path);
    const file = new Dl2File(writer, triggers, input.subarray.telescopes.length, options);
    try {
      const own = options.tasks.flatMap((task) => [
        file.telescopeGroup(task),
        file.arrayTable(task),
        `${statisticsGroup}/${file.prefixes[task]}`,
      ]);
      const without = new Set([...always, ...leftOut[options.content], ...own]);
      copyGroup(input.hdf5, "/", writer, (name) => !without.has(name.replace("//", "/")));
      const kept = Object.entries(levels).filter(([group]) => input.hdf5.has(group) && !without.has(group));
      writer.group("/", productAttributes("cherenkit predict", [...kept.map(([, level]) => level), "DL2"]));
    } catch (error) {
      writer.abort();
      throw error;
    }
    return file;
  }

  private group(task: Task): Dl2Group {
    return task === "type" ? this.typeGroup : containerOf[task];
  }

  private telescopeGroup(task: Task): string {
    return `/dl2/event/telescope/${this.group(task)}/${this.prefixes[task]}`;
  }

  private arrayTable(task: Task): string {
    return `/dl2/event/subarray/${this.group(task)}/${this.prefixes[task]}`;
  }

  /** Writes the predictions of a telescope, one row a trigger. */
  telescope(task: Task, triggers: TelescopeTriggers, values: Reconstructed, attributes: Attributes): void {
    const { obsId, eventId, telId } = this.triggers.schemas;
    const path = `${this.telescopeGroup(task)}/${telescopeTable(triggers.telescope.id)}`;
    const ids = new Int32Array(triggers.rows).fill(triggers.telescope.id);
    this.table(
      path,
      task,
      [obsId, eventId, telId],
      [triggers.obsIds, triggers.eventIds, ids],
      values,
      null,
      attributes,
    );
  }

  /** Writes the predictions of the array, one row an event. */
  array(task: Task, { values, telescopes }: ArrayPrediction, attributes: Attributes): void {
    const { obsId, eventId } = this.triggers.schemas;
    const { events } = this.triggers;
    const keys = [events.obsIds, events.eventIds];
    this.table(this.arrayTable(task), task, [obsId, eventId], keys, values, telescopes, attributes);
  }

  private table(
    path: string,
    task: Task,
    keySchemas: readonly ColumnSchema[],
    keys: readonly NumericArray[],
    values: Reconstructed,
    telescopes: Uint8Array | null,
    attributes: Attributes,
  ): void {
    const rows = keys[0]!.length;
    const columns = dl2Columns(task, this.prefixes[task], telescopes && this.arrayTelescopes);
    const nan = new Float64Array(rows).fill(Number.NaN);
    const given: Record<string, NumericArray> = Object.fromEntries(
      keySchemas.map(({ name }, i) => [name, keys[i]!] as const),
    );
    for (const { name, metadata } of columns) {
      const field = String(metadata!.NAME);
      if (field === "is_valid") given[name] = validRows(task, values);
      else if (field === "telescopes") given[name] = telescopes!;
      else given[name] = values[field] ?? nan;
    }
    this.writer.table(path, [...keySchemas, ...columns], { deflate: true, attributes }).append(given);
  }

  /** Writes where a telescope looked at each of its triggers, unless the input says it. */
  pointing(input: EventFile, triggers: TelescopeTriggers, pointings: readonly PointingRad[]): void {
    const path = `/dl1/monitoring/telescope/pointing/${telescopeTable(triggers.telescope.id)}`;
    if (input.hdf5.has(path)) return;
    const columns = [
      this.triggers.schemas.time,
      angle("azimuth", "Azimuth, measured N->E"),
      angle("altitude", "Altitude"),
    ];
    this.writer.table(path, columns, { deflate: true }).append({
      time: triggers.storedTimes,
      azimuth: Float64Array.from(pointings, ({ azRad }) => azRad),
      altitude: Float64Array.from(pointings, ({ altRad }) => altRad),
    });
  }

  /**
   * Writes the feature vectors of a telescope's images or, with `triggers` null, of the array's events.
   * @param vectors `[rows, length]` of each task
   */
  features(
    prefix: string,
    triggers: TelescopeTriggers | null,
    vectors: readonly { readonly task: Task; readonly length: number; readonly values: Float32Array }[],
  ): void {
    const { obsId, eventId, telId } = this.triggers.schemas;
    const { rows, obsIds, eventIds } = triggers ?? this.triggers.events;
    if (rows === 0) return;
    const columns = featureColumns(vectors, prefix, triggers !== null);
    const given: Record<string, NumericArray> = { obs_id: obsIds, event_id: eventIds };
    if (triggers) given.tel_id = new Int32Array(rows).fill(triggers.telescope.id);
    for (const [i, { values }] of vectors.entries()) given[columns[i]!.name] = values;
    given[columns.at(-1)!.name] = Uint8Array.from({ length: rows }, (_, row) =>
      vectors.every(({ values, length }) => !Number.isNaN(values[row * length]!)) ? 1 : 0,
    );
    const path = triggers
      ? `/dl1/event/telescope/features/${prefix}/${telescopeTable(triggers.telescope.id)}`
      : `/dl1/event/subarray/features/${prefix}`;
    const keys = triggers ? [obsId, eventId, telId] : [obsId, eventId];
    this.writer.table(path, [...keys, ...columns], { deflate: true }).append(given);
  }

  /** Writes what a model's quality criteria let pass, as ctapipe-process and CTLearn do; ctapipe-merge adds such tables up. */
  selection(task: Task, criteria: ReaderConfig["qualityCriteria"], { counts, cumulative }: Selection): void {
    const rows = [{ name: "TOTAL", expression: "True" }, ...criteria];
    const text = (name: string, values: readonly string[]): ColumnSchema => {
      const bytes = Math.max(1, ...values.map((value) => Buffer.byteLength(value)));
      return { name, type: { string: bytes }, metadata: { TRANSFORM: "string", MAXLEN: bytes } };
    };
    const given = {
      criteria: rows.map(({ name }) => name),
      counts: Float64Array.from(counts),
      cumulative_counts: Float64Array.from(cumulative),
      func: rows.map(({ expression }) => expression),
    };
    const columns: ColumnSchema[] = [
      text("criteria", given.criteria),
      { name: "counts", type: "int64" },
      { name: "cumulative_counts", type: "int64" },
      text("func", given.func),
    ];
    this.writer.table(`${statisticsGroup}/${this.prefixes[task]}`, columns).append(given);
  }

  /** Writes where the array looked at each event, unless the input says it. */
  arrayPointing(input: EventFile, pointings: readonly PointingRad[]): void {
    const path = "/dl1/monitoring/subarray/pointing";
    if (input.hdf5.has(path)) return;
    const columns = [
      this.triggers.schemas.time,
      angle("array_azimuth", "Array pointing azimuth, measured N->E"),
      angle("array_altitude", "Array pointing altitude"),
      angle("array_ra", "Array pointing right ascension, not known here"),
      angle("array_dec", "Array pointing declination, not known here"),
    ];
    const unknown = new Float64Array(pointings.length).fill(Number.NaN);
    this.writer.table(path, columns, { deflate: true }).append({
      time: this.triggers.events.storedTimes,
      array_azimuth: Float64Array.from(pointings, ({ azRad }) => azRad),
      array_altitude: Float64Array.from(pointings, ({ altRad }) => altRad),
      array_ra: unknown,
      array_dec: unknown,
    });
  }

  close(): Promise<void> {
    return this.writer.close();
  }

  abort(): void {
    this.writer.abort();
  }
}
