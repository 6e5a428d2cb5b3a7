import { version } from "../config/version.js";
import { degPerRad } from "../coordinates/angle.js";
import type { Hdf5Writer } from "../hdf5/writer.js";
import { type TelescopeArray, telescopeTypes } from "./array.js";
import type { DataModel } from "./data-model.js";
import { geometryColumns, layoutColumns, opticsColumns, readoutColumns } from "./dl1-columns.js";
import { referencePulse } from "./reference-pulse.js";
import type { Site } from "./site.js";
import type { TelescopeType } from "./telescope-type.js";

/** Geocentric place of a site (WGS 84), m. */
function itrs({ longitudeDeg, latitudeDeg, heightM }: Site): [number, number, number] {
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

/** Lengths of the longest texts of each column. */
function longestTexts(columns: Readonly<Record<string, readonly string[]>>): Record<string, number> {
  return Object.fromEntries(Object.entries(columns).map(([name, texts]) => [name, longest(texts)]));
}

/** What a telescope is called: SST_1M_DigiCam. */
function description({ size, opticsName, camera }: TelescopeType): string {
  return [size, opticsName, camera.name].join("_");
}

/** Writes what ctapipe's SubarrayDescription is made of. */
export function writeInstrument(file: Hdf5Writer, array: TelescopeArray, model: DataModel): void {
  const { telescopes } = array;
  const types = telescopeTypes(array);
  const instrument = "/configuration/instrument";
  const origin = { ORIGIN: "cherenkit", SOFT_VER: version, SUBARRAY: array.name };
  const [x, y, z] = itrs(array.site);
  const layout = {
    name: telescopes.map(({ name }) => name),
    type: telescopes.map(({ type }) => type.size),
    camera_name: telescopes.map(({ type }) => type.camera.name),
    optics_name: telescopes.map(({ type }) => type.opticsName),
    tel_description: telescopes.map(({ type }) => description(type)),
  };
  file
    .table(`${instrument}/subarray/layout`, layoutColumns(longestTexts(layout)), {
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
      camera_index: telescopes.map(({ type }) => types.indexOf(type)),
      optics_index: telescopes.map(({ type }) => types.indexOf(type)),
    });
  const optics = {
    optics_name: types.map(({ opticsName }) => opticsName),
    size_type: types.map(({ size }) => size),
    reflector_shape: types.map(({ reflectorShape }) => reflectorShape),
  };
  file
    .table(`${instrument}/telescope/optics`, opticsColumns(longestTexts(optics)), {
      attributes: { ...origin, TAB_TYPE: "optics", TAB_VER: "4.0" },
    })
    .append({
      ...optics,
      mirror_area: types.map(({ mirrorAreaM2 }) => mirrorAreaM2),
      n_mirrors: types.map(() => 1),
      n_mirror_tiles: types.map(({ mirrorTiles }) => mirrorTiles),
      equivalent_focal_length: types.map(({ focalLengthM }) => focalLengthM),
      effective_focal_length: types.map(({ effectiveFocalLengthM }) => effectiveFocalLengthM),
    });
  for (const [index, type] of types.entries()) writeCamera(file, `${instrument}/telescope/camera`, index, type, model);
}

function writeCamera(file: Hdf5Writer, group: string, index: number, type: TelescopeType, model: DataModel): void {
  const { camera, readout } = type;
  file
    .table(`${group}/geometry_${index}`, geometryColumns, {
      attributes: {
        TAB_TYPE: "ctapipe.instrument.CameraGeometry",
        ...(model === "v7.6.0" ? { TAB_VER: "2.1", GRID: "hex" } : { TAB_VER: "2.0" }),
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
  const pulse = referencePulse(readout);
  file
    .table(`${group}/readout_${index}`, readoutColumns, {
      attributes: {
        TAB_TYPE: "ctapipe.instrument.CameraReadout",
        TAB_VER: "3.0",
        CAM_ID: camera.name,
        NCHAN: 1,
        NPIXELS: camera.pixelX.length,
        NSAMPLES: readout.samples,
        REFWIDTH: { type: "float64", value: pulse.stepNs },
        SAMPFREQ: { type: "float64", value: 1 / readout.sampleNs },
      },
    })
    .append({ reference_pulse_shape_channel0: pulse.shape, reference_pulse_sample_time: pulse.timeNs });
}
