import { DataTable } from "../display/data-table.js";
import { type Displayable, jupyterDisplay, type MimeBundle } from "../display/mime-bundle.js";
import { particleName } from "../evaluation/particle.js";
import { type EventFile, telescopeTable } from "../events/event-file.js";
import { waveformsPath } from "../events/read-waveforms.js";
import type { Telescope } from "../events/subarray.js";
import { numbers } from "../hdf5/column.js";
import type { ShowerTruth } from "./shower-truth.js";

/** One telescope image of a file. */
export interface ImageFacts {
  readonly obsId: number;
  readonly eventId: number;
  readonly telId: number;
  /** Charge in the cleaned pixels, p.e.; NaN without image parameters. */
  readonly intensity: number;
  /** NaN without simulated truth. */
  readonly trueEnergyTeV: number;
  /** `gamma`, `proton`, …; null without simulated truth. */
  readonly particle: string | null;
}

/** Images as a table, with their keys for `EventBrowser.display`. */
export class ImageList implements Displayable {
  readonly ids: readonly ImageFacts[];

  constructor(ids: readonly ImageFacts[]) {
    this.ids = ids;
  }

  table(): DataTable {
    const rows = this.ids.map(({ obsId, eventId, telId, intensity, trueEnergyTeV, particle }) => [
      String(obsId),
      String(eventId),
      telId,
      Number.isFinite(intensity) ? Number(intensity.toPrecision(4)) : null,
      Number.isFinite(trueEnergyTeV) ? Number(trueEnergyTeV.toPrecision(4)) : null,
      particle,
    ]);
    return new DataTable(["observation", "event", "telescope", "intensity [p.e.]", "energy [TeV]", "particle"], rows);
  }

  toString(): string {
    return this.table().toText();
  }

  [jupyterDisplay](): MimeBundle {
    return this.table()[jupyterDisplay]();
  }
}

/** All images of one telescope, in the order of the file. */
export function listImages(file: EventFile, telescope: Telescope, truth: ShowerTruth | null): ImageFacts[] {
  const name = telescopeTable(telescope.id);
  const path = [
    ...["parameters", "images"].map((kind) => `/dl1/event/telescope/${kind}/${name}`),
    ...(["r1", "r0"] as const).map((level) => waveformsPath(level, telescope.id)),
  ].find((candidate) => file.hdf5.kind(candidate) === "table");
  if (!path) return [];
  const table = file.hdf5.table(path);
  const column = table.columnNames.find((candidate) => candidate.endsWith("hillas_intensity"));
  const { columns, rows } = table.read({ columns: ["obs_id", "event_id", ...(column ? [column] : [])] });
  const [obsIds, eventIds] = [numbers(columns.get("obs_id")!), numbers(columns.get("event_id")!)];
  const intensity = column ? numbers(columns.get(column)!) : new Float64Array(rows).fill(Number.NaN);
  return Array.from({ length: rows }, (_, row) => {
    const [obsId, eventId] = [obsIds[row]!, eventIds[row]!];
    const shower = truth?.find(obsId, eventId) ?? -1;
    return {
      obsId,
      eventId,
      telId: telescope.id,
      intensity: intensity[row]!,
      trueEnergyTeV: shower < 0 ? Number.NaN : truth!.energyTeV[shower]!,
      particle: shower < 0 ? null : particleName(truth!.particle[shower]!),
    };
  });
}
