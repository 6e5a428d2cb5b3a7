/** Columns of one value a row, all of one length. */
export interface Columns {
  readonly rows: number;
  readonly values: ReadonlyMap<string, Float64Array>;
}

/** Columns of an example table in their order, as dl1-data-handler names them, with units. */
export const exampleColumnUnits: ReadonlyMap<string, string> = new Map([
  ["index", ""],
  ["file_index", ""],
  ["table_index", ""],
  ["obs_id", ""],
  ["tel_type_id", ""],
  ["event_id", ""],
  ["tel_id", ""],
  ["true_energy", "TeV"],
  ["true_alt", "deg"],
  ["true_az", "deg"],
  ["true_core_x", "m"],
  ["true_core_y", "m"],
  ["true_h_first_int", "m"],
  ["true_x_max", "g.cm**-2"],
  ["true_shower_primary_id", ""],
  ["telescope_pointing_azimuth", "rad"],
  ["telescope_pointing_altitude", "rad"],
  ["cam_coord_offset_x", "m"],
  ["cam_coord_offset_y", "m"],
  ["cam_coord_distance", "m"],
  ["pointing_altitude", "rad"],
  ["pointing_azimuth", "rad"],
  ["fov_lon", "deg"],
  ["fov_lat", "deg"],
  ["angular_separation", "deg"],
  ["log_true_energy", ""],
  ["impact_radius", "m"],
  ["true_shower_primary_class", ""],
]);

/** Columns of whole numbers. */
export const integerColumns: ReadonlySet<string> = new Set([
  "index",
  "file_index",
  "table_index",
  "obs_id",
  "tel_type_id",
  "event_id",
  "tel_id",
  "true_shower_primary_id",
  "true_shower_primary_class",
]);

/** Unit of a column as astropy writes it; empty for numbers without one. */
export function unitOfColumn(name: string): string {
  return exampleColumnUnits.get(name) ?? "";
}

/** The rows of some columns that `keep` marks. */
export function keepRows(columns: Columns, keep: (row: number) => boolean): Columns {
  const rows: number[] = [];
  for (let row = 0; row < columns.rows; row++) if (keep(row)) rows.push(row);
  return takeRows(columns, rows);
}

/** Rows in a given order. */
export function takeRows(columns: Columns, rows: readonly number[] | Uint32Array): Columns {
  const values = new Map<string, Float64Array>();
  for (const [name, column] of columns.values) {
    const taken = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) taken[i] = column[rows[i]!]!;
    values.set(name, taken);
  }
  return { rows: rows.length, values };
}

/** Tables one after the other; a column that one of them lacks is NaN there. */
export function stackRows(tables: readonly Columns[]): Columns {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const values = new Map<string, Float64Array>();
  for (const name of new Set(tables.flatMap((table) => [...table.values.keys()]))) {
    const stacked = new Float64Array(rows).fill(Number.NaN);
    let at = 0;
    for (const table of tables) {
      const column = table.values.get(name);
      if (column) stacked.set(column, at);
      at += table.rows;
    }
    values.set(name, stacked);
  }
  return { rows, values };
}
