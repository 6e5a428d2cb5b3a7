import { type CameraGeometry, derotate } from "../camera/geometry.js";
import { InputError } from "../errors.js";
import { numbers, type Table } from "../hdf5/column.js";
import type { Hdf5File } from "../hdf5/hdf5-file.js";
import type { TableReader } from "../hdf5/table-reader.js";

export interface Telescope {
  readonly id: number;
  readonly name: string;
  /** ctapipe's type string, `<size>_<optics>_<camera>`, e.g. `SST_1M_DigiCam`. */
  readonly type: string;
  /** Position on the ground, m: north, west, up. */
  readonly positionM: readonly [number, number, number];
  readonly cameraIndex: number;
  readonly equivalentFocalLengthM: number;
  /** NaN where the file does not know it. */
  readonly effectiveFocalLengthM: number;
}

/** Telescopes and cameras of a file. */
export interface Subarray {
  readonly name: string;
  /** In the order of the file, which is the order of its telescope masks. */
  readonly telescopes: readonly Telescope[];
  /** By `cameraIndex`; pixels are turned back by CAM_ROT. */
  readonly cameras: ReadonlyMap<number, CameraGeometry>;
}

const layoutPath = "/configuration/instrument/subarray/layout";
const opticsPath = "/configuration/instrument/telescope/optics";

function texts(table: Table, name: string): string[] {
  const data = table.columns.get(name)?.data;
  return Array.isArray(data) ? data : Array.from({ length: table.rows }, () => "");
}

function values(table: Table, name: string): Float64Array {
  const column = table.columns.get(name);
  return column ? numbers(column) : new Float64Array(table.rows).fill(Number.NaN);
}

/** Values of a column that must be there. */
function required(table: TableReader, read: Table, name: string): Float64Array {
  return numbers(read.columns.get(name) ?? table.read({ columns: [name] }).columns.get(name)!);
}

function readCamera(file: Hdf5File, index: number): CameraGeometry {
  const path = `/configuration/instrument/telescope/camera/geometry_${index}`;
  const reader = file.table(path);
  const table = reader.read({ columns: ["pix_x", "pix_y", "pix_area"] });
  const [PIX_TYPE, PIX_ROT, CAM_ROT, CAM_ID] = ["PIX_TYPE", "PIX_ROT", "CAM_ROT", "CAM_ID"].map((name) =>
    reader.attribute(name),
  );
  const pixelType = String(PIX_TYPE);
  if (pixelType !== "hexagon" && pixelType !== "square" && pixelType !== "circle") {
    throw new InputError(`${file.path}: the pixels of camera ${String(CAM_ID)} are of unknown shape ${pixelType}`, {
      place: `${file.path}:${path}`,
      remedy: "hexagon, square and circle are known",
    });
  }
  return derotate({
    name: String(CAM_ID),
    pixelType,
    pixelX: values(table, "pix_x"),
    pixelY: values(table, "pix_y"),
    pixelArea: values(table, "pix_area"),
    pixelRotationDeg: Number(PIX_ROT ?? 0),
    cameraRotationDeg: Number(CAM_ROT ?? 0),
  });
}

/** @throws {InputError} when the file has no array description, or a camera without geometry. */
export function readSubarray(file: Hdf5File): Subarray {
  if (file.kind(layoutPath) !== "table" || file.table(layoutPath).rows === 0) {
    throw new InputError(`${file.path} describes no telescopes`, {
      place: `${file.path}:${layoutPath}`,
      remedy: "give a DL1 or DL2 file written by ctapipe",
    });
  }
  const layoutTable = file.table(layoutPath);
  const layout = layoutTable.read();
  const optics = file.table(opticsPath).read();
  const sizes = texts(layout, "type");
  const cameraNames = texts(layout, "camera_name");
  const opticsNames = texts(layout, "optics_name");
  const [x, y, z] = ["pos_x", "pos_y", "pos_z"].map((name) => values(layout, name));
  const cameraIndex = required(layoutTable, layout, "camera_index");
  const opticsIndex = required(layoutTable, layout, "optics_index");
  const equivalent = values(optics, "equivalent_focal_length");
  const effective = values(optics, "effective_focal_length");
  const names = texts(layout, "name");
  const telescopes = Array.from(
    required(layoutTable, layout, "tel_id"),
    (id, i): Telescope => ({
      id,
      name: names[i]!,
      type: `${sizes[i]}_${opticsNames[i]}_${cameraNames[i]}`,
      positionM: [x![i]!, y![i]!, z![i]!],
      cameraIndex: cameraIndex[i]!,
      equivalentFocalLengthM: equivalent[opticsIndex[i]!] ?? Number.NaN,
      effectiveFocalLengthM: effective[opticsIndex[i]!] ?? Number.NaN,
    }),
  );
  const cameras = new Map([...new Set(cameraIndex)].sort().map((index) => [index, readCamera(file, index)] as const));
  const name = layoutTable.attribute("name") ?? layoutTable.attribute("SUBARRAY") ?? "";
  return { name: String(name), telescopes, cameras };
}

/**
 * Focal length that turns angles into metres in the camera.
 * @throws {InputError} when the file does not know the wanted one.
 */
export function focalLengthM(telescope: Telescope, choice: "effective" | "equivalent", place: string): number {
  const focal = choice === "effective" ? telescope.effectiveFocalLengthM : telescope.equivalentFocalLengthM;
  if (Number.isFinite(focal)) return focal;
  throw new InputError(`${place}: telescope ${telescope.id} (${telescope.type}) has no ${choice} focal length`, {
    place,
    remedy: choice === "effective" ? "set focal_length_choice: EQUIVALENT in the configuration" : "check the file",
  });
}

/** What differs between two arrays in a way that matters for images, or null. */
export function subarrayDifference(a: Subarray, b: Subarray): string | null {
  const ids = (subarray: Subarray): string => subarray.telescopes.map(({ id }) => id).join(", ");
  if (ids(a) !== ids(b)) return `telescopes ${ids(a)} and ${ids(b)}`;
  for (const [i, first] of a.telescopes.entries()) {
    const second = b.telescopes[i]!;
    if (first.type !== second.type) return `telescope ${first.id} is ${first.type} and ${second.type}`;
    if (first.positionM.some((value, k) => Math.abs(value - second.positionM[k]!) > 1e-3)) {
      return `telescope ${first.id} stands at (${first.positionM.join(", ")}) m and (${second.positionM.join(", ")}) m`;
    }
    const cameras = [a.cameras.get(first.cameraIndex), b.cameras.get(second.cameraIndex)];
    const difference = cameraDifference(cameras[0], cameras[1]);
    if (difference) return `the camera of telescope ${first.id}: ${difference}`;
  }
  return null;
}

/** What differs between two cameras, or null. */
export function cameraDifference(a: CameraGeometry | undefined, b: CameraGeometry | undefined): string | null {
  if (!a || !b) return a === b ? null : "only one has a geometry";
  if (a.pixelX.length !== b.pixelX.length) return `${a.pixelX.length} and ${b.pixelX.length} pixels`;
  const rotation = Math.abs(a.pixelRotationDeg - b.pixelRotationDeg);
  if (rotation > 1e-3) return `pixels turned by ${a.pixelRotationDeg} and ${b.pixelRotationDeg} degrees`;
  const width = Math.sqrt(a.pixelArea[0] ?? 1);
  for (let i = 0; i < a.pixelX.length; i++) {
    const distance = Math.hypot(a.pixelX[i]! - b.pixelX[i]!, a.pixelY[i]! - b.pixelY[i]!);
    if (distance > 0.01 * width) return `pixel ${i} lies ${(distance * 1000).toPrecision(3)} mm apart`;
  }
  return null;
}
