import type { ColumnSchema } from "../hdf5/column.js";
import type { TelescopeArray } from "./array.js";
import { columnsOf, type DataModel } from "./data-model.js";
import {
  imageColumns,
  impactColumns,
  parameterColumns,
  parameterTableColumns,
  showerColumns,
  subarrayTriggerColumns,
  telescopeTriggerColumns,
  trueImageColumns,
  trueParameterColumns,
} from "./dl1-columns.js";

/** A table of events in a DL1 file. */
export interface EventTable {
  readonly path: string;
  readonly columns: readonly ColumnSchema[];
  /** Names of ctapipe's containers, which the title of the table repeats. */
  readonly containers: string;
  /** Hardly any pixel of a true image has light: these compress to a twentieth. */
  readonly deflate?: boolean;
}

export const showerTable = "/simulation/event/subarray/shower";
export const triggerTable = "/dl1/event/subarray/trigger";
export const telescopeTriggerTable = "/dl1/event/telescope/trigger";

/** Name of a telescope's tables: tel_001. */
export function telescopeName(id: number): string {
  return `tel_${String(id).padStart(3, "0")}`;
}

/** Paths of the tables that each telescope has for itself. */
export function telescopeTables(
  id: number,
): Record<"impact" | "images" | "parameters" | "trueImages" | "trueParameters", string> {
  const name = telescopeName(id);
  return {
    impact: `/simulation/event/telescope/impact/${name}`,
    images: `/dl1/event/telescope/images/${name}`,
    parameters: `/dl1/event/telescope/parameters/${name}`,
    trueImages: `/simulation/event/telescope/images/${name}`,
    trueParameters: `/simulation/event/telescope/parameters/${name}`,
  };
}

/** All tables of events of an array, in a version of the data model. */
export function eventTables({ telescopes }: TelescopeArray, model: DataModel): EventTable[] {
  const perEvent: EventTable[] = [
    { path: showerTable, columns: showerColumns, containers: "EventIndexContainer,SimulatedShowerContainer" },
    {
      path: triggerTable,
      columns: subarrayTriggerColumns(model, telescopes.length),
      containers: "EventIndexContainer,TriggerContainer",
    },
    {
      path: telescopeTriggerTable,
      columns: telescopeTriggerColumns(model),
      containers: "TelEventIndexContainer,TelescopeTriggerContainer",
    },
  ];
  const perTelescope = telescopes.flatMap(({ id, type }): EventTable[] => {
    const pixels = type.camera.pixelX.length;
    const paths = telescopeTables(id);
    const table = (path: string, columns: readonly ColumnSchema[], container: string): EventTable => ({
      path,
      columns,
      containers: `TelEventIndexContainer,${container}`,
    });
    return [
      table(paths.impact, impactColumns, "TelescopeImpactParameterContainer"),
      table(paths.images, imageColumns(pixels), "DL1CameraContainer"),
      table(paths.parameters, parameterTableColumns(columnsOf(model, parameterColumns)), "ImageParametersContainer"),
      { ...table(paths.trueImages, trueImageColumns(pixels), "SimulatedCameraContainer"), deflate: true },
      table(
        paths.trueParameters,
        parameterTableColumns(columnsOf(model, trueParameterColumns)),
        "ImageParametersContainer",
      ),
    ];
  });
  return [...perEvent, ...perTelescope];
}
