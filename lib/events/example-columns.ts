/** Columns of an example table in their order, as dl1-data-handler or ctapipe name them, with units. */
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
  // dl1-data-handler has no distance from the telescope.
  ["true_impact_distance", "m"],
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
