import type { CameraGeometry } from "../camera/geometry.js";
import { DataTable } from "../display/data-table.js";
import { type Displayable, jupyterDisplay, type MimeBundle } from "../display/mime-bundle.js";
import { InputError } from "../errors.js";
import type { Columns } from "./example-columns.js";
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

/** Examples of all files: one row an image, sorted by observation, event and telescope. */
export class ExampleTable implements Displayable {
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
  private readonly columns: Columns;

  constructor(
    columns: Columns,
    facts: Pick<ExampleTable, "files" | "telescopes" | "cameras" | "cameraOfTelescope">,
    withBackground: boolean,
  ) {
    this.columns = columns;
    this.rows = columns.rows;
    this.files = facts.files;
    this.telescopes = facts.telescopes;
    this.cameras = facts.cameras;
    this.cameraOfTelescope = facts.cameraOfTelescope;
    this.classes = withBackground ? this.countClasses() : null;
  }

  /** Names of the columns, as dl1-data-handler names them. */
  get columnNames(): readonly string[] {
    return [...this.columns.values.keys()];
  }

  /** True when there is a column of that name. */
  has(name: string): boolean {
    return this.columns.values.has(name);
  }

  /** Values of a column, `[rows]`. @throws {InputError} when there is none, e.g. truth in observed data. */
  column(name: string): Float64Array {
    const column = this.columns.values.get(name);
    if (column) return column;
    throw new InputError(`the events have no ${name}`, {
      place: this.files.map(({ path }) => path).join(", "),
      remedy: name.startsWith("true_") ? "training and testing need simulated events" : `columns: ${this.columnNames}`,
    });
  }

  private countClasses(): { background: ClassCount; signal: ClassCount } {
    const signal = this.column("true_shower_primary_class").reduce((sum, value) => sum + value, 0);
    const count = (examples: number): ClassCount => ({
      examples,
      weight: examples > 0 ? this.rows / (2 * examples) : 0,
    });
    return { background: count(this.rows - signal), signal: count(signal) };
  }

  /** One row a file: class, examples, events, energies. */
  summary(): DataTable {
    const fileIndex = this.rows > 0 ? this.column("file_index") : new Float64Array();
    const energies = this.has("true_energy") ? this.column("true_energy") : null;
    const rows = this.files.map(({ path, signal, dataModel }, index) => {
      const events = new Set<string>();
      let examples = 0;
      let [min, max] = [Number.POSITIVE_INFINITY, 0];
      for (let row = 0; row < this.rows; row++) {
        if (fileIndex[row] !== index) continue;
        examples++;
        events.add(`${this.column("obs_id")[row]}/${this.column("event_id")[row]}`);
        if (!energies) continue;
        min = Math.min(min, energies[row]!);
        max = Math.max(max, energies[row]!);
      }
      const range = max > 0 ? `${min.toPrecision(2)} to ${max.toPrecision(2)}` : "–";
      return [path.split("/").at(-1)!, signal ? "signal" : "background", dataModel, examples, events.size, range];
    });
    return new DataTable(["file", "class", "data model", "images", "events", "energy [TeV]"], rows);
  }

  [jupyterDisplay](): MimeBundle {
    return this.summary()[jupyterDisplay]();
  }
}
