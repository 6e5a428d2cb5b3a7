import { version } from "../config/version.js";
import { degPerRad } from "../coordinates/angle.js";
import type { ColumnSchema } from "../hdf5/column.js";
import { createHdf5 } from "../hdf5/writer.js";
import { heightOfThickness } from "./atmosphere.js";
import {
  imageColumns,
  impactColumns,
  type ParameterColumn,
  parameterColumns,
  parameterTableColumns,
  showerColumns,
  subarrayTriggerColumns,
  telescopeTriggerColumns,
  trueImageColumns,
  trueParameterColumns,
} from "./dl1-columns.js";
import { writeInstrument } from "./dl1-instrument.js";
import {
  type Dl1Run,
  leapSeconds,
  rootAttributes,
  startSeconds,
  telescopeName,
  writeObservation,
  writeRun,
} from "./dl1-run.js";
import type { ArrayEvent } from "./event.js";
import { type ImageFrame, parametrise, trueParameters } from "./image-parameters.js";
import { RowBuffer } from "./row-buffer.js";
import { depthOfMaximum, primaryIds } from "./shower.js";
import type { ShowerDistribution } from "./shower-distribution.js";

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
  const { obsId, array } = run;
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
      writeRun(file, run, thrown);
      await file.close();
    },
    abort(): void {
      file.abort();
    },
  };
}
