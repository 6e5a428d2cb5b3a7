import assert from "node:assert/strict";
import { test } from "node:test";
import { RandomGenerator } from "../../lib/random/generator.js";
import { airColumn } from "../../lib/simulation/air-column.js";
import { density, heightOfThickness, thickness, transmission } from "../../lib/simulation/atmosphere.js";
import { cascadeMaximum, particlesAt } from "../../lib/simulation/cascade.js";
import {
  anglePlace,
  cherenkovAngle,
  energyGroups,
  heightShare,
  lightOfGroup,
  lightRow,
  totalLight,
  trackShareAbove,
} from "../../lib/simulation/cherenkov-light.js";
import { energy } from "../../lib/simulation/event.js";
import { depthOfMaximum, type Primary, simulateShower } from "../../lib/simulation/shower.js";

function assertNear(actual: number, expected: number, relative: number, what: string): void {
  assert.ok(Math.abs(actual / expected - 1) < relative, `${what}: ${actual}, expected ${expected}`);
}

test("the air has the pressure and density of the U.S. standard atmosphere of 1976", () => {
  // tabulated pressures in hPa, of which 0.980665 make 1 g/cm², and densities in kg/m³
  const table = [
    [0, 1013.25, 1.225],
    [2000, 794.95, 1.0065],
    [5000, 540.19, 0.73612],
    [10_000, 264.36, 0.41271],
    [20_000, 54.748, 0.08803],
    [30_000, 11.718, 0.018012],
  ] as const;
  for (const [height, pressure, kilogram] of table) {
    assertNear(thickness(height), pressure / 0.980665, 0.04, `thickness at ${height} m`);
    assertNear(density(height), kilogram / 1000, 0.05, `density at ${height} m`);
    assertNear(heightOfThickness(thickness(height)) + 1, height + 1, 1e-9, `height of the thickness at ${height} m`);
  }
});

test("an air column agrees with the atmosphere it is made of", () => {
  const column = airColumn(Math.cos(Math.PI / 9), 511);
  const node = 40;
  const slant = (node + 1) * column.stepGCm2;
  assertNear(thickness(column.heightM[node]!) / Math.cos(Math.PI / 9), slant, 1e-9, "depth");
  assertNear(column.stepM[node]! * 100 * density(column.heightM[node]!), column.stepGCm2, 1e-9, "step");
  assert.equal(column.transmission[node], transmission(column.heightM[node]!, 511, Math.cos(Math.PI / 9)));
  assert.ok(column.heightM.at(-1)! > 511 && column.heightM.at(-1)! < 800);
});

test("Cherenkov light is brightest at the Cherenkov angle, which opens downwards", () => {
  assertNear((cherenkovAngle(0) * 180) / Math.PI, 1.36, 0.02, "angle at the sea");
  assert.ok(cherenkovAngle(10_000) < 0.65 * cherenkovAngle(0));
  const row = lightRow(9000, 1);
  const share = heightShare(9000);
  const place = anglePlace(cherenkovAngle(9000) ** 2);
  const ring = totalLight(row, share, place);
  const groups = Array.from({ length: energyGroups }, (_, group) => lightOfGroup(group, row, share, place));
  assertNear(
    groups.reduce((sum, light) => sum + light, 0),
    ring,
    1e-6,
    "sum over the energy groups",
  );
  const towards = (angle: number): number => totalLight(row, share, anglePlace(angle ** 2));
  for (const factor of [0, 0.5, 1.5, 3]) {
    assert.ok(towards(factor * cherenkovAngle(9000)) < ring, `${factor} Cherenkov angles`);
  }
  assert.equal(towards(1), 0);
});

test("old cascades have fewer fast electrons", () => {
  assert.ok(trackShareAbove(100, 0.8) > trackShareAbove(100, 1.2));
  assertNear(trackShareAbove(20, 1), 0.57, 0.05, "share above 20 MeV at the maximum (Hillas 1982)");
});

test("cascades follow Greisen's formula", () => {
  const maximum = cascadeMaximum(1);
  assert.equal(particlesAt(0, maximum), 0);
  assertNear(maximum, 9.42, 0.001, "depth of the maximum of 1 TeV");
  assertNear(particlesAt(maximum, maximum), 1247, 0.01, "particles at the maximum of 1 TeV");
  for (const depth of [0.7 * maximum, 1.3 * maximum]) {
    assert.ok(particlesAt(depth, maximum) < particlesAt(maximum, maximum), `${depth} radiation lengths`);
  }
});

interface Maxima {
  readonly mean: number;
  readonly spread: number;
  readonly electromagnetic: number;
  readonly muons: number;
}

function maxima(primary: Primary, energyTeV: number): Maxima {
  const random = new RandomGenerator(3);
  const count = 400;
  const showers = Array.from({ length: count }, () =>
    simulateShower(random, { primary, energyTeV, altDeg: 70, azDeg: 0, coreXM: 0, coreYM: 0 }, 976),
  );
  const depths = showers.map(depthOfMaximum);
  const mean = depths.reduce((sum, depth) => sum + depth / count, 0);
  const square = depths.reduce((sum, depth) => sum + (depth - mean) ** 2 / count, 0);
  const light = showers.map(({ cascades }) => cascades.reduce((sum, c) => sum + c.weight * c.energyTeV, 0));
  return {
    mean,
    spread: Math.sqrt(square),
    electromagnetic: light.reduce((sum, value) => sum + value / count / energyTeV, 0),
    muons: showers.reduce((sum, { muons }) => sum + muons.length / count, 0),
  };
}

test("gammas reach their maximum a radiation length per factor e deeper and fluctuate less than protons", () => {
  const low = maxima("gamma", 1);
  const high = maxima("gamma", 10);
  assertNear(high.mean - low.mean, 36.7 * Math.log(10), 0.2, "elongation per decade, g/cm²");
  assert.ok(low.mean > 300 && low.mean < 380, `maximum of 1 TeV at ${low.mean} g/cm²`);
  assertNear(low.electromagnetic, 1, 1e-3, "energy in cascades");
  const proton = maxima("proton", 10);
  assert.ok(proton.spread > 1.5 * high.spread, `${proton.spread} g/cm², gammas ${high.spread}`);
  assert.ok(proton.electromagnetic > 0.35 && proton.electromagnetic < 0.7, `${proton.electromagnetic}`);
  assert.ok(proton.muons > 5 && high.muons === 0);
});

test("electrons begin their showers above gammas of the same energy, and else are alike", () => {
  const gamma = maxima("gamma", 3);
  const electron = maxima("electron", 3);
  const earlier = gamma.mean - electron.mean;
  assert.ok(earlier > 20 && earlier < 60, `${earlier} g/cm² earlier`);
  assertNear(electron.electromagnetic, 1, 1e-3, "energy in cascades");
  assert.equal(electron.muons, 0);
});

test("energies follow the spectrum that is asked for", () => {
  for (const spectralIndex of [-2.7, -2, -1, 0]) {
    const random = new RandomGenerator(9);
    const range = { minimumTeV: 0.5, maximumTeV: 50, spectralIndex };
    const energies = Array.from({ length: 20_000 }, () => energy(random, range));
    assert.ok(Math.min(...energies) >= 0.5 && Math.max(...energies) <= 50);
    const power = spectralIndex + 1;
    const integral = (upTo: number): number =>
      Math.abs(power) < 1e-9 ? Math.log(upTo / 0.5) : (upTo ** power - 0.5 ** power) / power;
    const below = energies.filter((value) => value < 5).length / energies.length;
    assert.ok(Math.abs(below - integral(5) / integral(50)) < 0.012, `index ${spectralIndex}: ${below} below 5 TeV`);
  }
});
