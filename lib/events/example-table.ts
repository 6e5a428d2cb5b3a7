import type { CameraGeometry } from "../camera/geometry.js";
import type { ReaderConfig } from "../config/config.js";
import { DataTable } from "../display/data-table.js";
import { type Displayable, jupyterDisplay, type MimeBundle } from "../display/mime-bundle.js";
import { InputError } from "../errors.js";
import type { NumberColumn } from "../hdf5/number-column.js";
import { columnsBehind, deriveColumns, derivedNames, type TelescopeFacts } from "./derived-columns.js";
import { exampleColumnUnits } from "./example-columns.js";
import type { Selection } from "./selection.js";
import type { Telescope } from "./subarray.js";

export interface ExampleFile {
  readonly path: string;
  /** From the signal files (1) or the background files (0). */
  readonly signal: boolean;
  readonly dataModel: string;
}

export interface ClassCount {
  readonly examples: number;
  /** Weight of one example, so that both classes weigh the same: N / (2 n), as in CTLearn. */
  readonly weight: number;
}

/** Telescope images by observation, event and telescope. */
export interface ImageRows {
  readonly rows: number;
  /** `file_index`, `table_index`, `obs_id`, `event_id`, `tel_id`; in stereo also `hillas_intensity` where files have it. */
  column(name: string): NumberColumn;
  has(name: string): boolean;
}

/** What an example table is made of. */
export interface ExampleParts {
  readonly mode: ReaderConfig["mode"];
  readonly rows: number;
  readonly columns: Map<string, NumberColumn>;
  readonly files: readonly ExampleFile[];
  readonly telescopes: readonly Telescope[];
  readonly cameras: readonly CameraGeometry[];
  readonly cameraOfTelescope: ReadonlyMap<number, number>;
  readonly withBackground: boolean;
  readonly selection: Selection;
  /** A row's telescope, in stereo the first of an event; null without simulated truth. */
  readonly telescopeOf: ((row: number) => TelescopeFacts) | null;
  /** Null in mono, where every example is an image. */
  readonly stereo: { readonly images: ImageRows; readonly imagesOf: Int32Array } | null;
}

/** Examples of all files, sorted by observation, event and telescope: in mono one row an image, in stereo one an event. */
export class ExampleTable implements Displayable {
  readonly mode: ReaderConfig["mode"];
  readonly rows: number;
  /** In the order of their paths; `file_index` counts them. */
  readonly files: readonly ExampleFile[];
  readonly telescopes: readonly Telescope[];
  /** Different cameras of the telescopes; usually one. */
  readonly cameras: readonly CameraGeometry[];
  /** Index into `cameras` by telescope id. */
  readonly cameraOfTelescope: ReadonlyMap<number, number>;
  /** Null unless there are background files. */
  readonly classes: { readonly background: ClassCount; readonly signal: ClassCount } | null;
  /** The telescope images that the examples consist of; in mono the examples themselves. */
  readonly images: ImageRows;
  /**
   * Rows of `images` that make an example, `[rows, telescopes]`, by telescope id or by falling intensity, −1 for a
   * telescope that did not see the event; null in mono, where example i is image i.
   */
  readonly imagesOf: Int32Array | null;
  /** How many telescope images the quality criteria let pass. */
  readonly selection: Selection;
  private readonly columns: Map<string, NumberColumn>;
  /** A row's telescope, in stereo the first of an event; null without simulated truth. */
  readonly telescopeOf: ExampleParts["telescopeOf"];

  constructor(parts: ExampleParts) {
    this.mode = parts.mode;
    this.rows = parts.rows;
    this.columns = parts.columns;
    this.files = parts.files;
    this.telescopes = parts.telescopes;
    this.cameras = parts.cameras;
    this.cameraOfTelescope = parts.cameraOfTelescope;
    this.telescopeOf = parts.telescopeOf;
    this.selection = parts.selection;
    this.images = parts.stereo?.images ?? this;
    this.imagesOf = parts.stereo?.imagesOf ?? null;
    this.classes = parts.withBackground ? this.countClasses() : null;
  }

  /** Names of the columns, as dl1-data-handler names and orders them. */
  get columnNames(): readonly string[] {
    return [...exampleColumnUnits.keys()].filter((name) => this.has(name));
  }

  /** True when there is a column of that name. */
  has(name: string): boolean {
    if (this.columns.has(name)) return true;
    if (this.rows === 0) return exampleColumnUnits.has(name);
    if (name === "index") return true;
    if (name === "tel_type_id") return this.mode === "mono";
    if (name === "true_shower_primary_class") return this.has("true_energy");
    // An event has as many distances as telescopes.
    if (name === "true_impact_distance" && this.mode === "stereo") return false;
    return columnsBehind(name)?.every((column) => this.columns.has(column)) ?? false;
  }

  /** Values of a column, `[rows]`. @throws {InputError} when there is none, e.g. truth in observed data. */
  column(name: string): NumberColumn {
    const known = this.columns.get(name);
    if (known) return known;
    if (this.rows === 0 && exampleColumnUnits.has(name)) return new Float64Array();
    if (!this.has(name)) {
      throw new InputError(`the events have no ${name}`, {
        place: this.files.map(({ path }) => path).join(", "),
        remedy: /^(true|log_true|cam_coord|fov|angular)_/.test(name)
          ? "training and testing need simulated events"
          : `columns: ${this.columnNames.join(", ")}`,
      });
    }
    for (const [made, values] of this.make(name)) this.columns.set(made, values);
    return this.columns.get(name)!;
  }

  /** Columns that follow from others are made when they are first asked for. */
  private make(name: string): Map<string, NumberColumn> {
    if (derivedNames.includes(name)) {
      return deriveColumns(name, this.rows, (column) => this.column(column), this.telescopeOf ?? (() => undefined));
    }
    if (name === "index") return new Map([[name, Uint32Array.from({ length: this.rows }, (_, row) => row)]]);
    if (name === "tel_type_id") return new Map([[name, new Uint8Array(this.rows)]]);
    const files = this.column("file_index");
    return new Map([[name, Uint8Array.from(files, (file) => (this.files[file]!.signal ? 1 : 0))]]);
  }

  private countClasses(): { background: ClassCount; signal: ClassCount } {
    let signal = 0;
    if (this.rows > 0) for (const file of this.column("file_index")) if (this.files[file]!.signal) signal++;
    const count = (examples: number): ClassCount => ({
      examples,
      weight: examples > 0 ? this.rows / (2 * examples) : 0,
    });
    return { background: count(this.rows - signal), signal: count(signal) };
  }

  /** Number of the event of each example, counted from 0 as they first appear; telescopes of one event share it. */
  eventNumbers(): Uint32Array {
    const numbers = new Uint32Array(this.rows);
    if (this.rows === 0) return numbers;
    const [obsIds, eventIds, files] = ["obs_id", "event_id", "file_index"].map((name) => this.column(name));
    // Events of several files with equal ids stand between each other.
    const open = new Map<number, number>();
    let events = 0;
    for (let row = 0; row < this.rows; row++) {
      if (row === 0 || obsIds![row] !== obsIds![row - 1] || eventIds![row] !== eventIds![row - 1]) open.clear();
      const known = open.get(files![row]!);
      numbers[row] = known ?? events;
      if (known === undefined) open.set(files![row]!, events++);
    }
    return numbers;
  }

  /** One row a file: class, examples, events, energies. */
  summary(): DataTable {
    const facts = this.files.map(() => ({ examples: 0, images: 0, events: 0, min: Number.POSITIVE_INFINITY, max: 0 }));
    if (this.rows > 0) {
      const numbers = this.eventNumbers();
      const files = this.column("file_index");
      const energies = this.has("true_energy") ? this.column("true_energy") : null;
      let events = -1;
      for (let row = 0; row < this.rows; row++) {
        const fact = facts[files[row]!]!;
        fact.examples++;
        if (numbers[row]! > events) {
          fact.events++;
          events = numbers[row]!;
        }
        if (!energies) continue;
        fact.min = Math.min(fact.min, energies[row]!);
        fact.max = Math.max(fact.max, energies[row]!);
      }
      for (const file of this.images.column("file_index")) facts[file]!.images++;
    }
    const rows = this.files.map(({ path, signal, dataModel }, index) => {
      const { images, events, min, max } = facts[index]!;
      const range = max > 0 ? `${min.toPrecision(2)} to ${max.toPrecision(2)}` : "–";
      return [path.split("/").at(-1)!, signal ? "signal" : "background", dataModel, images, events, range];
    });
    return new DataTable(["file", "class", "data model", "images", "events", "energy [TeV]"], rows);
  }

  [jupyterDisplay](): MimeBundle {
    return this.summary()[jupyterDisplay]();
  }
}
