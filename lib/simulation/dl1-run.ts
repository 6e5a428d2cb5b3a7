import { version } from "../config/version.js";
import { degPerRad } from "../coordinates/angle.js";
import type { Attributes, Hdf5Writer } from "../hdf5/writer.js";
import { atomicMjd } from "./data-model.js";
import {
  distributionColumns,
  observationColumns,
  pointingColumns,
  runColumns,
  schedulingColumns,
} from "./dl1-columns.js";
import { type Conditions, coreRadiusM } from "./event.js";
import { telescopeName } from "./event-tables.js";
import type { RunPlan } from "./run-plan.js";
import { distanceBins, energyBins, type ShowerDistribution } from "./shower-distribution.js";

/** What a file of simulated events is about. */
export interface Dl1Run {
  readonly plan: RunPlan;
  readonly conditions: Conditions;
  /** 16 random bytes that name the product. */
  readonly productId: Uint8Array;
}

/** Simulated time: each run begins an hour after the one before, from 2026-01-01 on; files depend on their seed alone. */
export function startSeconds(obsId: number): number {
  return 1_767_225_600 + 3600 * obsId;
}

function dateText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace("T", " ").replace("Z", "");
}

function uuid(bytes: Uint8Array): string {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [0, 8, 12, 16, 20].map((from, i, all) => digits.slice(from, all[i + 1] ?? 32)).join("-");
}

/** Root attribute that says what a file's events depend on. */
export const planAttribute = "CHERENKIT SIMULATION";

/** Raised when the same plan gives other events than before. */
const modelRevision = 4;

/** What a file's events depend on, as text: files of the same text hold the same events. */
export function planText(plan: RunPlan): string {
  return JSON.stringify({ version, modelRevision, ...plan });
}

/** Attributes of the file's root: what the product is and what made it. */
export function rootAttributes({ plan, conditions, productId }: Dl1Run): Attributes {
  const { obsId } = plan;
  const start = startSeconds(obsId);
  return {
    [planAttribute]: planText(plan),
    "CTA REFERENCE VERSION": "1",
    "CTA CONTACT NAME": "unknown",
    "CTA CONTACT EMAIL": "unknown",
    "CTA CONTACT ORGANIZATION": "unknown",
    "CTA PRODUCT DESCRIPTION": "Simulated showers",
    "CTA PRODUCT CREATION TIME": dateText(start),
    "CTA PRODUCT ID": uuid(productId),
    "CTA PRODUCT DATA CATEGORY": "Sim",
    "CTA PRODUCT DATA LEVELS": "DL1_IMAGES,DL1_PARAMETERS",
    "CTA PRODUCT DATA ASSOCIATION": "Subarray",
    "CTA PRODUCT DATA MODEL NAME": "ASWG",
    "CTA PRODUCT DATA MODEL VERSION": plan.dataModel,
    "CTA PRODUCT DATA MODEL URL": "",
    "CTA PRODUCT FORMAT": "hdf5",
    "CTA PROCESS TYPE": "Simulation",
    "CTA PROCESS SUBTYPE": "",
    "CTA PROCESS ID": String(obsId),
    "CTA ACTIVITY NAME": "cherenkit simulate",
    "CTA ACTIVITY TYPE": "software",
    "CTA ACTIVITY ID": uuid(productId.map((byte) => byte ^ 0xff)),
    "CTA ACTIVITY START TIME": dateText(start),
    "CTA ACTIVITY STOP TIME": dateText(start),
    "CTA ACTIVITY SOFTWARE NAME": "cherenkit",
    "CTA ACTIVITY SOFTWARE VERSION": version,
    "CTA INSTRUMENT SITE": "Other",
    "CTA INSTRUMENT CLASS": "Subarray",
    "CTA INSTRUMENT TYPE": "unspecified",
    "CTA INSTRUMENT SUBTYPE": "unspecified",
    "CTA INSTRUMENT VERSION": "unspecified",
    "CTA INSTRUMENT ID": conditions.array.name,
  };
}

/** Writes the scheduling, and where the telescopes point. */
export function writeObservation(file: Hdf5Writer, { plan, conditions }: Dl1Run): void {
  const { obsId } = plan;
  const { array, pointing } = conditions;
  const start = atomicMjd(startSeconds(obsId));
  file
    .table("/configuration/observation/scheduling_block", schedulingColumns, {
      title: "Storage of SchedulingBlockContainer",
    })
    .append({ sb_id: [obsId], sb_type: [0], producer_id: ["simulation"], observing_mode: [-1], pointing_mode: [1] });
  file
    .table("/configuration/observation/observation_block", observationColumns, {
      title: "Storage of ObservationBlockContainer",
    })
    .append({
      obs_id: [obsId],
      sb_id: [obsId],
      producer_id: ["simulation"],
      state: [1],
      subarray_pointing_lat: [pointing.altDeg],
      subarray_pointing_lon: [pointing.azDeg],
      subarray_pointing_frame: [0],
      scheduled_duration: [Number.NaN],
      scheduled_start_time: [start],
      actual_start_time: [start],
      actual_duration: [Number.NaN],
    });
  for (const { id } of array.telescopes) {
    file
      .table(`/configuration/telescope/pointing/${telescopeName(id)}`, pointingColumns, {
        title: "Storage of TelescopeConfigurationIndexContainer,TelescopePointingContainer",
      })
      .append({
        obs_id: [obsId],
        tel_id: [id],
        telescope_pointing_azimuth: [pointing.azDeg / degPerRad],
        telescope_pointing_altitude: [pointing.altDeg / degPerRad],
      });
  }
}

/** Writes what was simulated, and how many showers were thrown. */
export function writeRun(file: Hdf5Writer, { plan, conditions }: Dl1Run, thrown: ShowerDistribution): void {
  const { obsId } = plan;
  const { array, particle, pointing } = conditions;
  const { field, heightM } = array.site;
  const seconds = startSeconds(obsId);
  const values: Record<string, number> = {
    obs_id: obsId,
    run_number: obsId,
    energy_range_min: particle.minimumTeV,
    energy_range_max: particle.maximumTeV,
    prod_site_B_total: field.totalUT,
    prod_site_B_declination: field.declinationRad,
    prod_site_B_inclination: field.inclinationRad,
    prod_site_alt: heightM,
    spectral_index: particle.spectralIndex,
    shower_prog_start: seconds,
    detector_prog_start: seconds,
    n_showers: thrown.total,
    shower_reuse: 1,
    max_alt: pointing.altDeg / degPerRad,
    min_alt: pointing.altDeg / degPerRad,
    max_az: pointing.azDeg / degPerRad,
    min_az: pointing.azDeg / degPerRad,
    diffuse: particle.viewConeDeg > 0 ? 1 : 0,
    max_viewcone_radius: particle.viewConeDeg,
    max_scatter_range: coreRadiusM(conditions),
    atmosphere: 1,
    corsika_bunchsize: 1,
    corsika_wlen_min: 300,
    corsika_wlen_max: 550,
  };
  file
    .table("/configuration/simulation/run", runColumns, {
      title: "Storage of ExtraSimInfo,SimulationConfigContainer",
    })
    .append(Object.fromEntries(runColumns.map(({ name }) => [name, [values[name] ?? 0]])));
  file
    .table("/simulation/service/shower_distribution", distributionColumns(energyBins, distanceBins), {
      title: "Storage of SimulatedShowerDistribution",
    })
    .append({
      obs_id: [obsId],
      hist_id: [6],
      n_entries: [thrown.total],
      bins_energy: thrown.energyEdges,
      bins_core_dist: thrown.distanceEdges,
      histogram: thrown.histogram,
    });
}
