import { angularSeparationDeg } from "../coordinates/angular-separation.js";
import { ConfigError, InputError } from "../errors.js";
import { findBin } from "../evaluation/energy-bins.js";
import { instrumentResponse, passingCuts, usualAxes } from "../evaluation/irf/instrument-response.js";
import { type OptimizedCuts, optimizeCuts, usualSearch } from "../evaluation/irf/optimize-cuts.js";
import { type ReconstructedEvents, selectEvents } from "../evaluation/irf/reconstructed-events.js";
import { eventWeights, type SimulatedShowers } from "../evaluation/irf/simulated-showers.js";
import { coneSolidAngle } from "../evaluation/irf/solid-angle.js";
import { crabHegra, irfdocElectron, irfdocProton, type Spectrum } from "../evaluation/irf/spectrum.js";
import { combinePredictions } from "./combine-predictions.js";
import { cutParameters, withCuts } from "./cuts.js";
import type { Level } from "./dl2-algorithm.js";
import { filesOfParticles, filesOfTask } from "./files-by-content.js";
import { FilesResponse } from "./files-response.js";
import { type PredictionRows, readPredictions } from "./predictions.js";
import { thrownShowers } from "./thrown-showers.js";

export interface ResponseOptions {
  /** Events of the array, or the images of one telescope. */
  readonly level: Level;
  /** At telescope level the telescope whose images count; not needed where there is only one. */
  readonly telescope?: number;
  /** Observation time of the sensitivity, h; 50 by default. */
  readonly hours?: number;
  /** Size of the on region over that of the off regions; 0.2 by default. */
  readonly alpha?: number;
  /** Background, and gammas of a diffuse simulation, count up to this offset; 1 deg by default. */
  readonly offsetMaxDeg?: number;
  /** Edges of the response's bins of offset, deg, for diffuse gammas; one bin up to `offsetMaxDeg` by default. */
  readonly offsetEdgesDeg?: readonly number[];
  /** Fewest telescopes that are tried in the search for cuts, of events of the array; [1] by default. */
  readonly multiplicities?: readonly number[];
  /** Leave the cut on θ out of effective area and energy dispersion. */
  readonly fullEnclosure?: boolean;
  /** Expressions as in `cherenkit compare`, such as `hillas_intensity > 50` or `multiplicity >= 2`. */
  readonly cuts?: readonly string[];
}

const flux: Readonly<Record<number, Spectrum>> = { 1: irfdocElectron, 101: irfdocProton };

/** The valid rows of some particles as fully reconstructed events. */
function reconstructed(rows: PredictionRows, wanted: (row: number) => boolean): ReconstructedEvents {
  const taken = Uint32Array.from({ length: rows.rows }, (_, row) => row).filter(
    (row) => rows.valid[row] === 1 && rows.energyTeV![row]! > 0 && rows.trueEnergyTeV[row]! > 0 && wanted(row),
  );
  const of = (column: Float64Array): Float64Array => Float64Array.from(taken, (row) => column[row]!);
  const apart = (lon: Float64Array, lat: Float64Array, lon2: Float64Array, lat2: Float64Array): Float64Array =>
    Float64Array.from(taken, (row) => angularSeparationDeg(lon[row]!, lat[row]!, lon2[row]!, lat2[row]!));
  const { trueAltDeg, trueAzDeg, pointingAltDeg, pointingAzDeg } = rows;
  return {
    rows: taken.length,
    trueEnergyTeV: of(rows.trueEnergyTeV),
    energyTeV: of(rows.energyTeV!),
    gammaness: of(rows.gammaness!),
    thetaDeg: apart(rows.azDeg!, rows.altDeg!, trueAzDeg, trueAltDeg),
    trueOffsetDeg: apart(trueAzDeg, trueAltDeg, pointingAzDeg, pointingAltDeg),
    offsetDeg: apart(rows.azDeg!, rows.altDeg!, pointingAzDeg, pointingAltDeg),
    weights: new Float64Array(taken.length),
    ...(rows.multiplicity ? { multiplicity: of(rows.multiplicity) } : {}),
  };
}

/** All events of several kinds of particles. */
function joined(parts: readonly ReconstructedEvents[]): ReconstructedEvents {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const of = (name: Exclude<keyof ReconstructedEvents, "rows">): Float64Array => {
    const column = new Float64Array(rows);
    let at = 0;
    for (const part of parts) {
      column.set(part[name]!, at);
      at += part.rows;
    }
    return column;
  };
  return {
    rows,
    trueEnergyTeV: of("trueEnergyTeV"),
    energyTeV: of("energyTeV"),
    gammaness: of("gammaness"),
    thetaDeg: of("thetaDeg"),
    trueOffsetDeg: of("trueOffsetDeg"),
    offsetDeg: of("offsetDeg"),
    weights: of("weights"),
    ...(parts.every(({ multiplicity }) => multiplicity) ? { multiplicity: of("multiplicity") } : {}),
  };
}

/** Gammas weighted as a Crab Nebula; of a diffuse simulation those within the offset, as if one point sent them. */
function weighGammas(
  gammas: ReconstructedEvents,
  simulated: SimulatedShowers,
  seconds: number,
  offsetMaxDeg: number,
): ReconstructedEvents {
  const diffuse = simulated.viewconeMaxDeg > simulated.viewconeMinDeg;
  const inside = Uint32Array.from({ length: gammas.rows }, (_, row) => row).filter(
    (row) => !diffuse || gammas.trueOffsetDeg[row]! < offsetMaxDeg,
  );
  const kept = selectEvents(gammas, inside);
  const reach = Math.min(offsetMaxDeg, simulated.viewconeMaxDeg);
  const cone = coneSolidAngle(reach) - coneSolidAngle(Math.min(reach, simulated.viewconeMinDeg));
  const target: Spectrum = diffuse ? (energy) => crabHegra(energy) / cone : crabHegra;
  return { ...kept, weights: eventWeights(kept.trueEnergyTeV, target, simulated, seconds) };
}

/** @throws {InputError} for images of several telescopes, each of which would count as an event of its own */
function oneTelescope(rows: PredictionRows): void {
  const telescopes = [...new Set(rows.telId)].sort((a, b) => a - b);
  if (rows.level === "subarray" || telescopes.length < 2) return;
  throw new InputError(`the files hold images of telescopes ${telescopes.join(", ")}, and a response is of one`, {
    place: rows.files.join(", "),
    remedy: `choose one (--telescope ${telescopes[0]}), or the events of the array (--level subarray)`,
  });
}

/** Edges of offset, ascending from 0 or more. @throws {ConfigError} */
function checkEdges(edgesDeg: readonly number[]): void {
  const ascending = edgesDeg.every((edge, i) => edge >= 0 && (i === 0 || edge > edgesDeg[i - 1]!));
  if (edgesDeg.length >= 2 && ascending) return;
  throw new ConfigError(`edges of offset ${edgesDeg.join(", ")} do not ascend from 0 or more`, {
    remedy: "give two or more, such as 0,0.5,1,1.5",
  });
}

/** Edges at five a decade that the answers fill, at most one bin beyond the energies that were simulated. */
function energyEdges(energies: Float64Array, { energyMinTeV, energyMaxTeV }: SimulatedShowers): number[] {
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  for (const energy of energies) {
    low = Math.min(low, energy);
    high = Math.max(high, energy);
  }
  const [below, above] = [5 * Math.log10(energyMinTeV) - 1, 5 * Math.log10(energyMaxTeV) + 1];
  const first = Math.floor(Math.max(5 * Math.log10(low), below));
  const last = Math.max(first + 1, Math.ceil(Math.min(5 * Math.log10(high), above)));
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** ((first + i) / 5));
}

/**
 * Cuts with the best sensitivity, and the instrument response after them, from DL2 files of gammas and of background
 * that hold type, energy and direction, together or in files of their own.
 * @throws {InputError} when a task is missing, or gammas or background; for images of several telescopes
 * @throws {ConfigError} for a cut that cannot be understood, and for edges that do not ascend
 */
export async function responseOfFiles(files: readonly string[], options: ResponseOptions): Promise<FilesResponse> {
  const { level, hours = 50, alpha = 0.2, offsetMaxDeg = 1, cuts = [], fullEnclosure = false } = options;
  const { telescope, offsetEdgesDeg = [0, offsetMaxDeg], multiplicities = [1] } = options;
  checkEdges(offsetEdgesDeg);
  const reading = { telescope, parameters: cutParameters(cuts) };
  const read = async (task: "type" | "energy" | "skydirection"): Promise<PredictionRows> =>
    readPredictions(await filesOfTask(files, task, level), task, level, reading);
  const predictions = { type: await read("type"), energy: await read("energy"), direction: await read("skydirection") };
  oneTelescope(predictions.type);
  const rows = withCuts(combinePredictions(predictions), cuts);
  const seconds = hours * 3600;
  const particles = filesOfParticles(rows);
  const gammaFiles = particles.get(0);
  const others = [...particles.keys()].filter((particle) => flux[particle]);
  if (!gammaFiles || others.length === 0) {
    throw new InputError(`the files have no ${gammaFiles ? "background (protons or electrons)" : "gammas"}`, {
      place: files.join(", "),
      remedy: "give DL2 files of gammas and of protons",
    });
  }
  const simulated = await thrownShowers(gammaFiles);
  const allGammas = reconstructed(rows, (row) => rows.trueParticle[row] === 0);
  const gammas = weighGammas(allGammas, simulated, seconds, offsetMaxDeg);
  const kinds: ReconstructedEvents[] = [];
  for (const particle of others) {
    const thrown = await thrownShowers(particles.get(particle)!);
    const events = reconstructed(rows, (row) => rows.trueParticle[row] === particle);
    kinds.push({ ...events, weights: eventWeights(events.trueEnergyTeV, flux[particle]!, thrown, seconds) });
  }
  const background = joined(kinds);
  if (gammas.rows === 0 || background.rows === 0) {
    throw new InputError("no gamma or no background event is left", {
      place: files.join(", "),
      remedy: "loosen the cuts, or predict more events",
    });
  }
  const search = usualSearch(energyEdges(gammas.energyTeV, simulated));
  const best = optimizeCuts(gammas, background, {
    ...search,
    multiplicities,
    offsetMaxDeg,
    rule: { ...search.rule, alpha },
  });
  const axes = usualAxes(best.gammaness.edges, offsetEdgesDeg);
  const response = instrumentResponse(allGammas, simulated, background, seconds, best, axes, !fullEnclosure);
  const ring = Uint32Array.from({ length: background.rows }, (_, row) => row).filter(
    (row) => background.offsetDeg[row]! < offsetMaxDeg,
  );
  const counts = {
    gammas: keptInBins(gammas, best, true),
    background: keptInBins(selectEvents(background, ring), best, false),
  };
  return new FilesResponse(best, response, hours, rows.notes, counts);
}

/** Events that pass the cuts, in their bins of energy. */
function keptInBins(events: ReconstructedEvents, cuts: OptimizedCuts, withTheta: boolean): number[] {
  const { edges } = cuts.gammaness;
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (const row of passingCuts(events, cuts, withTheta)) counts[findBin(edges, events.energyTeV[row]!)]!++;
  return counts;
}
