import type { CameraGeometry } from "../../lib/camera/geometry.js";
import type { CameraImage } from "../../lib/figures/camera-traces.js";
import type { MappedImage } from "../../lib/figures/mapped-traces.js";

/** Hexagons of 2.32 cm across flats within a hexagonal camera, as in an SST-1M, standing on a corner. */
export function hexagonalCamera(rings: number = 20): CameraGeometry {
  const width = 0.0232;
  const x: number[] = [];
  const y: number[] = [];
  for (let q = -rings; q <= rings; q++) {
    for (let r = Math.max(-rings, -q - rings); r <= Math.min(rings, -q + rings); r++) {
      x.push(width * (q + r / 2));
      y.push((width * Math.sqrt(3) * r) / 2);
    }
  }
  return {
    name: "hexagons",
    pixelType: "hexagon",
    pixelX: Float64Array.from(x),
    pixelY: Float64Array.from(y),
    pixelArea: new Float64Array(x.length).fill((Math.sqrt(3) / 2) * width ** 2),
    pixelRotationDeg: 0,
    cameraRotationDeg: 0,
  };
}

/** `side` × `side` square pixels of 6 mm. */
export function squareCamera(side: number = 40): CameraGeometry {
  const width = 0.006;
  const place = (i: number): number => (i - (side - 1) / 2) * width;
  return {
    name: "squares",
    pixelType: "square",
    pixelX: Float64Array.from({ length: side * side }, (_, i) => place(i % side)),
    pixelY: Float64Array.from({ length: side * side }, (_, i) => place(Math.floor(i / side))),
    pixelArea: new Float64Array(side * side).fill(width ** 2),
    pixelRotationDeg: 0,
    cameraRotationDeg: 0,
  };
}

/** An elliptic shower in the camera, with its parameters and directions. */
export function sampleImage(geometry: CameraGeometry, focalLengthM: number): CameraImage {
  const deg = 180 / Math.PI / focalLengthM;
  const reach = Math.max(...geometry.pixelX) * deg;
  const hillas = {
    intensity: 1000,
    fovLonDeg: 0.3 * reach,
    fovLatDeg: -0.2 * reach,
    rDeg: 0.36 * reach,
    phiDeg: -33.7,
    lengthDeg: 0.16 * reach,
    lengthUncertaintyDeg: 0,
    widthDeg: 0.05 * reach,
    widthUncertaintyDeg: 0,
    psiDeg: 30,
    psiUncertaintyDeg: 0,
    transverseCogUncertaintyDeg: 0,
    skewness: 0,
    kurtosis: 3,
  };
  const turn = (30 * Math.PI) / 180;
  const values = Float64Array.from(geometry.pixelX, (x, i) => {
    const lon = geometry.pixelY[i]! * deg - hillas.fovLonDeg;
    const lat = x * deg - hillas.fovLatDeg;
    const along = (lon * Math.cos(turn) + lat * Math.sin(turn)) / hillas.lengthDeg;
    const across = (-lon * Math.sin(turn) + lat * Math.cos(turn)) / hillas.widthDeg;
    return 60 * Math.exp(-(along ** 2 + across ** 2) / 2) + 1.5 * Math.sin(i * 12.9898) ** 2;
  });
  return {
    geometry,
    focalLengthM,
    values,
    mask: values.map((value) => (value > 6 ? 1 : 0)),
    hillas,
    trueDirection: { fovLonDeg: -0.3 * reach, fovLatDeg: -0.5 * reach },
    predictedDirection: { fovLonDeg: -0.2 * reach, fovLatDeg: -0.46 * reach },
  };
}

export const sampleMapped: MappedImage = {
  height: 96,
  width: 96,
  channels: ["cleaned_image", "cleaned_relative_peak_time"],
  values: Float32Array.from({ length: 96 * 96 * 2 }, (_, i) => {
    const row = Math.floor(i / 192) - 40;
    const column = (Math.floor(i / 2) % 96) - 60;
    return (i % 2 === 0 ? 50 : 8) * Math.exp(-((row + column / 2) ** 2 / 20 + column ** 2 / 200));
  }),
};

/** Pulses of 40 samples in 50 pixels, brighter and later with their number. */
export function sampleTraces(): { values: Float32Array; samples: number } {
  const [pixels, samples] = [50, 40];
  const values = Float32Array.from({ length: pixels * samples }, (_, i) => {
    const [pixel, sample] = [Math.floor(i / samples), i % samples];
    return pixel * Math.exp(-((sample - 12 - pixel / 5) ** 2) / 8) + Math.sin(7 * i) / 2;
  });
  return { values, samples };
}
