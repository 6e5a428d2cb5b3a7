import type { ImageStatistics } from "../camera/image-statistics.js";
import type { AttributeValue, ColumnSchema } from "../hdf5/column.js";
import type { DataModel } from "./data-model.js";
import type { ChargeParameters, ImageParameters } from "./image-parameters.js";

/** Attribute value by which ctapipe knows the enumeration of a column: a pickled reference. */
function enumeration(name: string): Readonly<Record<string, AttributeValue>> {
  return { ENUM: `cctapipe.containers\n${name}\np0\n.`, TRANSFORM: "enum" };
}

function text(name: string, length: number, description?: string): ColumnSchema {
  return {
    name,
    type: { string: length },
    description,
    metadata: { MAXLEN: length, TRANSFORM: "string" },
  };
}

/** NAME as ctapipe keeps it: without the prefix of the container. */
function prefixed(prefix: string, column: ColumnSchema): ColumnSchema {
  return { ...column, name: `${prefix}_${column.name}`, metadata: { ...column.metadata, NAME: column.name } };
}

const highResolutionTime: Readonly<Record<string, AttributeValue>> = {
  TIME_SCALE: "tai",
  TIME_FORMAT: "ctao_high_res",
  TRANSFORM: "time",
};
const modifiedJulianDate: Readonly<Record<string, AttributeValue>> = {
  TIME_SCALE: "tai",
  TIME_FORMAT: "mjd",
  TRANSFORM: "time",
};

const obsId: ColumnSchema = { name: "obs_id", type: "int32", description: "Observation Block ID" };
const eventId: ColumnSchema = { name: "event_id", type: "int64", description: "Array Event ID" };
const telId: ColumnSchema = { name: "tel_id", type: "int16", description: "Telescope ID" };
const eventIndex = [obsId, eventId] as const;
const telescopeIndex = [obsId, eventId, telId] as const;

export const layoutColumns = (lengths: Record<string, number>): ColumnSchema[] => [
  { name: "tel_id", type: "uint16" },
  text("name", lengths.name!),
  text("type", lengths.type!),
  { name: "pos_x", type: "float32", unit: "m" },
  { name: "pos_y", type: "float32", unit: "m" },
  { name: "pos_z", type: "float32", unit: "m" },
  text("camera_name", lengths.camera_name!),
  text("optics_name", lengths.optics_name!),
  { name: "camera_index", type: "int64" },
  { name: "optics_index", type: "int64" },
  text("tel_description", lengths.tel_description!),
];

export const opticsColumns = (lengths: Record<string, number>): ColumnSchema[] => [
  text("optics_name", lengths.optics_name!),
  text("size_type", lengths.size_type!),
  text("reflector_shape", lengths.reflector_shape!),
  { name: "mirror_area", type: "float64", unit: "m**2" },
  { name: "n_mirrors", type: "int64" },
  { name: "n_mirror_tiles", type: "int64" },
  { name: "equivalent_focal_length", type: "float64", unit: "m" },
  { name: "effective_focal_length", type: "float64", unit: "m" },
];

export const geometryColumns: readonly ColumnSchema[] = [
  { name: "pix_id", type: "int64" },
  { name: "pix_x", type: "float64", unit: "m" },
  { name: "pix_y", type: "float64", unit: "m" },
  { name: "pix_area", type: "float64", unit: "m**2" },
];

export const readoutColumns: readonly ColumnSchema[] = [
  { name: "reference_pulse_shape_channel0", type: "float64" },
  { name: "reference_pulse_sample_time", type: "float64", unit: "ns" },
];

function column(
  name: string,
  type: "int32" | "int64" | "float32" | "float64",
  description: string,
  unit?: string,
): ColumnSchema {
  return { name, type, description, ...(unit ? { unit } : {}) };
}

export const runColumns: readonly ColumnSchema[] = [
  column("obs_id", "int32", "Simulation run"),
  column("run_number", "int32", "Number of the run"),
  column("corsika_version", "int64", "CORSIKA version * 1000; 0: not CORSIKA"),
  column("simtel_version", "int64", "sim_telarray version * 1000; 0: not sim_telarray"),
  column("energy_range_min", "float32", "Lowest energy of the primary", "TeV"),
  column("energy_range_max", "float32", "Highest energy of the primary", "TeV"),
  column("prod_site_B_total", "float64", "Total geomagnetic field", "uT"),
  column("prod_site_B_declination", "float64", "Magnetic declination", "rad"),
  column("prod_site_B_inclination", "float64", "Magnetic inclination", "rad"),
  column("prod_site_alt", "float64", "Height of the site over the sea", "m"),
  column("spectral_index", "float64", "Index of the power law of the energies"),
  column("shower_prog_start", "int64", "Date of the run, seconds since 1970"),
  column("shower_prog_id", "int64", "Program of the showers; 0: cherenkit"),
  column("detector_prog_start", "int64", "Date of the run, seconds since 1970"),
  column("detector_prog_id", "int64", "Program of the telescopes; 0: cherenkit"),
  column("n_showers", "int64", "Showers thrown"),
  column("shower_reuse", "int64", "Uses of each shower"),
  column("max_alt", "float64", "Highest altitude of the pointing", "rad"),
  column("min_alt", "float64", "Lowest altitude of the pointing", "rad"),
  column("max_az", "float32", "Largest azimuth of the pointing", "rad"),
  column("min_az", "float32", "Smallest azimuth of the pointing", "rad"),
  column("diffuse", "int64", "Directions fill a cone"),
  column("max_viewcone_radius", "float32", "Half angle of the cone", "deg"),
  column("min_viewcone_radius", "float32", "Half angle left out of the cone", "deg"),
  column("max_scatter_range", "float32", "Largest distance of a core", "m"),
  column("min_scatter_range", "float32", "Smallest distance of a core", "m"),
  column("core_pos_mode", "int64", "Cores in a circle (0) or a rectangle (1)"),
  column("atmosphere", "int64", "Atmospheric model; 1: U.S. standard atmosphere"),
  column("corsika_iact_options", "int64", "CORSIKA options; 0: none"),
  column("corsika_low_E_model", "int64", "CORSIKA model of low energies; 0: none"),
  column("corsika_high_E_model", "int64", "CORSIKA model of high energies; 0: none"),
  column("corsika_bunchsize", "float64", "Photons per bunch"),
  column("corsika_wlen_min", "float64", "Shortest wavelength of the light", "nm"),
  column("corsika_wlen_max", "float64", "Longest wavelength of the light", "nm"),
  column("corsika_low_E_detail", "int64", "CORSIKA detail of low energies; 0: none"),
  column("corsika_high_E_detail", "int64", "CORSIKA detail of high energies; 0: none"),
];

export const pointingColumns: readonly ColumnSchema[] = [
  obsId,
  { name: "tel_id", type: "int64", description: "Telescope ID" },
  prefixed("telescope_pointing", column("azimuth", "float32", "Azimuth from north through east", "rad")),
  prefixed("telescope_pointing", column("altitude", "float64", "Altitude", "rad")),
];

export const schedulingColumns: readonly ColumnSchema[] = [
  { name: "sb_id", type: "uint64", description: "Scheduling block ID" },
  { name: "sb_type", type: "int64", description: "Type", metadata: enumeration("SchedulingBlockType") },
  text("producer_id", 10, "Origin of the sb_id"),
  { name: "observing_mode", type: "int64", description: "Mode", metadata: enumeration("ObservingMode") },
  { name: "pointing_mode", type: "int64", description: "How drives move", metadata: enumeration("PointingMode") },
];

export const observationColumns: readonly ColumnSchema[] = [
  { name: "obs_id", type: "uint64", description: "Observation Block ID" },
  { name: "sb_id", type: "uint64", description: "ID of the parent SchedulingBlock" },
  text("producer_id", 10, "Origin of the obs_id"),
  { name: "state", type: "int64", description: "State", metadata: enumeration("ObservationBlockState") },
  column("subarray_pointing_lat", "float64", "Latitude of the pointing", "deg"),
  column("subarray_pointing_lon", "float64", "Longitude of the pointing", "deg"),
  {
    name: "subarray_pointing_frame",
    type: "int64",
    description: "Frame of the pointing",
    metadata: enumeration("CoordinateFrameType"),
  },
  column("scheduled_duration", "float64", "Expected duration", "min"),
  { name: "scheduled_start_time", type: "float64", description: "Expected start", metadata: modifiedJulianDate },
  { name: "actual_start_time", type: "float64", description: "True start", metadata: modifiedJulianDate },
  column("actual_duration", "float64", "True duration", "min"),
];

export const distributionColumns = (energies: number, distances: number): ColumnSchema[] => [
  obsId,
  { name: "hist_id", type: "int64", description: "Histogram ID" },
  { name: "n_entries", type: "int64", description: "Showers in the histogram" },
  {
    name: "bins_energy",
    type: "float64",
    itemShape: [energies + 1],
    unit: "TeV",
    description: "Edges of the energy bins",
  },
  {
    name: "bins_core_dist",
    type: "float64",
    itemShape: [distances + 1],
    unit: "m",
    description: "Edges of the bins of the core's distance",
  },
  { name: "histogram", type: "float32", itemShape: [energies, distances], description: "Showers thrown" },
];

export const showerColumns: readonly ColumnSchema[] = [
  ...eventIndex,
  ...[
    column("energy", "float64", "Simulated energy", "TeV"),
    column("alt", "float64", "Simulated altitude", "deg"),
    column("az", "float64", "Simulated azimuth", "deg"),
    column("core_x", "float64", "Simulated core, to the north", "m"),
    column("core_y", "float64", "Simulated core, to the west", "m"),
    column("h_first_int", "float64", "Height of the first interaction", "m"),
    column("x_max", "float64", "Slant depth of the shower's maximum", "g.cm**-2"),
    column("starting_grammage", "float64", "Depth where the particle was injected", "g.cm**-2"),
    column("shower_primary_id", "int64", "Primary: 0 gamma, 1 electron, 2 muon, 101 proton"),
  ].map((one) => prefixed("true", one)),
];

export const impactColumns: readonly ColumnSchema[] = [
  ...telescopeIndex,
  {
    ...column("true_impact_distance", "float64", "Distance of the telescope to the shower's axis", "m"),
    metadata: { NAME: "distance" },
  },
  {
    ...column("true_impact_distance_uncert", "float64", "Uncertainty of the distance", "m"),
    metadata: { NAME: "distance_uncert" },
  },
];

function timeColumn(model: DataModel, description: string): ColumnSchema {
  return model === "v6.0.0"
    ? { name: "time", type: "float64", description, metadata: modifiedJulianDate }
    : { name: "time", type: "uint32", itemShape: [2], description, metadata: highResolutionTime };
}

const eventType: ColumnSchema = {
  name: "event_type",
  type: "int64",
  description: "Event type",
  metadata: enumeration("EventType"),
};

export const subarrayTriggerColumns = (model: DataModel, telescopes: number): ColumnSchema[] => [
  ...eventIndex,
  timeColumn(model, "Central time"),
  {
    name: "tels_with_trigger",
    type: "bool",
    itemShape: [telescopes],
    description: "Telescopes that triggered",
    metadata: { TRANSFORM: "tel_list_to_mask" },
  },
  eventType,
];

export const telescopeTriggerColumns = (model: DataModel): ColumnSchema[] => [
  ...telescopeIndex,
  timeColumn(model, "Trigger time"),
  { name: "n_trigger_pixels", type: "int64", description: "Trigger groups listed" },
  ...(model === "v7.6.0" ? [eventType] : []),
];

export const imageColumns = (pixels: number): ColumnSchema[] => [
  ...telescopeIndex,
  { name: "image", type: "float32", itemShape: [pixels], description: "Charge of each pixel in p.e." },
  { name: "peak_time", type: "float32", itemShape: [pixels], description: "Time of each pixel's pulse in ns" },
  { name: "image_mask", type: "bool", itemShape: [pixels], description: "Pixels that passed the cleaning" },
  { name: "is_valid", type: "bool", description: "The image could be extracted" },
];

/** A column of the parameter table, and where its values come from. */
export interface ParameterColumn<Parameters> {
  readonly schema: ColumnSchema;
  readonly value: (parameters: Parameters) => number;
}

function parameter<Parameters = ChargeParameters>(
  prefix: string,
  name: string,
  type: "int64" | "float32" | "float64",
  value: (parameters: Parameters) => number,
  description: string,
  unit?: string,
): ParameterColumn<Parameters> {
  return { schema: prefixed(prefix, column(name, type, description, unit)), value };
}

function statistics<Parameters>(
  prefix: string,
  of: (parameters: Parameters) => ImageStatistics,
): ParameterColumn<Parameters>[] {
  return [
    parameter(prefix, "max", "float32", (p) => of(p).max, "Largest value"),
    parameter(prefix, "min", "float32", (p) => of(p).min, "Smallest value"),
    parameter(prefix, "mean", "float32", (p) => of(p).mean, "Mean"),
    parameter(prefix, "std", "float32", (p) => of(p).std, "Standard deviation"),
    parameter(prefix, "skewness", "float64", (p) => of(p).skewness, "Skewness"),
    parameter(prefix, "kurtosis", "float64", (p) => of(p).kurtosis, "Excess kurtosis"),
  ];
}

const hillasColumns: readonly ParameterColumn<ChargeParameters>[] = [
  parameter("hillas", "intensity", "float64", (p) => p.hillas.intensity, "Charge of the image in p.e."),
  parameter("hillas", "skewness", "float64", (p) => p.hillas.skewness, "Skewness along the major axis"),
  parameter("hillas", "kurtosis", "float64", (p) => p.hillas.kurtosis, "Kurtosis along the major axis"),
  parameter("hillas", "fov_lon", "float64", (p) => p.hillas.fovLonDeg, "Longitude of the centre of gravity", "deg"),
  parameter("hillas", "fov_lat", "float64", (p) => p.hillas.fovLatDeg, "Latitude of the centre of gravity", "deg"),
  parameter("hillas", "r", "float64", (p) => p.hillas.rDeg, "Distance of the centroid from the pointing", "deg"),
  parameter("hillas", "phi", "float64", (p) => p.hillas.phiDeg, "Polar angle of the centroid", "deg"),
  parameter("hillas", "length", "float64", (p) => p.hillas.lengthDeg, "Spread along the major axis", "deg"),
  parameter("hillas", "length_uncertainty", "float64", (p) => p.hillas.lengthUncertaintyDeg, "Its error", "deg"),
  parameter("hillas", "width", "float64", (p) => p.hillas.widthDeg, "Spread along the minor axis", "deg"),
  parameter("hillas", "width_uncertainty", "float64", (p) => p.hillas.widthUncertaintyDeg, "Its error", "deg"),
  parameter("hillas", "psi", "float64", (p) => p.hillas.psiDeg, "Angle of the major axis", "deg"),
  parameter("hillas", "psi_uncertainty", "float64", (p) => p.hillas.psiUncertaintyDeg, "Its error", "deg"),
  parameter(
    "hillas",
    "transverse_cog_uncertainty",
    "float64",
    (p) => p.hillas.transverseCogUncertaintyDeg,
    "Error of the centre of gravity across the major axis",
    "deg",
  ),
];

const timingColumns: readonly ParameterColumn<ImageParameters>[] = [
  parameter<ImageParameters>(
    "timing",
    "intercept",
    "float64",
    (p) => p.timing.interceptNs,
    "Time at the centre of gravity in ns",
  ),
  parameter<ImageParameters>(
    "timing",
    "deviation",
    "float64",
    (p) => p.timing.deviationNs,
    "Spread about the line in ns",
  ),
  parameter<ImageParameters>(
    "timing",
    "slope",
    "float64",
    (p) => p.timing.slopeNsPerDeg,
    "Slope along the major axis",
    "deg**-1",
  ),
];

const shapeColumns: readonly ParameterColumn<ChargeParameters>[] = [
  parameter("leakage", "pixels_width_1", "float64", (p) => p.leakage.pixelsWidth1, "Pixels in the outermost ring"),
  parameter("leakage", "pixels_width_2", "float64", (p) => p.leakage.pixelsWidth2, "Pixels in the two outermost rings"),
  parameter(
    "leakage",
    "intensity_width_1",
    "float32",
    (p) => p.leakage.intensityWidth1,
    "Charge in the outermost ring",
  ),
  parameter(
    "leakage",
    "intensity_width_2",
    "float32",
    (p) => p.leakage.intensityWidth2,
    "Charge in the two outermost rings",
  ),
  parameter("concentration", "cog", "float64", (p) => p.concentration.cog, "Charge about the centre of gravity"),
  parameter("concentration", "core", "float64", (p) => p.concentration.core, "Charge inside the Hillas ellipse"),
  parameter("concentration", "pixel", "float64", (p) => p.concentration.pixel, "Charge of the brightest pixel"),
  parameter("morphology", "n_pixels", "int64", (p) => p.morphology.pixels, "Kept pixels"),
  parameter("morphology", "n_islands", "int64", (p) => p.morphology.islands, "Islands"),
  parameter("morphology", "n_small_islands", "int64", (p) => p.morphology.smallIslands, "Islands of at most 2 pixels"),
  parameter("morphology", "n_medium_islands", "int64", (p) => p.morphology.mediumIslands, "Islands of 3 to 50 pixels"),
  parameter("morphology", "n_large_islands", "int64", (p) => p.morphology.largeIslands, "Islands of over 50 pixels"),
  ...statistics<ChargeParameters>("intensity", (p) => p.intensity),
];

/** Parameters in the order of ctapipe's table. */
export const parameterColumns: readonly ParameterColumn<ImageParameters>[] = [
  ...hillasColumns,
  ...timingColumns,
  ...shapeColumns,
  ...statistics<ImageParameters>("peak_time", (p) => p.peakTime),
  parameter<ImageParameters>("core", "psi", "float64", () => Number.NaN, "Direction of the image on the ground", "deg"),
];

/** Parameters of the light without noise, `true_` before their names. */
export const trueParameterColumns: readonly ParameterColumn<ChargeParameters>[] = [
  ...hillasColumns,
  ...shapeColumns,
].map((one) => ({ ...one, schema: { ...one.schema, name: `true_${one.schema.name}` } }));

/** Columns of a table of parameters. */
export function parameterTableColumns(columns: readonly { readonly schema: ColumnSchema }[]): ColumnSchema[] {
  return [...telescopeIndex, ...columns.map(({ schema }) => schema)];
}

export const trueImageColumns = (pixels: number): ColumnSchema[] => [
  ...telescopeIndex,
  { name: "true_image_sum", type: "int32", description: "Photo-electrons of the shower" },
  { name: "true_image", type: "int32", itemShape: [pixels], description: "Photo-electrons of each pixel" },
];
