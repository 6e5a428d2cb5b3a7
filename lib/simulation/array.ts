import { digiCam } from "../camera/digicam.js";
import type { CameraGeometry } from "../camera/geometry.js";

export interface Telescope {
  readonly id: number;
  readonly name: string;
  /** Place in the array's frame, m: x to the north, y to the west, z up. */
  readonly xM: number;
  readonly yM: number;
  readonly zM: number;
}

export interface TelescopeArray {
  readonly name: string;
  readonly telescopes: readonly Telescope[];
  readonly camera: CameraGeometry;
  readonly opticsName: string;
  readonly focalLengthM: number;
  /** Focal length that includes the mirror's aberrations, m. */
  readonly effectiveFocalLengthM: number;
  readonly mirrorAreaM2: number;
  readonly mirrorTiles: number;
  /** Site of the array's centre. */
  readonly longitudeDeg: number;
  readonly latitudeDeg: number;
  readonly heightM: number;
  /** Geomagnetic field at the site: total, µT; inclination and declination, rad. */
  readonly field: { readonly totalUT: number; readonly inclinationRad: number; readonly declinationRad: number };
  /** Readout: samples of this length, ns. */
  readonly samples: number;
  readonly sampleNs: number;
}

/**
 * The two SST-1M telescopes at Ondřejov, 155 m apart, as sst1mpipe's array description gives them
 * (Davies-Cotton mirrors of 9.4 m², f = 5.6 m; A&A 699 (2025) A255).
 */
export function sst1mArray(): TelescopeArray {
  return {
    name: "SST1M-Ondrejov",
    telescopes: [
      { id: 1, name: "SST-1M-1", xM: -71.38, yM: -30.43, zM: -1.43 },
      { id: 2, name: "SST-1M-2", xM: 71.38, yM: 30.43, zM: 1.42 },
    ],
    camera: digiCam(),
    opticsName: "1M",
    focalLengthM: 5.6,
    effectiveFocalLengthM: 5.697,
    mirrorAreaM2: 9.418,
    mirrorTiles: 18,
    longitudeDeg: 14.782501,
    latitudeDeg: 49.912442,
    heightM: 511.2,
    field: { totalUT: 49.3, inclinationRad: 1.152, declinationRad: 0.084 },
    samples: 50,
    sampleNs: 4,
  };
}
