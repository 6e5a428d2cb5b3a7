import { version } from "../config/version.js";
import { degPerRad } from "../coordinates/angle.js";
import type { Hdf5Writer } from "../hdf5/writer.js";
import type { TelescopeArray } from "./array.js";
import { geometryColumns, layoutColumns, opticsColumns, readoutColumns } from "./dl1-columns.js";
import { referencePulse } from "./reference-pulse.js";

/** Geocentric place of a site (WGS 84), m. */
function itrs({ longitudeDeg, latitudeDeg, heightM }: TelescopeArray): [number, number, number] {
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

/** Writes what ctapipe's SubarrayDescription is made of. */
export function writeInstrument(file: Hdf5Writer, array: TelescopeArray): void {
  const { telescopes, camera } = array;
  const instrument = "/configuration/instrument";
  const origin = { ORIGIN: "cherenkit", SOFT_VER: version, SUBARRAY: array.name };
  const [x, y, z] = itrs(array);
  const layout = {
    name: telescopes.map(({ name }) => name),
    type: telescopes.map(() => "SST"),
    camera_name: telescopes.map(() => camera.name),
    optics_name: telescopes.map(() => array.opticsName),
    tel_description: telescopes.map(() => `SST_${array.opticsName}_${camera.name}`),
  };
  const lengths = Object.fromEntries(Object.entries(layout).map(([name, texts]) => [name, longest(texts)]));
  file
    .table(`${instrument}/subarray/layout`, layoutColumns(lengths), {
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
      camera_index: telescopes.map(() => 0),
      optics_index: telescopes.map(() => 0),
    });
  const optics = { optics_name: [array.opticsName], size_type: ["SST"], reflector_shape: ["DAVIES_COTTON"] };
  const opticsLengths = Object.fromEntries(Object.entries(optics).map(([name, texts]) => [name, longest(texts)]));
  file
    .table(`${instrument}/telescope/optics`, opticsColumns(opticsLengths), {
      attributes: { ...origin, TAB_TYPE: "optics", TAB_VER: "4.0" },
    })
    .append({
      ...optics,
      mirror_area: [array.mirrorAreaM2],
      n_mirrors: [1],
      n_mirror_tiles: [array.mirrorTiles],
      equivalent_focal_length: [array.focalLengthM],
      effective_focal_length: [array.effectiveFocalLengthM],
    });
  file
    .table(`${instrument}/telescope/camera/geometry_0`, geometryColumns, {
      attributes: {
        TAB_TYPE: "ctapipe.instrument.CameraGeometry",
        TAB_VER: "2.0",
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
  const pulse = referencePulse();
  file
    .table(`${instrument}/telescope/camera/readout_0`, readoutColumns, {
      attributes: {
        TAB_TYPE: "ctapipe.instrument.CameraReadout",
        TAB_VER: "3.0",
        CAM_ID: camera.name,
        NCHAN: 1,
        NPIXELS: camera.pixelX.length,
        NSAMPLES: array.samples,
        REFWIDTH: { type: "float64", value: pulse.stepNs },
        SAMPFREQ: { type: "float64", value: 1 / array.sampleNs },
      },
    })
    .append({ reference_pulse_shape_channel0: pulse.shape, reference_pulse_sample_time: pulse.timeNs });
}
