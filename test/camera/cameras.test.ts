import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { buildMapper, mapperNames } from "../../lib/camera/build-mapper.js";
import { digiCam } from "../../lib/camera/digicam.js";
import { type CameraGeometry, rotateBack } from "../../lib/camera/geometry.js";
import type { ImageMapper } from "../../lib/camera/image-mapper.js";
import { mapImage } from "../../lib/camera/map-image.js";
import { needsData, sharedData } from "../shared-data.js";
import { readGeometry } from "./golden-geometry.js";
import { weightOfPixels } from "./matrix.js";

const folder = "geometry/json";
const files = existsSync(join(sharedData, folder)) ? readdirSync(join(sharedData, folder)) : [];
const hexagonal = mapperNames.filter((name) => name !== "SquareMapper");
const exact = ["OversamplingMapper", "AxialMapper", "ShiftingMapper", "SquareMapper", "HexagdlyMapper"];

/** A camera of `rings` rings around a pixel; `pitchM` from centre to centre, rows turned by `rotationDeg`. */
function hexagonalCamera(rings: number, pitchM: number, rotationDeg: number): CameraGeometry {
  const x: number[] = [];
  const y: number[] = [];
  for (let r = -rings; r <= rings; r++) {
    for (let q = -rings; q <= rings; q++) {
      if (Math.abs(q + r) > rings) continue;
      x.push(pitchM * (q + r / 2));
      y.push(pitchM * r * Math.sqrt(0.75));
    }
  }
  const turned = rotateBack(x, y, -rotationDeg);
  return {
    name: "NewCam",
    pixelType: "hexagon",
    pixelX: turned.x,
    pixelY: turned.y,
    pixelArea: new Float64Array(x.length).fill(Math.sqrt(0.75) * pitchM ** 2),
    pixelRotationDeg: rotationDeg,
    cameraRotationDeg: 0,
  };
}

/** Cells along the rows and along the places by which an image moves with its spot. */
interface Shift {
  readonly fourRows: readonly [number, number];
  readonly twoPixels: readonly [number, number];
}

const exactShifts: Readonly<Record<string, Shift>> = {
  OversamplingMapper: { fourRows: [8, 0], twoPixels: [0, 4] },
  ShiftingMapper: { fourRows: [4, 0], twoPixels: [0, 2] },
  AxialMapper: { fourRows: [4, -2], twoPixels: [0, 2] },
  HexagdlyMapper: { fourRows: [3, -2], twoPixels: [1, 2] },
};

/** Interpolated images span n rows and a margin of three rows on each side with 2n + 6 points. */
function shiftOf(mapper: ImageMapper): Shift {
  const rows = mapper.height / 2;
  const steps = mapper.height + 5;
  const fourRows = [(4 * steps) / (rows + 5), 0] as const;
  return exactShifts[mapper.name] ?? { fourRows, twoPixels: [0, (4 * steps) / (2 * rows + 11)] };
}

/** A round spot in the camera turned by its pixel rotation, and the pitch of the camera. */
function spotImages(camera: CameraGeometry): {
  pitchM: number;
  rowsAlongX: boolean;
  spot: (x: number, y: number) => Float32Array;
} {
  const { x, y } = rotateBack(camera.pixelX, camera.pixelY, camera.pixelRotationDeg);
  let pitchM = Number.POSITIVE_INFINITY;
  let direction = 0;
  for (let i = 1; i < x.length; i++) {
    const distance = Math.hypot(x[i]! - x[0]!, y[i]! - y[0]!);
    if (distance > pitchM - 1e-6) continue;
    pitchM = distance;
    direction = Math.atan2(y[i]! - y[0]!, x[i]! - x[0]!);
  }
  // Six neighbours stand at multiples of 60° from the rows.
  const turns = (direction / (Math.PI / 3)) % 1;
  const rowsAlongX = Math.abs(Math.abs(turns) - 0.5) < 0.1;
  const spot = (cx: number, cy: number): Float32Array =>
    Float32Array.from(
      x,
      (value, i) => 100 * Math.exp(-((value - cx) ** 2 + (y[i]! - cy) ** 2) / (2 * (2 * pitchM) ** 2)),
    );
  return { pitchM, rowsAlongX, spot };
}

interface Moments {
  readonly charge: number;
  readonly alongRows: number;
  readonly alongPlaces: number;
}

function momentsOf(mapper: ImageMapper, pixels: Float32Array, rowsAlongX: boolean): Moments {
  const image = new Float32Array(mapper.height * mapper.width);
  mapImage(mapper, pixels, 0, 1, image, 0);
  let [charge, x, y] = [0, 0, 0];
  for (const [cell, value] of image.entries()) {
    charge += value;
    x += value * (cell % mapper.width);
    y += value * Math.floor(cell / mapper.width);
  }
  const fromBottom = mapper.name === "HexagdlyMapper" ? y / charge : mapper.height - 1 - y / charge;
  return rowsAlongX
    ? { charge, alongRows: x / charge, alongPlaces: fromBottom }
    : { charge, alongRows: fromBottom, alongPlaces: x / charge };
}

function checkPixels(mapper: ImageMapper, name: string): void {
  const weights = weightOfPixels(mapper);
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  const [least, most] = [Math.min(...weights), Math.max(...weights)];
  const exact = ["OversamplingMapper", "AxialMapper", "ShiftingMapper", "SquareMapper", "HexagdlyMapper"].includes(
    name,
  );
  if (exact) assert.deepEqual([least, most], [1, 1], "each pixel's charge is kept exactly");
  else if (name === "BilinearMapper") {
    assert.ok(Math.abs(mean - 1) < 1e-5, `mean weight ${mean}`);
    assert.ok(least > 0.9 && most < 1.1, `weights from ${least} to ${most}`);
  } else if (name === "RebinMapper")
    assert.ok(least > 0.9 * mean && most < 1.1 * mean, `areas from ${least} to ${most}`);
  else if (name === "NearestNeighborMapper") assert.ok(least >= 2 && most <= 4, `cells from ${least} to ${most}`);
  else assert.ok(least > 0.4 * mean && most < 1.1 * mean, `weights from ${least} to ${most}, mean ${mean}`);
}

function checkSpots(mapper: ImageMapper, camera: CameraGeometry, name: string): void {
  const { pitchM, rowsAlongX, spot } = spotImages(camera);
  const row = pitchM * Math.sqrt(0.75);
  const at = (rows: number, pixels: number): Moments => {
    const [along, across] = [rows * row, pixels * pitchM];
    return momentsOf(mapper, rowsAlongX ? spot(along, across) : spot(across, along), rowsAlongX);
  };
  const [origin, higher, aside] = [at(0, 0), at(4, 0), at(0, 2)];
  const sum = spot(0, 0).reduce((total, value) => total + value, 0);
  // A spot covers the inner camera, whose pixels weigh more than those at its edge where the mapper smooths.
  const weights = [...weightOfPixels(mapper)].filter(
    (_, i) => Math.hypot(camera.pixelX[i]!, camera.pixelY[i]!) < 8 * pitchM,
  );
  const inner = weights.reduce((total, weight) => total + weight, 0) / weights.length;
  // Pixels of NearestNeighborMapper have two, three or four cells, as it happens.
  const tolerance = name === "NearestNeighborMapper" ? 0.1 : 0.02;
  for (const { charge } of [origin, higher, aside]) {
    assert.ok(Math.abs(charge / sum / inner - 1) < tolerance, `charge ${charge / sum}, pixels weigh ${inner}`);
  }
  const { fourRows, twoPixels } = shiftOf(mapper);
  const moved = (to: Moments): [number, number] => [
    to.alongRows - origin.alongRows,
    to.alongPlaces - origin.alongPlaces,
  ];
  for (const [found, wanted] of [
    [moved(higher), fourRows],
    [moved(aside), twoPixels],
  ] as const) {
    // HexagDLy's grid may run the other way along both axes.
    const sign = name === "HexagdlyMapper" && Math.sign(found[1]) !== Math.sign(wanted[1]) ? -1 : 1;
    const off = Math.hypot(found[0] - sign * wanted[0], found[1] - sign * wanted[1]);
    assert.ok(off < 0.25, `moved by ${found}, not by ${wanted}`);
  }
}

for (const file of files) {
  test(`${file}: no pixel is lost, charge is kept, and images move with their spots`, () => {
    const camera = readGeometry(`${folder}/${file}`);
    for (const name of camera.pixelType === "square" ? ["SquareMapper"] : hexagonal) {
      const mapper = buildMapper(name, camera);
      assert.ok(mapper.offsets.at(-1) === mapper.weights.length);
      checkPixels(mapper, name);
      if (name !== "SquareMapper") checkSpots(mapper, camera, name);
    }
  });
}

test("reference geometries are there", needsData(folder), () => assert.ok(files.length >= 13));

test("cameras nobody has seen work when their grid is regular, in any orientation and size", () => {
  for (const [rings, pitchM, rotationDeg] of [
    [5, 0.0094, 0],
    [12, 0.05, 17.3],
    [20, 0.0317, 90],
    [3, 0.25, -30],
    [9, 0.003, 41],
  ] as const) {
    const camera = hexagonalCamera(rings, pitchM, rotationDeg);
    for (const name of hexagonal) {
      const mapper = buildMapper(name, camera);
      assert.ok(
        weightOfPixels(mapper).every((weight) => weight > 0),
        `${name}, ${rings} rings: a pixel is lost`,
      );
      if (exact.includes(name)) checkPixels(mapper, name);
    }
  }
});

/** A camera of `modules` × `modules` square modules of 8 × 8 pixels with gaps between them, turned by `rotationDeg`. */
function squareCamera(
  modules: number,
  pitchM: number,
  rotationDeg: number,
  missing: readonly string[],
): CameraGeometry {
  const x: number[] = [];
  const y: number[] = [];
  for (let row = 0; row < 8 * modules; row++) {
    for (let column = 0; column < 8 * modules; column++) {
      const [above, right] = [row >> 3, column >> 3];
      if (missing.includes(`${above}/${right}`)) continue;
      x.push(column * pitchM + right * 0.4 * pitchM);
      y.push(row * pitchM + above * 0.4 * pitchM);
    }
  }
  const turned = rotateBack(x, y, -rotationDeg);
  return {
    name: "NewSiPM",
    pixelType: "square",
    pixelX: turned.x,
    pixelY: turned.y,
    pixelArea: new Float64Array(x.length).fill((0.95 * pitchM) ** 2),
    pixelRotationDeg: rotationDeg,
    cameraRotationDeg: 0,
  };
}

test("square pixels in modules, in any orientation and without some modules, have a cell each", () => {
  const corners = ["0/0", "0/5", "5/0", "5/5"];
  for (const [pitchM, rotationDeg, missing] of [
    [0.0064, 0, corners],
    [0.0064, 12.5, corners],
    [0.0067, -31, [...corners, "2/3"]],
    [0.05, 45, ["3/3"]],
  ] as const) {
    const camera = squareCamera(6, pitchM, rotationDeg, missing);
    const mapper = buildMapper("SquareMapper", camera);
    assert.equal(mapper.height, 48);
    checkPixels(mapper, "SquareMapper");
    assert.equal(mapper.weights.length, 64 * (36 - missing.length), "cells of missing modules stay empty");
    for (const name of hexagonal)
      assert.throws(() => buildMapper(name, camera), /has square pixels[\s\S]*SquareMapper/);
    // Turned without saying so its pixels form no rows.
    for (const turned of [13, 45, Math.atan(0.5) * 57.29577951]) {
      const silent = { ...camera, pixelRotationDeg: rotationDeg + turned };
      assert.throws(
        () => buildMapper("SquareMapper", silent),
        /NewSiPM do not stand in rows and columns[\s\S]*PIX_ROT/,
      );
    }
  }
});

test("a hexagonal camera without some modules of seven pixels keeps its grid and its charge", () => {
  for (const rotationDeg of [0, 10.893, 30]) {
    const whole = hexagonalCamera(15, 0.05, rotationDeg);
    // Two modules within the camera, one at its edge.
    const gone = new Set(
      [50, 331, 700].flatMap((middle) =>
        [...whole.pixelX.keys()].filter(
          (i) => Math.hypot(whole.pixelX[i]! - whole.pixelX[middle]!, whole.pixelY[i]! - whole.pixelY[middle]!) < 0.051,
        ),
      ),
    );
    assert.ok(gone.size >= 18);
    const keep = [...whole.pixelX.keys()].filter((i) => !gone.has(i));
    const pick = (values: Float64Array): Float64Array => Float64Array.from(keep, (i) => values[i]!);
    const camera = {
      ...whole,
      pixelX: pick(whole.pixelX),
      pixelY: pick(whole.pixelY),
      pixelArea: pick(whole.pixelArea),
    };
    for (const name of hexagonal) {
      const [mapper, full] = [buildMapper(name, camera), buildMapper(name, whole)];
      assert.equal(mapper.height, full.height, name);
      const [weights, before] = [weightOfPixels(mapper), weightOfPixels(full)];
      if (exact.includes(name)) checkPixels(mapper, name);
      else {
        // A pixel weighs what it weighed in the whole camera, but for those beside a hole and a factor for all.
        const ratios = keep.map((i, k) => weights[k]! / before[i]!);
        const usual = [...ratios].sort((a, b) => a - b)[ratios.length >> 1]!;
        const changed = ratios.filter((ratio) => Math.abs(ratio / usual - 1) > 1e-4).length;
        assert.ok(weights.every((weight) => weight > 0) && changed < 3 * 18, `${name}: ${changed} pixels weigh else`);
      }
    }
  }
});

test("rows stand along x as well as along y", () => {
  const usual = hexagonalCamera(8, 0.03, 0);
  const turned = { ...usual, pixelX: usual.pixelY, pixelY: usual.pixelX };
  for (const name of hexagonal.filter((other) => other !== "HexagdlyMapper")) {
    const [a, b] = [buildMapper(name, usual), buildMapper(name, turned)];
    const pixels = Float32Array.from({ length: a.pixels }, (_, i) => Math.sin(i) + 2);
    const [first, second] = [a, b].map((mapper) => {
      const image = new Float32Array(mapper.height * mapper.width);
      mapImage(mapper, pixels, 0, 1, image, 0);
      return image;
    }) as [Float32Array, Float32Array];
    for (let row = 0; row < a.height; row++) {
      for (let column = 0; column < a.width; column++) {
        // Swapping x and y mirrors the image at its rising diagonal.
        const [here, there] = [
          first[row * a.width + column]!,
          second[(a.width - 1 - column) * a.width + a.width - 1 - row]!,
        ];
        assert.ok(Math.abs(here - there) < 1e-4, `${name} at ${row}, ${column}: ${here} and ${there}`);
      }
    }
  }
});

test("a camera with a missing row, or a hole, is still mapped", () => {
  const whole = hexagonalCamera(10, 0.05, 10);
  const { y } = rotateBack(whole.pixelX, whole.pixelY, 10);
  const keep = [...whole.pixelX.keys()].filter((i) => Math.abs(y[i]!) > 0.01 && i !== 40);
  const pick = (values: Float64Array): Float64Array => Float64Array.from(keep, (i) => values[i]!);
  const camera = { ...whole, pixelX: pick(whole.pixelX), pixelY: pick(whole.pixelY), pixelArea: pick(whole.pixelArea) };
  for (const name of hexagonal) {
    const mapper = buildMapper(name, camera);
    assert.equal(mapper.height, buildMapper(name, whole).height, name);
    assert.ok(
      weightOfPixels(mapper).every((weight) => weight > 0),
      name,
    );
  }
});

test("positions may jitter by a few hundredths of a pixel", () => {
  const camera = hexagonalCamera(10, 0.0243, 30);
  const jitter = (values: Float64Array): Float64Array => values.map((value, i) => value + 2e-4 * Math.sin(7 * i));
  const shaken = { ...camera, pixelX: jitter(camera.pixelX), pixelY: jitter(camera.pixelY) };
  for (const name of hexagonal) checkPixels(buildMapper(name, shaken), name);
});

test("irregular cameras are refused, and the error names camera, reason and remedy", () => {
  const camera = hexagonalCamera(10, 0.05, 0);
  const scattered = { ...camera, pixelX: camera.pixelX.map((x, i) => x + 0.02 * Math.sin(31 * i)) };
  const turned = { ...camera, pixelRotationDeg: 13 };
  const doubled = { ...camera, pixelX: camera.pixelX.map((x, i) => (i === 7 ? camera.pixelX[8]! : x)) };
  const stretched = { ...camera, pixelY: camera.pixelY.map((y) => y + 0.3 * y * Math.abs(y)) };
  for (const [bad, why] of [
    [scattered, /NewCam do not stand on a regular hexagonal grid[\s\S]*PIX_ROT/],
    [turned, /turned by PIX_ROT 13° they form no rows/],
    [doubled, /pixel 8 stands on another/],
    [stretched, /distance between its rows or columns changes/],
  ] as const) {
    for (const name of hexagonal) assert.throws(() => buildMapper(name, bad), why, name);
  }
  const squares = { ...scattered, pixelType: "square" as const };
  assert.throws(() => buildMapper("SquareMapper", squares), /do not stand in rows and columns/);
});

test("mappers with one shape a camera refuse another, interpolating ones take any", () => {
  const camera = digiCam();
  assert.deepEqual(
    mapperNames.filter((name) => name !== "SquareMapper").map((name) => buildMapper(name, camera).height),
    [96, 96, 96, 96, 96, 48, 48, 48],
  );
  for (const name of ["BilinearMapper", "BicubicMapper", "NearestNeighborMapper", "RebinMapper"]) {
    for (const side of [20, 57, 128]) assert.equal(buildMapper(name, camera, side).height, side);
  }
  assert.equal(buildMapper("AxialMapper", camera, 48).height, 48);
  assert.throws(() => buildMapper("AxialMapper", camera, 96), /AxialMapper gives images of 48 × 48 for DigiCam/);
  assert.throws(() => buildMapper("SquareMapper", camera), /use BilinearMapper/);
  assert.throws(() => buildMapper("BilinearMapper", camera, 1), /too small/);
});
