import { degPerRad } from "../coordinates/angle.js";
import type { TelescopeArray } from "./array.js";
import { heightOfThickness } from "./atmosphere.js";
import { columnsOf, type DataModel, eventTime } from "./data-model.js";
import { type ParameterColumn, parameterColumns, trueParameterColumns } from "./dl1-columns.js";
import type { ArrayEvent } from "./event.js";
import { eventTables, showerTable, telescopeTables, telescopeTriggerTable, triggerTable } from "./event-tables.js";
import { type ImageFrame, parametrise, trueParameters } from "./image-parameters.js";
import { depthOfMaximum, primaryIds } from "./shower.js";
import { type TableBlock, TableRows } from "./table-rows.js";
import type { TelescopeType } from "./telescope-type.js";

const subarrayEvent = 32;

/** A row of a table of parameters, in the order of its columns. */
function parameterRow<Parameters>(
  { obs_id, event_id, tel_id }: Readonly<Record<"obs_id" | "event_id" | "tel_id", number>>,
  columns: readonly ParameterColumn<Parameters>[],
  parameters: Parameters | null,
): number[] {
  const row = [obs_id, event_id, tel_id];
  for (const { schema, value } of columns) {
    // ctapipe's counts are −1 where there is no image, everything else NaN
    row.push(parameters ? value(parameters) : schema.type === "int64" ? -1 : Number.NaN);
  }
  return row;
}

/** Turns events of a run into rows of the tables of its DL1 file. */
export class EventRows {
  private readonly array: TelescopeArray;
  private readonly model: DataModel;
  private readonly frame: (type: TelescopeType) => ImageFrame;
  private readonly tables: ReadonlyMap<string, TableRows>;
  private readonly parameters: readonly (typeof parameterColumns)[number][];
  private readonly trueParameters: readonly (typeof trueParameterColumns)[number][];

  constructor(array: TelescopeArray, model: DataModel, frame: (type: TelescopeType) => ImageFrame) {
    this.array = array;
    this.model = model;
    this.frame = frame;
    this.tables = new Map(eventTables(array, model).map(({ path, columns }) => [path, new TableRows(columns)]));
    this.parameters = columnsOf(model, parameterColumns);
    this.trueParameters = columnsOf(model, trueParameterColumns);
  }

  /**
   * @param startSeconds begin of the run, seconds since 1970
   * @param laterS time of the event since then
   */
  add(event: ArrayEvent, index: { obs_id: number; event_id: number }, startSeconds: number, laterS: number): void {
    const { shower } = event;
    const time = eventTime(this.model, startSeconds, laterS);
    this.tables.get(showerTable)!.push({
      ...index,
      true_energy: shower.energyTeV,
      true_alt: shower.altDeg,
      true_az: shower.azDeg,
      true_core_x: shower.coreXM,
      true_core_y: shower.coreYM,
      true_h_first_int: heightOfThickness(shower.firstInteractionGCm2 * Math.sin(shower.altDeg / degPerRad)),
      true_x_max: shower.cascades.length > 0 ? depthOfMaximum(shower) : Number.NaN,
      true_starting_grammage: 0,
      true_shower_primary_id: primaryIds[shower.primary],
    });
    const triggered = new Set(event.telescopes.map(({ telescope }) => telescope));
    this.tables.get(triggerTable)!.push({
      ...index,
      time,
      tels_with_trigger: this.array.telescopes.map((telescope) => (triggered.has(telescope) ? 1 : 0)),
      event_type: subarrayEvent,
    });
    for (const { telescope, impactM, camera, counts, electrons } of event.telescopes) {
      const key = { ...index, tel_id: telescope.id };
      const paths = telescopeTables(telescope.id);
      const frame = this.frame(telescope.type);
      const { mask, parameters } = parametrise(frame, camera);
      const { image, peakTime } = camera;
      this.tables.get(telescopeTriggerTable)!.push({ ...key, time, n_trigger_pixels: -1, event_type: subarrayEvent });
      const impact = { true_impact_distance: impactM, true_impact_distance_uncert: 0 };
      this.tables.get(paths.impact)!.push({ ...key, ...impact });
      this.tables.get(paths.images)!.push({ ...key, image, peak_time: peakTime, image_mask: mask, is_valid: 1 });
      this.tables.get(paths.parameters)!.pushNumbers(parameterRow(key, this.parameters, parameters));
      this.tables.get(paths.trueImages)!.push({ ...key, true_image_sum: electrons, true_image: counts });
      const truth = trueParameters(frame, counts);
      this.tables.get(paths.trueParameters)!.pushNumbers(parameterRow(key, this.trueParameters, truth));
    }
  }

  /** The rows so far, by the path of their table; begins anew. */
  take(): Map<string, TableBlock> {
    return new Map([...this.tables].map(([path, rows]) => [path, rows.take()]));
  }
}
