import { density, refractivity } from "./atmosphere.js";

/** Rest energy of the electron, MeV. */
const electronMassMeV = 0.511;
/** Photons per metre for sin²θ = 1: 2πα · (1/300 nm − 1/550 nm), the band of silicon photomultipliers. */
const photonsPerM = 2 * Math.PI * 0.0072973526 * (1 / 300e-9 - 1 / 550e-9);

/** Limits of the energy groups of electrons, MeV. Fast ones keep to the axis and shine into a ring, slow ones stray. */
const groupEdgesMeV = [20, 40, 80, 160, 350, 800, 2500, 50_000];
export const energyGroups: number = groupEdgesMeV.length - 1;

/**
 * Share of the electrons' track length above an energy, at an age s of the cascade
 * (Hillas, J. Phys. G 8 (1982) 1461).
 */
export function trackShareAbove(energyMeV: number, age: number): number {
  const scale = age < 0.4 ? 26 : 44 - 17 * (age - 1.46) ** 2;
  const share = ((0.89 * scale - 1.2) / (scale + energyMeV)) ** age;
  return Math.min(1, Math.max(0, share)) / (1 + 1e-4 * age * energyMeV) ** 2;
}

/** Makes the light far from the axis as bright, beside that near it, as in the official SST-1M images. */
const angleFactor = 1.4;

/** Mean square of the angle between an electron and the axis, rad² (Hillas 1982). */
function meanSquareAngle(energyMeV: number): number {
  const v = energyMeV / 350;
  return (angleFactor * 0.0054 * energyMeV * (1 + v) * (21 / energyMeV) ** 2) / (1 + 13 * v + 8.3 * v * v);
}

/** Bessel function I₀ without its exponential growth: exp(−x) I₀(x) (Abramowitz and Stegun 9.8.1, 9.8.2). */
function scaledBesselI0(x: number): number {
  if (x < 3.75) {
    const t = (x / 3.75) ** 2;
    const terms = [1, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768, 0.0045813];
    return Math.exp(-x) * terms.reduceRight((sum, term) => sum * t + term, 0);
  }
  const t = 3.75 / x;
  const terms = [
    0.39894228, 0.01328592, 0.00225319, -0.00157565, 0.00916281, -0.02057706, 0.02635537, -0.01647633, 0.00392377,
  ];
  return terms.reduceRight((sum, term) => sum * t + term, 0) / Math.sqrt(x);
}

const heightStepM = 1500;
const heights = 22;
const ageStep = 0.2;
const ages = 10;
/** Angles grow quadratically: fine about the Cherenkov ring, coarse beyond. */
const angles = 72;
const largestAngle = 0.3;

interface LightTable {
  /** Photons per metre of shower, charged particle and steradian, `[heights][ages][angles][energyGroups]`. */
  readonly density: Float32Array;
  /** The same of all energy groups together, `[heights][ages][angles]`. */
  readonly total: Float32Array;
  /** Sidewards spread of each group's electrons at a height, m, `[heights][energyGroups]`. */
  readonly spreadM: Float32Array;
}

/** Radiation length of air, g/cm². */
export const radiationLengthGCm2: number = 36.7;

/** Sidewards spread in units of (21 MeV / energy) radiation lengths. */
const spreadFactor = 0.15;

const steps = 4;

function buildTable(): LightTable {
  const table = {
    density: new Float32Array(heights * ages * angles * energyGroups),
    total: new Float32Array(heights * ages * angles),
    spreadM: new Float32Array(heights * energyGroups),
  };
  for (let h = 0; h < heights; h++) {
    const heightM = h * heightStepM;
    const eta = refractivity(heightM);
    for (let group = 0; group < energyGroups; group++) {
      const ratio = (groupEdgesMeV[group + 1]! / groupEdgesMeV[group]!) ** (1 / steps);
      const middle = Math.sqrt(groupEdgesMeV[group]! * groupEdgesMeV[group + 1]!);
      const lengthM = radiationLengthGCm2 / density(heightM) / 100;
      table.spreadM[h * energyGroups + group] = spreadFactor * (21 / middle) ** 0.9 * lengthM;
      for (let step = 0; step < steps; step++) {
        const lower = groupEdgesMeV[group]! * ratio ** step;
        const upper = lower * ratio;
        const energy = Math.sqrt(lower * upper);
        const sinSquare = 2 * eta - (electronMassMeV / energy) ** 2;
        if (sinSquare <= 0) continue;
        const ring = Math.sqrt(sinSquare);
        // two parts: half of the electrons scattered little, half much, which gives the tail of multiple scattering
        const variances = [0.35, 1.65].map((factor) => (factor * meanSquareAngle(energy)) / 2);
        for (let k = 0; k < angles; k++) {
          const angle = angleOf(k);
          let shape = 0;
          for (const variance of variances) {
            const exponent = -((angle - ring) ** 2) / (2 * variance);
            shape +=
              (Math.exp(exponent) * scaledBesselI0((angle * ring) / variance)) /
              (2 * Math.PI * variance * variances.length);
          }
          for (let a = 0; a < ages; a++) {
            const age = (a + 0.5) * ageStep;
            const share = trackShareAbove(lower, age) - trackShareAbove(upper, age);
            const light = photonsPerM * sinSquare * share * shape;
            const at = (h * ages + a) * angles + k;
            table.density[at * energyGroups + group]! += light;
            table.total[at]! += light;
          }
        }
      }
    }
  }
  return table;
}

function angleOf(index: number): number {
  return largestAngle * (index / (angles - 1)) ** 2;
}

let built: LightTable | undefined;

function lightTable(): LightTable {
  built ??= buildTable();
  return built;
}

/** Where a height lies between two rows of the table, 0 to 1. */
export function heightShare(heightM: number): number {
  const height = Math.min(heights - 1.001, heightM / heightStepM);
  return height - Math.floor(height);
}

/** Begin of the table's row for a height, rounded down, and an age of the cascade. */
export function lightRow(heightM: number, age: number): number {
  const lower = Math.floor(Math.min(heights - 1.001, heightM / heightStepM));
  const ageIndex = Math.min(ages - 1, Math.max(0, Math.floor(age / ageStep)));
  return (lower * ages + ageIndex) * angles;
}

const placeFactor = (angles - 1) / Math.sqrt(largestAngle);
const lastPlace = angles - 1;

/** Place in a row of an angle from the axis, given by its square, rad²; the table ends at 0.3 rad. */
export function anglePlace(squaredAngle: number): number {
  return Math.sqrt(Math.sqrt(squaredAngle)) * placeFactor;
}

/**
 * Cherenkov light of a piece of a cascade towards one direction: photons per metre, charged particle and steradian.
 * @param row of `lightRow` @param share of `heightShare` @param place of `anglePlace`
 */
export function totalLight(row: number, share: number, place: number): number {
  if (!(place < lastPlace)) return 0;
  const { total } = lightTable();
  const first = Math.floor(place);
  const part = place - first;
  const at = row + first;
  const above = at + ages * angles;
  const below = total[at]! + part * (total[at + 1]! - total[at]!);
  const over = total[above]! + part * (total[above + 1]! - total[above]!);
  return below + share * (over - below);
}

/** The light of one energy group of the electrons alone; their sum is `totalLight`. */
export function lightOfGroup(group: number, row: number, share: number, place: number): number {
  if (!(place < lastPlace)) return 0;
  const { density: light } = lightTable();
  const first = Math.floor(place);
  const part = place - first;
  const at = (row + first) * energyGroups + group;
  const above = at + ages * angles * energyGroups;
  const below = light[at]! + part * (light[at + energyGroups]! - light[at]!);
  const over = light[above]! + part * (light[above + energyGroups]! - light[above]!);
  return below + share * (over - below);
}

/** Sidewards spread, m, of the electrons of an energy group at a height. */
export function lateralSpreadM(heightM: number, group: number): number {
  const row = Math.min(heights - 1, Math.round(heightM / heightStepM));
  return lightTable().spreadM[row * energyGroups + group]!;
}

/** Cherenkov angle of fast particles, rad. */
export function cherenkovAngle(heightM: number): number {
  return Math.sqrt(2 * refractivity(heightM));
}

/** Photons per metre of a particle near the speed of light. */
export function photonsPerMetre(heightM: number): number {
  return photonsPerM * 2 * refractivity(heightM);
}
