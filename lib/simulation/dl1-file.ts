import { version } from "../config/version.js";
import { type AltAz, degPerRad } from "../coordinates/angle.js";
import type { ColumnSchema } from "../hdf5/column.js";
import { type Attributes, createHdf5, type Hdf5Writer } from "../hdf5/writer.js";
import type { TelescopeArray } from "./array.js";
import { heightOfThickness } from "./atmosphere.js";
import {
  distributionColumns,
  geometryColumns,
  imageColumns,
  impactColumns,
  layoutColumns,
  observationColumns,
  opticsColumns,
  type ParameterColumn,
  parameterColumns,
  parameterTableColumns,
  pointingColumns,
  readoutColumns,
  runColumns,
  schedulingColumns,
  showerColumns,
  subarrayTriggerColumns,
  telescopeTriggerColumns,
  trueImageColumns,
  trueParameterColumns,
} from "./dl1-columns.js";
import { type ArrayEvent, maximumCoreDistanceM } from "./event.js";
import { type ImageFrame, parametrise, trueParameters } from "./image-parameters.js";
import type { Particle } from "./particle.js";
import { referencePulse } from "./reference-pulse.js";
import { RowBuffer } from "./row-buffer.js";
import { depthOfMaximum, primaryIds, type ShowerAxis } from "./shower.js";

/** What a file of simulated events is about. */
export interface Dl1Run {
  readonly obsId: number;
  readonly array: TelescopeArray;
  readonly particle: Particle;
  readonly pointing: AltAz;
  /** 16 random bytes that name the product. */
  readonly productId: Uint8Array;
}

/** Simulated time: each run begins an hour after the one before, from 2026-01-01 on; files depend on their seed alone. */
function startSeconds(obsId: number): number {
  return 1_767_225_600 + 3600 * obsId;
}

/** International Atomic Time is ahead of UTC by this, s. */
const leapSeconds = 37;

function dateText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace("T", " ").replace("Z", "");
}

function uuid(bytes: Uint8Array): string {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [0, 8, 12, 16, 20].map((from, i, all) => digits.slice(from, all[i + 1] ?? 32)).join("-");
}

function rootAttributes({ obsId, array, productId }: Dl1Run): Attributes {
  const start = startSeconds(obsId);
  return {
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
    "CTA PRODUCT DATA MODEL VERSION": "v7.1.0",
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
    "CTA INSTRUMENT ID": array.name,
  };
}

/** Geocentric place of a site (WGS 84), m. */
function itrs({ longitudeDeg, latitudeDeg, heightM }: TelescopeArray): [number, number, number] {
  const equatorM = 6_378_137;
  const flattening = 1 / 298.257223563;
  const square = flattening * (2 - flattening);
  const lat = latitudeDeg / degPerRad;
  const lon = longitudeDeg / degPerRad;
  const radius = equatorM / Math.sqrt(1 - square * Math.sin(lat) ** 2);
  const across = (radius + heightM) * Math.cos(lat);
  return [across * Math.cos(lon), across * Math.sin(lon), (radius * (1 - square) + heightM) * Math.sin(lat)];
}

const longest = (texts: readonly string[]): number => Math.max(...texts.map((text) => Buffer.byteLength(text)));

function writeInstrument(file: Hdf5Writer, array: TelescopeArray): void {
  const { telescopes, camera } = array;
  const instrument = "/configuration/instrument";
  const origin = { ORIGIN: "cherenkit", SOFT_VER: version, SUBARRAY: array.name };
  const [x, y, z] = itrs(array);
  const layout = {
    name: telescopes.map(({ name }) => name),
    type: telescopes.map(() => "SST"),
    camera_name: telescopes.map(() => camera.name),
    optics_name: telescopes.map(() => array.opticsName),
    tel_description: telescopes.map(() => `SST_${array.opticsName}_${camera.name}`),
  };
  const lengths = Object.fromEntries(Object.entries(layout).map(([name, texts]) => [name, longest(texts)]));
  file
    .table(`${instrument}/subarray/layout`, layoutColumns(lengths), {
      attributes: {
        ...origin,
        TAB_TYPE: "subarray",
        TAB_VER: "2.0",
        name: array.name,
        reference_itrs_x: { type: "float64", value: x },
        reference_itrs_y: { type: "float64", value: y },
        reference_itrs_z: { type: "float64", value: z },
      },
    })
    .append({
      ...layout,
      tel_id: telescopes.map(({ id }) => id),
      pos_x: telescopes.map(({ xM }) => xM),
      pos_y: telescopes.map(({ yM }) => yM),
      pos_z: telescopes.map(({ zM }) => zM),
      camera_index: telescopes.map(() => 0),
      optics_index: telescopes.map(() => 0),
    });
  const optics = { optics_name: [array.opticsName], size_type: ["SST"], reflector_shape: ["DAVIES_COTTON"] };
  const opticsLengths = Object.fromEntries(Object.entries(optics).map(([name, texts]) => [name, longest(texts)]));
  file
    .table(`${instrument}/telescope/optics`, opticsColumns(opticsLengths), {
      attributes: { ...origin, TAB_TYPE: "optics", TAB_VER: "4.0" },
    })
    .append({
      ...optics,
      mirror_area: [array.mirrorAreaM2],
      n_mirrors: [1],
      n_mirror_tiles: [array.mirrorTiles],
      equivalent_focal_length: [array.focalLengthM],
      effective_focal_length: [array.effectiveFocalLengthM],
    });
  file
    .table(`${instrument}/telescope/camera/geometry_0`, geometryColumns, {
      attributes: {
        TAB_TYPE: "ctapipe.instrument.CameraGeometry",
        TAB_VER: "2.0",
        CAM_ID: camera.name,
        PIX_TYPE: camera.pixelType,
        PIX_ROT: { type: "float64", value: camera.pixelRotationDeg },
        CAM_ROT: { type: "float64", value: camera.cameraRotationDeg },
      },
    })
    .append({
      pix_id: Int32Array.from(camera.pixelX, (_, i) => i),
      pix_x: camera.pixelX,
      pix_y: camera.pixelY,
      pix_area: camera.pixelArea,
    });
  const pulse = referencePulse();
  file
    .table(`${instrument}/telescope/camera/readout_0`, readoutColumns, {
      attributes: {
        TAB_TYPE: "ctapipe.instrument.CameraReadout",
        TAB_VER: "3.0",
        CAM_ID: camera.name,
        NCHAN: 1,
        NPIXELS: camera.pixelX.length,
        NSAMPLES: array.samples,
        REFWIDTH: { type: "float64", value: pulse.stepNs },
        SAMPFREQ: { type: "float64", value: 1 / array.sampleNs },
      },
    })
    .append({ reference_pulse_shape_channel0: pulse.shape, reference_pulse_sample_time: pulse.timeNs });
}

function writeObservation(file: Hdf5Writer, { obsId, array, pointing }: Dl1Run): void {
  const start = (startSeconds(obsId) + leapSeconds) / 86_400 + 40_587;
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

function telescopeName(id: number): string {
  return `tel_${String(id).padStart(3, "0")}`;
}

const energyBins = 40;
const distanceBins = 30;

/** Counts of the showers thrown, by energy and distance of the core. */
export class ShowerDistribution {
  total = 0;
  readonly energyEdges: Float64Array;
  readonly distanceEdges: Float64Array;
  readonly histogram = new Float32Array(energyBins * distanceBins);
  private readonly particle: Particle;

  constructor(particle: Particle) {
    this.particle = particle;
    const { minimumTeV, maximumTeV } = particle;
    const ratio = maximumTeV / minimumTeV;
    this.energyEdges = Float64Array.from({ length: energyBins + 1 }, (_, i) => minimumTeV * ratio ** (i / energyBins));
    this.distanceEdges = Float64Array.from(
      { length: distanceBins + 1 },
      (_, i) => (maximumCoreDistanceM * i) / distanceBins,
    );
  }

  add({ energyTeV, coreXM, coreYM }: ShowerAxis): void {
    const { minimumTeV, maximumTeV } = this.particle;
    const place = Math.log(energyTeV / minimumTeV) / Math.log(maximumTeV / minimumTeV);
    const row = Math.min(energyBins - 1, Math.max(0, Math.floor(place * energyBins)));
    const distance = Math.floor((Math.hypot(coreXM, coreYM) / maximumCoreDistanceM) * distanceBins);
    this.histogram[row * distanceBins + Math.min(distanceBins - 1, distance)]!++;
    this.total++;
  }
}

/** A DL1 file of ctapipe's data model v7.1.0 being written; it gets its name when it is closed. */
export interface Dl1File {
  /** Telescope images written so far. */
  readonly images: number;
  /** @param secondsLater time since the event before */
  add(event: ArrayEvent, secondsLater: number): void;
  close(thrown: ShowerDistribution): Promise<void>;
  abort(): void;
}

function parameterRow<Parameters>(
  columns: readonly ParameterColumn<Parameters>[],
  parameters: Parameters | null,
): Record<string, number> {
  const row: Record<string, number> = {};
  for (const { schema, value } of columns) {
    // ctapipe's counts are −1 where there is no image, everything else NaN
    row[schema.name] = parameters ? value(parameters) : schema.type === "int64" ? -1 : Number.NaN;
  }
  return row;
}

const subarrayEvent = 32;

/** Begins a file. @throws {OutputError} when the folder cannot be written */
export async function createDl1File(path: string, run: Dl1Run, frame: ImageFrame): Promise<Dl1File> {
  const { obsId, array, pointing, particle } = run;
  const file = await createHdf5(path, { attributes: rootAttributes(run) });
  writeInstrument(file, array);
  writeObservation(file, run);
  const context = { CHERENKIT_VERSION: version };
  const pixels = array.camera.pixelX.length;
  const table = (place: string, columns: readonly ColumnSchema[], containers: string, deflate = false): RowBuffer =>
    new RowBuffer(file, place, columns, { title: `Storage of ${containers}`, attributes: context, deflate });
  const showers = table(
    "/simulation/event/subarray/shower",
    showerColumns,
    "EventIndexContainer,SimulatedShowerContainer",
  );
  const triggers = table(
    "/dl1/event/subarray/trigger",
    subarrayTriggerColumns(array.telescopes.length),
    "EventIndexContainer,TriggerContainer",
  );
  const telescopeTriggers = table(
    "/dl1/event/telescope/trigger",
    telescopeTriggerColumns,
    "TelEventIndexContainer,TelescopeTriggerContainer",
  );
  const telescopes = new Map(
    array.telescopes.map(({ id }) => [
      id,
      {
        impact: table(
          `/simulation/event/telescope/impact/${telescopeName(id)}`,
          impactColumns,
          "TelEventIndexContainer,TelescopeImpactParameterContainer",
        ),
        images: table(
          `/dl1/event/telescope/images/${telescopeName(id)}`,
          imageColumns(pixels),
          "TelEventIndexContainer,DL1CameraContainer",
        ),
        parameters: table(
          `/dl1/event/telescope/parameters/${telescopeName(id)}`,
          parameterTableColumns(parameterColumns),
          "TelEventIndexContainer,ImageParametersContainer",
        ),
        // hardly any pixel has light: these compress to a twentieth
        trueImages: table(
          `/simulation/event/telescope/images/${telescopeName(id)}`,
          trueImageColumns(pixels),
          "TelEventIndexContainer,SimulatedCameraContainer",
          true,
        ),
        trueParameters: table(
          `/simulation/event/telescope/parameters/${telescopeName(id)}`,
          parameterTableColumns(trueParameterColumns),
          "TelEventIndexContainer,ImageParametersContainer",
        ),
      },
    ]),
  );
  let events = 0;
  let images = 0;
  let secondsSinceStart = 0;
  return {
    get images(): number {
      return images;
    },
    add(event, secondsLater): void {
      events++;
      secondsSinceStart += secondsLater;
      const index = { obs_id: obsId, event_id: events };
      const whole = Math.floor(secondsSinceStart);
      // seconds since 1970 of atomic time, and quarters of a nanosecond
      const time = [
        startSeconds(obsId) + leapSeconds + whole,
        Math.min(3_999_999_999, Math.round((secondsSinceStart - whole) * 4e9)),
      ];
      const { shower } = event;
      showers.push({
        ...index,
        true_energy: shower.energyTeV,
        true_alt: shower.altDeg,
        true_az: shower.azDeg,
        true_core_x: shower.coreXM,
        true_core_y: shower.coreYM,
        true_h_first_int: heightOfThickness(shower.firstInteractionGCm2 * Math.sin(shower.altDeg / degPerRad)),
        true_x_max: depthOfMaximum(shower),
        true_starting_grammage: 0,
        true_shower_primary_id: primaryIds[shower.primary],
      });
      const triggered = new Set(event.telescopes.map(({ telescopeId }) => telescopeId));
      const mask = array.telescopes.map(({ id }) => (triggered.has(id) ? 1 : 0));
      triggers.push({ ...index, time, tels_with_trigger: mask, event_type: subarrayEvent });
      for (const { telescopeId, impactM, camera, counts } of event.telescopes) {
        const key = { ...index, tel_id: telescopeId };
        const tables = telescopes.get(telescopeId)!;
        const { mask: image_mask, parameters } = parametrise(frame, camera);
        telescopeTriggers.push({ ...key, time, n_trigger_pixels: -1 });
        tables.impact.push({ ...key, true_impact_distance: impactM, true_impact_distance_uncert: 0 });
        tables.images.push({ ...key, image: camera.image, peak_time: camera.peakTime, image_mask, is_valid: 1 });
        tables.parameters.push({ ...key, ...parameterRow(parameterColumns, parameters) });
        const true_image_sum = counts.reduce((sum, count) => sum + count, 0);
        tables.trueImages.push({ ...key, true_image_sum, true_image: counts });
        const truth = trueParameters(frame, counts);
        tables.trueParameters.push({ ...key, ...parameterRow(trueParameterColumns, truth) });
        images++;
      }
    },
    async close(thrown): Promise<void> {
      for (const buffer of [showers, triggers, telescopeTriggers]) buffer.flush();
      for (const tables of telescopes.values()) for (const buffer of Object.values(tables)) buffer.flush();
      writeRun(file, obsId, array, particle, pointing, thrown);
      await file.close();
    },
    abort(): void {
      file.abort();
    },
  };
}

function writeRun(
  file: Hdf5Writer,
  obsId: number,
  array: TelescopeArray,
  particle: Particle,
  pointing: AltAz,
  thrown: ShowerDistribution,
): void {
  const seconds = startSeconds(obsId);
  const values: Record<string, number> = {
    obs_id: obsId,
    run_number: obsId,
    energy_range_min: particle.minimumTeV,
    energy_range_max: particle.maximumTeV,
    prod_site_B_total: array.field.totalUT,
    prod_site_B_declination: array.field.declinationRad,
    prod_site_B_inclination: array.field.inclinationRad,
    prod_site_alt: array.heightM,
    spectral_index: -2,
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
    max_scatter_range: maximumCoreDistanceM,
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
