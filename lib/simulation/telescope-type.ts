import { digiCam } from "../camera/digicam.js";
import type { CameraGeometry } from "../camera/geometry.js";
import { lstCam, nectarCam } from "../camera/module-camera.js";
import type { TailcutsOptions } from "../camera/tailcuts-clean.js";

/** Mirror, camera and readout of one kind of telescope. */
export interface TelescopeType {
  readonly size: "SST" | "MST" | "LST";
  readonly opticsName: string;
  readonly reflectorShape: "DAVIES_COTTON" | "PARABOLIC" | "HYBRID";
  readonly focalLengthM: number;
  /** Focal length that includes the mirror's aberrations, m. */
  readonly effectiveFocalLengthM: number;
  readonly mirrorAreaM2: number;
  readonly mirrorTiles: number;
  readonly camera: CameraGeometry;
  /**
   * Share of the Cherenkov photons of 300 to 550 nm on the mirror that become photo-electrons: mirror, window, light
   * guides, sensors and shadows together. Set by the charges of the official simulations.
   */
  readonly efficiency: number;
  /** Spread of a point by the mirror, deg, in the middle of the field of view, and its growth with the squared distance. */
  readonly pointSpread: { readonly middleDeg: number; readonly growthPerDeg: number };
  readonly readout: Readout;
  /** Tail cuts of the DL1 parameters and masks. */
  readonly cleaning: TailcutsOptions;
}

/** What trigger and electronics make of photo-electrons. */
export interface Readout {
  readonly samples: number;
  readonly sampleNs: number;
  /** Pulse of one photo-electron: half widths at the rise and the fall as of a normal distribution, ns. */
  readonly pulse: { readonly riseNs: number; readonly fallNs: number };
  /** Photo-electrons that a pixel and its neighbours must have together to trigger. */
  readonly triggerElectrons: number;
  /** Time of the triggering light in the readout, ns. */
  readonly triggerNs: number;
  /** Chance of a photo-electron to fire a neighbouring cell of the sensor too; charges are corrected for its mean. */
  readonly crosstalk: number;
  /** Spread of the charge of one photo-electron. */
  readonly gainSpread: number;
  /** Charge of a pixel without light of a shower: spread under a dark sky and of the electronics alone, p.e. */
  readonly noise: { readonly spread: number; readonly electronics: number; readonly shape: number };
  /** Mean charge of the night sky's highest pulse during a readout in the neighbours of a pixel together, p.e. */
  readonly nightSkyPeak: number;
  /** Samples that are summed to a charge. */
  readonly windowSamples: number;
  /** Share of a pulse outside of its window, times the root of the photo-electrons in a pixel and its neighbours. */
  readonly windowLoss: number;
  /** Resolution of a pulse's time, ns: for one photo-electron, falling with the root of their number, and for many. */
  readonly timeNoiseNs: number;
  readonly timeFloorNs: number;
}

/** Tail cuts of the SST-1M analysis (sst1mpipe): 8 p.e. with two such neighbours, 4 p.e. beside them. */
export const usualCleaning: TailcutsOptions = { pictureThreshold: 8, boundaryThreshold: 4, minPictureNeighbours: 2 };

/** SST-1M: Davies-Cotton mirror and DigiCam of silicon photomultipliers (sst1mpipe; A&A 699 (2025) A255). */
export function sst1m(): TelescopeType {
  return {
    size: "SST",
    opticsName: "1M",
    reflectorShape: "DAVIES_COTTON",
    focalLengthM: 5.6,
    effectiveFocalLengthM: 5.697,
    mirrorAreaM2: 9.418,
    mirrorTiles: 18,
    camera: digiCam(),
    efficiency: 0.125,
    pointSpread: { middleDeg: 0.045, growthPerDeg: 0.0025 },
    readout: {
      samples: 50,
      sampleNs: 4,
      pulse: { riseNs: 6, fallNs: 7 },
      triggerElectrons: 65,
      triggerNs: 52,
      crosstalk: 0.08,
      gainSpread: 0.33,
      noise: { spread: 0.9, electronics: 0.3, shape: 4 },
      nightSkyPeak: 3.9,
      windowSamples: 7,
      windowLoss: 0.35,
      timeNoiseNs: 0.9,
      timeFloorNs: 0.25,
    },
    cleaning: usualCleaning,
  };
}

/** Large-Sized Telescope: parabolic mirror of 23 m and photomultipliers. */
export function lst(): TelescopeType {
  return {
    size: "LST",
    opticsName: "LST",
    reflectorShape: "PARABOLIC",
    focalLengthM: 28,
    effectiveFocalLengthM: 29.237,
    mirrorAreaM2: 386.97,
    mirrorTiles: 198,
    camera: lstCam(),
    efficiency: 0.155,
    pointSpread: { middleDeg: 0.045, growthPerDeg: 0.008 },
    readout: {
      ...photomultipliers,
      samples: 40,
      triggerElectrons: 45,
      triggerNs: 13.5,
      nightSkyPeak: 5.5,
      windowLoss: 0.9,
    },
    cleaning: usualCleaning,
  };
}

/** Medium-Sized Telescope with NectarCam. */
export function mst(): TelescopeType {
  return {
    size: "MST",
    opticsName: "MST",
    reflectorShape: "HYBRID",
    focalLengthM: 16,
    effectiveFocalLengthM: 16.445,
    mirrorAreaM2: 106.26,
    mirrorTiles: 86,
    camera: nectarCam(),
    efficiency: 0.17,
    pointSpread: { middleDeg: 0.04, growthPerDeg: 0.003 },
    readout: { ...photomultipliers, samples: 60, triggerElectrons: 60, triggerNs: 17 },
    cleaning: usualCleaning,
  };
}

const photomultipliers: Readout = {
  samples: 60,
  sampleNs: 1,
  pulse: { riseNs: 1.2, fallNs: 1.5 },
  triggerElectrons: 60,
  triggerNs: 17,
  crosstalk: 0,
  gainSpread: 0.45,
  noise: { spread: 1.25, electronics: 0.5, shape: 4 },
  nightSkyPeak: 9,
  windowSamples: 7,
  windowLoss: 1.2,
  timeNoiseNs: 0.7,
  timeFloorNs: 0.2,
};

/** Radius of a round mirror of this area, m. */
export function mirrorRadiusM({ mirrorAreaM2 }: TelescopeType): number {
  return Math.sqrt(mirrorAreaM2 / Math.PI);
}

/** Spread of a point in the camera by the mirror facets, deg. */
export function pointSpreadDeg({ pointSpread }: TelescopeType, lonDeg: number, latDeg: number): number {
  return pointSpread.middleDeg + pointSpread.growthPerDeg * (lonDeg * lonDeg + latDeg * latDeg);
}
