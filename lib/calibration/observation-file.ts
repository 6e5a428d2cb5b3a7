import { randomUUID } from "node:crypto";
import { version } from "../config/version.js";
import { type AltAz, degPerRad } from "../coordinates/angle.js";
import type { ColumnSchema } from "../hdf5/column.js";
import { type Attributes, createHdf5 } from "../hdf5/writer.js";
import type { TelescopeArray } from "../simulation/array.js";
import { atomicMjd, type DataModel, leapSeconds } from "../simulation/data-model.js";
import {
  imageColumns,
  observationColumns,
  parameterColumns,
  parameterTableColumns,
  schedulingColumns,
  subarrayTriggerColumns,
  telescopeTriggerColumns,
} from "../simulation/dl1-columns.js";
import { writeInstrument } from "../simulation/dl1-instrument.js";
import { telescopeName } from "../simulation/event-tables.js";
import type { ImageParameters } from "../simulation/image-parameters.js";
import { RowBuffer } from "./row-buffer.js";

/** One image of an observation. */
export interface ObservedImage {
  readonly eventId: number;
  /** ctapipe's EventType. */
  readonly eventType: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly image: Float32Array;
  readonly peakTimeNs: Float32Array;
  readonly mask: Uint8Array;
  /** Null when the cleaning left nothing. */
  readonly parameters: ImageParameters | null;
}

/** A DL1 file of one telescope's observation being written; it gets its name when it is closed. */
export interface ObservationFile {
  add(image: ObservedImage): void;
  close(): Promise<void>;
  abort(): void;
}

const dataModel: DataModel = "v7.1.0";

function dateText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace("T", " ").replace("Z", "");
}

function rootAttributes(array: TelescopeArray, obsId: number, source: string): Attributes {
  const now = dateText(Date.now() / 1000);
  return {
    "CTA REFERENCE VERSION": "1",
    "CTA CONTACT NAME": "unknown",
    "CTA CONTACT EMAIL": "unknown",
    "CTA CONTACT ORGANIZATION": "unknown",
    "CTA PRODUCT DESCRIPTION": `Camera events of ${source}, simply calibrated`,
    "CTA PRODUCT CREATION TIME": now,
    "CTA PRODUCT ID": randomUUID(),
    "CTA PRODUCT DATA CATEGORY": "Other",
    "CTA PRODUCT DATA LEVELS": "DL1_IMAGES,DL1_PARAMETERS",
    "CTA PRODUCT DATA ASSOCIATION": "Subarray",
    "CTA PRODUCT DATA MODEL NAME": "ASWG",
    "CTA PRODUCT DATA MODEL VERSION": dataModel,
    "CTA PRODUCT DATA MODEL URL": "",
    "CTA PRODUCT FORMAT": "hdf5",
    "CTA PROCESS TYPE": "Observation",
    "CTA PROCESS SUBTYPE": "",
    "CTA PROCESS ID": String(obsId),
    "CTA ACTIVITY NAME": "cherenkit calibrate",
    "CTA ACTIVITY TYPE": "software",
    "CTA ACTIVITY ID": randomUUID(),
    "CTA ACTIVITY START TIME": now,
    "CTA ACTIVITY STOP TIME": now,
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

const pointingColumns = ({ metadata }: ColumnSchema): ColumnSchema[] => [
  { name: "time", type: "uint32", itemShape: [2], description: "Time", metadata },
  { name: "azimuth", type: "float64", unit: "rad", description: "Azimuth, measured N->E" },
  { name: "altitude", type: "float64", unit: "rad", description: "Altitude" },
];

/**
 * Begins a DL1 file of ctapipe's data model v7.1.0 for an observation with one telescope.
 * @param array that telescope alone
 * @param pointing where it looked; null when that is not known, NaN in the file
 * @throws {OutputError} when the folder cannot be written
 */
export async function createObservationFile(
  path: string,
  array: TelescopeArray,
  obsId: number,
  pointing: AltAz | null,
  source: string,
): Promise<ObservationFile> {
  const file = await createHdf5(path, { attributes: rootAttributes(array, obsId, source) });
  writeInstrument(file, array, dataModel);
  const { id, type } = array.telescopes[0]!;
  const attributes = { CHERENKIT_VERSION: version };
  const table = (place: string, columns: readonly ColumnSchema[], containers: string): RowBuffer =>
    new RowBuffer(file, place, columns, { title: `Storage of ${containers}`, attributes });
  const pixels = type.camera.pixelX.length;
  const event = "/dl1/event";
  const subarrayColumns = subarrayTriggerColumns(dataModel, 1);
  const triggers = table(`${event}/subarray/trigger`, subarrayColumns, "EventIndexContainer,TriggerContainer");
  const telescopeTriggers = table(
    `${event}/telescope/trigger`,
    telescopeTriggerColumns(dataModel),
    "TelEventIndexContainer,TelescopeTriggerContainer",
  );
  const images = table(
    `${event}/telescope/images/${telescopeName(id)}`,
    imageColumns(pixels),
    "TelEventIndexContainer,DL1CameraContainer",
  );
  const parameterTable = table(
    `${event}/telescope/parameters/${telescopeName(id)}`,
    parameterTableColumns(parameterColumns),
    "TelEventIndexContainer,ImageParametersContainer",
  );
  const pointings = table(
    `/dl1/monitoring/telescope/pointing/${telescopeName(id)}`,
    pointingColumns(subarrayColumns.find(({ name }) => name === "time")!),
    "TelescopePointingContainer",
  );
  const radians = (deg: number | undefined): number => (deg ?? Number.NaN) / degPerRad;
  let [first, last] = [Number.NaN, Number.NaN];
  return {
    add({ eventId, eventType, seconds, nanoseconds, image, peakTimeNs, mask, parameters }): void {
      const index = { obs_id: obsId, event_id: eventId };
      const key = { ...index, tel_id: id };
      const time = [seconds + leapSeconds, 4 * nanoseconds];
      if (Number.isNaN(first)) first = seconds;
      last = seconds + 1e-9 * nanoseconds;
      triggers.push({ ...index, time, tels_with_trigger: [1], event_type: eventType });
      telescopeTriggers.push({ ...key, time, n_trigger_pixels: -1 });
      images.push({ ...key, image, peak_time: peakTimeNs, image_mask: mask, is_valid: 1 });
      const row = parameterColumns.map(({ schema, value }): [string, number] => [
        schema.name,
        parameters ? value(parameters) : schema.type === "int64" ? -1 : Number.NaN,
      ]);
      parameterTable.push({ ...key, ...Object.fromEntries(row) });
      pointings.push({ time, azimuth: radians(pointing?.azDeg), altitude: radians(pointing?.altDeg) });
    },
    async close(): Promise<void> {
      for (const buffer of [triggers, telescopeTriggers, images, parameterTable, pointings]) buffer.flush();
      const title = "Storage of SchedulingBlockContainer";
      const block = { sb_id: [obsId], sb_type: [-1], producer_id: ["unknown"] };
      file
        .table("/configuration/observation/scheduling_block", schedulingColumns, { title })
        .append({ ...block, observing_mode: [-1], pointing_mode: [-1] });
      const start = atomicMjd(first);
      file
        .table("/configuration/observation/observation_block", observationColumns, {
          title: "Storage of ObservationBlockContainer",
        })
        .append({
          obs_id: [obsId],
          sb_id: [obsId],
          producer_id: ["unknown"],
          state: [-1],
          subarray_pointing_lat: [pointing?.altDeg ?? Number.NaN],
          subarray_pointing_lon: [pointing?.azDeg ?? Number.NaN],
          subarray_pointing_frame: [pointing ? 0 : -1],
          scheduled_duration: [Number.NaN],
          scheduled_start_time: [start],
          actual_start_time: [start],
          actual_duration: [(last - first) / 60],
        });
      await file.close();
    },
    abort: () => file.abort(),
  };
}
