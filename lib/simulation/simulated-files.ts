import { basename } from "node:path";
import { counted } from "../display/counted.js";
import { type Cell, DataTable } from "../display/data-table.js";
import { type Displayable, jupyterDisplay, type MimeBundle } from "../display/mime-bundle.js";

export interface SimulatedFile {
  readonly path: string;
  readonly particle: string;
  /** Triggered events. */
  readonly events: number;
  /** Telescope images in them. */
  readonly images: number;
  /** Images by telescope, in the array's order. */
  readonly telescopes: readonly { readonly id: number; readonly name: string; readonly images: number }[];
  /** Time it took, s; 0 for a file that was there already. */
  readonly seconds: number;
}

/** The files of a simulation, which show themselves as a table. */
export class SimulatedFiles extends Array<SimulatedFile> implements Displayable {
  /** What `map` and `filter` make of it are plain arrays. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  private toTable(): DataTable {
    const telescopes = this[0]?.telescopes ?? [];
    const columns = ["file", "particle", "events", "images", ...telescopes.map(({ name }) => name), "seconds"];
    const rows = Array.from(this, (file): Cell[] => [
      basename(file.path),
      file.particle,
      file.events,
      file.images,
      ...file.telescopes.map(({ images }) => images),
      file.seconds === 0 ? "was there" : Number(file.seconds.toFixed(1)),
    ]);
    const images = this.reduce((sum, file) => sum + file.images, 0);
    const caption = `${counted(images, "telescope image")} in ${counted(this.length, "file")}`;
    return new DataTable(columns, rows, caption);
  }

  override toString(): string {
    return this.toTable().toText();
  }

  [jupyterDisplay](): MimeBundle {
    return this.toTable()[jupyterDisplay]();
  }
}
