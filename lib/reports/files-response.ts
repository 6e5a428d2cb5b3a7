import { type Cell, DataTable } from "../display/data-table.js";
import { type Displayable, jupyterDisplay, type MimeBundle } from "../display/mime-bundle.js";
import { writeGadf } from "../evaluation/irf/gadf.js";
import type { InstrumentResponse } from "../evaluation/irf/instrument-response.js";
import type { OptimizedCuts } from "../evaluation/irf/optimize-cuts.js";
import { fluxSensitivity } from "../evaluation/irf/sensitivity.js";
import { crabHegra, ergPerTeV } from "../evaluation/irf/spectrum.js";
import { type Notice, Notices } from "./notices.js";

/** Fewest simulated events that make a sensitivity more than a guess. */
const fewestKept = 10;

/** Simulated events that pass the cuts, not weighted, in bins of reconstructed energy. */
export interface KeptEvents {
  readonly gammas: readonly number[];
  /** In the whole ring that the background is taken from. */
  readonly background: readonly number[];
}

/** Cuts, sensitivity and response of DL2 files. Shows itself as a table over the energy. */
export class FilesResponse implements Displayable {
  readonly cuts: OptimizedCuts;
  readonly response: InstrumentResponse;
  readonly hours: number;
  readonly notes: readonly string[];
  /** Simulated events behind the sensitivity, in the bins of the cuts. */
  readonly counts: KeptEvents;

  constructor(
    cuts: OptimizedCuts,
    response: InstrumentResponse,
    hours: number,
    notes: readonly string[],
    counts: KeptEvents,
  ) {
    this.cuts = cuts;
    this.response = response;
    this.hours = hours;
    this.notes = notes;
    this.counts = counts;
  }

  /** What to know before trusting the numbers: above all, bins with too few simulated events. */
  warnings(): Notices {
    const { gammas, background } = this.counts;
    const { edges } = this.cuts.gammaness;
    const bins = gammas.map(
      (_, i) => `${Number(edges[i]!.toPrecision(3))}–${Number(edges[i + 1]!.toPrecision(3))} TeV`,
    );
    const few = (counts: readonly number[], what: string): Notice[] => {
      const poor = bins.filter((_, i) => counts[i]! < fewestKept);
      if (poor.length === 0) return [];
      const where = poor.length === bins.length ? "all bins" : poor.join(", ");
      const text = `fewer than ${fewestKept} simulated ${what} pass the cuts in ${where}: simulate more before you trust the sensitivity there`;
      return [{ kind: "warning", text }];
    };
    const notes = this.notes.map((text): Notice => ({ kind: "note", text }));
    return new Notices([...few(gammas, "gammas"), ...few(background, "background events"), ...notes]);
  }

  /** E² dN/dE that is just detected, erg / (cm² s), in the bins of the cuts. */
  fluxSensitivityErg(): number[] {
    return fluxSensitivity(this.cuts.sensitivity, crabHegra).map((value) => value * 1e-4 * ergPerTeV);
  }

  table(): DataTable {
    const { cuts } = this;
    const fluxes = this.fluxSensitivityErg();
    const finite = (value: number | undefined): number | null => (Number.isFinite(value) ? value! : null);
    const rows = fluxes.map((value, i): Cell[] => [
      Number(cuts.gammaness.edges[i]!.toPrecision(4)),
      Number(cuts.gammaness.edges[i + 1]!.toPrecision(4)),
      finite(cuts.gammaness.cuts[i]),
      finite(cuts.theta.cuts[i]),
      this.counts.gammas[i],
      this.counts.background[i],
      finite(cuts.sensitivity.signal[i]),
      finite(cuts.sensitivity.background[i]),
      finite(100 * cuts.sensitivity.relative[i]!),
      finite(value),
    ]);
    const names = ["from TeV", "to TeV", "gammaness ≥", "θ ≤ deg", "simulated gammas", "simulated background"];
    names.push("gammas of the Crab", "off events", "% of the Crab");
    return new DataTable([...names, "E² dN/dE erg/(cm² s)"], rows, `Sensitivity in ${this.hours} h`);
  }

  /** Writes the response as a GADF file. */
  async write(path: string, cards: Readonly<Record<string, string>> = {}): Promise<void> {
    await writeGadf(path, this.response, cards);
  }

  toString(): string {
    return this.table().toText();
  }

  [jupyterDisplay](): MimeBundle {
    return this.table()[jupyterDisplay]();
  }
}
