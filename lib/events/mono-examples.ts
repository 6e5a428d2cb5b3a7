import type { ReaderConfig } from "../config/config.js";
import { angularSeparationDeg } from "../coordinates/angular-separation.js";
import { cameraOffset } from "../coordinates/camera-offset.js";
import { skyOffset } from "../coordinates/sky-offset.js";
import { numbers } from "../hdf5/column.js";
import type { TableReader } from "../hdf5/table-reader.js";
import { type EventFile, telescopeTable } from "./event-file.js";
import { EventIndex } from "./event-index.js";
import { type Columns, exampleColumnUnits, keepRows, stackRows } from "./example-columns.js";
import { type Expression, parseExpression } from "./expression.js";
import { arrayPointing, inDegrees, telescopePointing } from "./pointing.js";
import { focalLengthM, type Telescope } from "./subarray.js";
import { timesS } from "./time.js";

const showerPath = "/simulation/event/subarray/shower";
const triggerPath = "/dl1/event/subarray/trigger";

/** Triggered events of a file with their simulated truth, one row an event. */
interface Events {
  readonly columns: Columns;
  readonly timeS: Float64Array;
  readonly index: EventIndex;
}

function scalarColumns(table: TableReader, wanted?: ReadonlySet<string>): Columns {
  const names = table.columns
    .filter(({ type, itemShape }) => typeof type === "string" && (itemShape ?? []).length === 0)
    .map(({ name }) => name)
    .filter((name) => !wanted || wanted.has(name));
  const { rows, columns } = table.read({ columns: names });
  return { rows, values: new Map(names.map((name) => [name, numbers(columns.get(name)!)])) };
}

function readEvents({ hdf5 }: EventFile): Events {
  const table = hdf5.table(triggerPath);
  const trigger = scalarColumns(table, new Set(["obs_id", "event_id", "event_type"]));
  const timeS = timesS(table.read({ columns: ["time"] }).columns.get("time")!);
  const index = (columns: Columns): EventIndex =>
    new EventIndex(columns.values.get("obs_id")!, columns.values.get("event_id")!);
  if (!hdf5.has(showerPath)) return { columns: trigger, timeS, index: index(trigger) };
  const showers = scalarColumns(hdf5.table(showerPath));
  const showerIndex = index(showers);
  const showerOf = Array.from({ length: trigger.rows }, (_, row) =>
    showerIndex.find(trigger.values.get("obs_id")![row]!, trigger.values.get("event_id")![row]!),
  );
  const values = new Map(trigger.values);
  for (const [name, column] of showers.values) {
    if (values.has(name)) continue;
    values.set(
      name,
      Float64Array.from(showerOf, (row) => (row < 0 ? Number.NaN : column[row]!)),
    );
  }
  const joined = keepRows({ rows: trigger.rows, values }, (row) => showerOf[row]! >= 0);
  const times = timeS.filter((_, row) => showerOf[row]! >= 0);
  return { columns: joined, timeS: times, index: index(joined) };
}

/** Names and units that conditions may use: the parameters of the images and the columns of examples. */
function knownColumns(table: TableReader, events: Events): Map<string, string | undefined> {
  const known = new Map<string, string | undefined>();
  for (const name of events.columns.values.keys()) known.set(name, undefined);
  for (const [name, unit] of exampleColumnUnits) known.set(name, unit || undefined);
  for (const { name, unit } of table.columns) known.set(name, unit);
  return known;
}

/** Adds a column computed row by row. */
function derive(columns: Columns, names: readonly string[], row: (row: number) => readonly number[]): void {
  const added = names.map(() => new Float64Array(columns.rows));
  for (let i = 0; i < columns.rows; i++) {
    const values = row(i);
    for (const [k, column] of added.entries()) column[i] = values[k]!;
  }
  const target = columns.values as Map<string, Float64Array>;
  for (const [k, name] of names.entries()) target.set(name, added[k]!);
}

function telescopeExamples(
  file: EventFile,
  telescope: Telescope,
  events: Events,
  reader: ReaderConfig,
): { columns: Columns; criteria: readonly Expression[] } | null {
  const { hdf5, subarray } = file;
  const tables = ["parameters", "images"].map((name) => `/dl1/event/telescope/${name}/${telescopeTable(telescope.id)}`);
  const path = tables.find((name) => hdf5.kind(name) === "table");
  if (!path) return null;
  const table = hdf5.table(path);
  const known = knownColumns(table, events);
  const criteria = reader.qualityCriteria.map(({ expression }) => parseExpression(expression, known));
  const used = new Set(["obs_id", "event_id", ...criteria.flatMap(({ columns }) => columns)]);
  const parameters = scalarColumns(table, used);
  const obsIds = parameters.values.get("obs_id")!;
  const eventIds = parameters.values.get("event_id")!;
  const eventOf = Array.from(obsIds, (obsId, row) => events.index.find(obsId, eventIds[row]!));

  const values = new Map(parameters.values);
  values.set(
    "table_index",
    Float64Array.from(obsIds, (_, row) => row),
  );
  values.set("tel_id", new Float64Array(obsIds.length).fill(telescope.id));
  values.set("event_row", Float64Array.from(eventOf));
  const columns = keepRows({ rows: obsIds.length, values }, (row) => eventOf[row]! >= 0);
  const eventRow = columns.values.get("event_row")!;
  for (const [name, column] of events.columns.values) {
    if (!columns.values.has(name)) derive(columns, [name], (row) => [column[eventRow[row]!]!]);
  }
  addDirections(file, telescope, columns, (row) => events.timeS[eventRow[row]!]!);
  const camera = subarray.cameras.get(telescope.cameraIndex)!;
  if (events.columns.values.has("true_energy")) {
    const optics = {
      focalLengthM: focalLengthM(telescope, reader.focalLength, file.path),
      pixelRotationDeg: camera.pixelRotationDeg,
    };
    addTruth(columns, optics);
  }
  (columns.values as Map<string, Float64Array>).delete("event_row");
  return { columns, criteria };
}

function addDirections(file: EventFile, telescope: Telescope, columns: Columns, timeS: (row: number) => number): void {
  const ofTelescope = telescopePointing(file, telescope.id);
  const ofArray = arrayPointing(file) ?? ofTelescope;
  const obsIds = columns.values.get("obs_id")!;
  derive(columns, ["telescope_pointing_azimuth", "telescope_pointing_altitude"], (row) => {
    const { azRad, altRad } = ofTelescope(obsIds[row]!, timeS(row));
    return [azRad, altRad];
  });
  derive(columns, ["pointing_azimuth", "pointing_altitude"], (row) => {
    const { azRad, altRad } = ofArray(obsIds[row]!, timeS(row));
    return [azRad, altRad];
  });
}

function addTruth(columns: Columns, optics: { focalLengthM: number; pixelRotationDeg: number }): void {
  const get = (name: string): Float64Array => columns.values.get(name)!;
  const [alt, az] = [get("true_alt"), get("true_az")];
  const pointingOf = (prefix: string, row: number): { altDeg: number; azDeg: number } =>
    inDegrees({ azRad: get(`${prefix}_azimuth`)[row]!, altRad: get(`${prefix}_altitude`)[row]! });
  derive(columns, ["cam_coord_offset_x", "cam_coord_offset_y", "cam_coord_distance"], (row) => {
    const direction = { altDeg: alt[row]!, azDeg: az[row]! };
    const { xM, yM } = cameraOffset(direction, pointingOf("telescope_pointing", row), optics);
    return [xM, yM, Math.hypot(xM, yM)];
  });
  derive(columns, ["fov_lon", "fov_lat", "angular_separation"], (row) => {
    const pointing = pointingOf("pointing", row);
    const { fovLonDeg, fovLatDeg } = skyOffset({ altDeg: alt[row]!, azDeg: az[row]! }, pointing);
    const separation = angularSeparationDeg(az[row]!, alt[row]!, pointing.azDeg, pointing.altDeg);
    return [fovLonDeg, fovLatDeg, separation];
  });
  derive(columns, ["log_true_energy"], (row) => [Math.log10(get("true_energy")[row]!)]);
  derive(columns, ["impact_radius"], (row) => [Math.hypot(get("true_core_x")[row]!, get("true_core_y")[row]!)]);
}

/**
 * Examples of one file, one row a telescope image of an event that triggered: keys, pointing, simulated truth and
 * labels, joined on (obs_id, event_id). A telescope without tables has no events.
 * @throws {ConfigError} for a quality criterion that cannot be used
 * @throws {InputError} when the file lacks what is needed
 */
export function monoExamples(file: EventFile, telescopes: readonly Telescope[], reader: ReaderConfig): Columns {
  if (file.hdf5.kind(triggerPath) !== "table") return { rows: 0, values: new Map() };
  const events = readEvents(file);
  const tables: Columns[] = [];
  for (const telescope of telescopes) {
    const found = telescopeExamples(file, telescope, events, reader);
    if (!found) continue;
    const { columns, criteria } = found;
    const kept = keepRows(columns, (row) =>
      criteria.every((criterion) => criterion.evaluate((name) => columns.values.get(name)?.[row] ?? Number.NaN) === 1),
    );
    const shown = [...kept.values].filter(([name]) => exampleColumnUnits.has(name));
    tables.push({ rows: kept.rows, values: new Map(shown) });
  }
  return stackRows(tables);
}
