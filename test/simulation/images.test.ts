import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { digiCam } from "../../lib/camera/digicam.js";
import { type HillasParameters, hillasParameters, telescopeFramePixels } from "../../lib/camera/hillas-parameters.js";
import { neighbours } from "../../lib/camera/neighbours.js";
import { tailcutsClean } from "../../lib/camera/tailcuts-clean.js";
import { skyOffset } from "../../lib/coordinates/sky-offset.js";
import { numbers } from "../../lib/hdf5/column.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { RandomGenerator } from "../../lib/random/generator.js";
import { airColumn } from "../../lib/simulation/air-column.js";
import { sst1mArray } from "../../lib/simulation/array.js";
import { thickness } from "../../lib/simulation/atmosphere.js";
import { type ArrayEvent, EventSource } from "../../lib/simulation/event.js";
import { type ImageParameters, imageFrame, parametrise } from "../../lib/simulation/image-parameters.js";
import { sampleMuons } from "../../lib/simulation/muon-light.js";
import { nightSkyCharge } from "../../lib/simulation/night-sky.js";
import { type Particle, particleNamed } from "../../lib/simulation/particle.js";
import { pixelFinder } from "../../lib/simulation/pixel-finder.js";
import type { PixelLight } from "../../lib/simulation/pixel-light.js";
import { depthOfMaximum, type Shower, simulateShower } from "../../lib/simulation/shower.js";
import { ShowerProfile } from "../../lib/simulation/shower-profile.js";
import { TelescopeLight } from "../../lib/simulation/telescope-light.js";
import { needsData, sharedData } from "../shared-data.js";

const pointing = { altDeg: 70, azDeg: 180 };

interface Seen {
  readonly event: ArrayEvent;
  readonly parameters: ImageParameters;
  readonly impactM: number;
}

/** Images of triggered events that survive the cleaning. */
function seen(particle: Particle, events: number, seed: number): Seen[] {
  const source = new EventSource(sst1mArray(), particle, pointing, new RandomGenerator(seed), () => {});
  const found: Seen[] = [];
  for (let i = 0; i < events; i++) {
    const event = source.next();
    for (const { camera, impactM } of event.telescopes) {
      const { parameters } = parametrise(source.frame, camera);
      if (parameters) found.push({ event, parameters, impactM });
    }
  }
  return found;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}

const energies = (minimumTeV: number, maximumTeV: number): Pick<Particle, "minimumTeV" | "maximumTeV"> => ({
  minimumTeV,
  maximumTeV,
});

test("images grow with the energy and fade with the distance", () => {
  const point = particleNamed("gamma_point");
  const near = ({ impactM }: Seen): boolean => impactM > 60 && impactM < 140;
  const size = (images: Seen[]): number => median(images.map(({ parameters }) => parameters.hillas.intensity));
  const weak = seen({ ...point, ...energies(1.9, 2.1) }, 150, 1);
  const strong = seen({ ...point, ...energies(19, 21) }, 150, 2);
  const ratio = size(strong.filter(near)) / size(weak.filter(near));
  assert.ok(ratio > 7 && ratio < 18, `20 TeV is ${ratio} times as bright as 2 TeV`);
  const far = strong.filter(({ impactM }) => impactM > 220 && impactM < 300);
  assert.ok(size(far) < 0.4 * size(strong.filter(near)));
});

test("the long axis of an image points at the source, far from it where the shower is far", () => {
  const images = seen({ ...particleNamed("gamma_point"), ...energies(3, 30) }, 150, 3).filter(
    ({ parameters }) => parameters.hillas.intensity > 150 && parameters.leakage.intensityWidth2 === 0,
  );
  assert.ok(images.length > 60);
  const misses: number[] = [];
  let away = 0;
  for (const { event, parameters, impactM } of images) {
    const { fovLonDeg, fovLatDeg } = skyOffset(event.shower, pointing);
    assert.ok(Math.abs(fovLonDeg - 0.5) < 1e-9 && Math.abs(fovLatDeg) < 1e-9);
    const { hillas } = parameters;
    const psi = (hillas.psiDeg * Math.PI) / 180;
    const lon = fovLonDeg - hillas.fovLonDeg;
    const lat = fovLatDeg - hillas.fovLatDeg;
    misses.push(Math.abs(lat * Math.cos(psi) - lon * Math.sin(psi)));
    // the centroid of a more distant shower lies farther from the source
    if (impactM > 100 && Math.hypot(lon, lat) > 0.5) away++;
  }
  assert.ok(median(misses) < 0.1, `half of the axes pass the source within ${median(misses)}°`);
  assert.ok(away > 0.5 * images.length);
});

test("protons give wider and less regular images than gammas of the same charge", () => {
  const inside = ({ parameters }: Seen): boolean =>
    parameters.hillas.intensity > 150 &&
    parameters.hillas.intensity < 1500 &&
    parameters.leakage.intensityWidth2 < 0.05;
  const gammas = seen(particleNamed("gamma"), 400, 4).filter(inside);
  const protons = seen(particleNamed("proton"), 300, 5).filter(inside);
  assert.ok(gammas.length > 50 && protons.length > 50);
  const width = (images: Seen[]): number => median(images.map(({ parameters }) => parameters.hillas.widthDeg));
  const deviation = (images: Seen[]): number => median(images.map(({ parameters }) => parameters.timing.deviationNs));
  assert.ok(width(protons) > 1.15 * width(gammas), `${width(protons)}°, gammas ${width(gammas)}°`);
  assert.ok(deviation(protons) > deviation(gammas));
  // and yet the two overlap
  const narrow = protons.filter(({ parameters }) => parameters.hillas.widthDeg < width(gammas)).length;
  assert.ok(narrow > 0.03 * protons.length && narrow < 0.45 * protons.length, `${narrow} of ${protons.length}`);
});

function emptyLight(): PixelLight {
  return { counts: new Uint32Array(1296), times: new Float64Array(1296), total: 0 };
}

test("a muon through the mirror gives a ring of the Cherenkov angle", () => {
  const shower: Shower = {
    primary: "proton",
    energyTeV: 1,
    ...pointing,
    coreXM: 0,
    coreYM: 0,
    firstInteractionGCm2: 80,
    cascades: [],
    muons: [{ energyTeV: 0.02, startGCm2: 300, x: 0, y: 0, slopeX: 0, slopeY: 0 }],
  };
  const pixels = telescopeFramePixels(digiCam(), 5.697);
  const light = emptyLight();
  const observer = { xM: 0.5, yM: 0, zM: 0, mirrorAreaM2: 9.418, pointing, siteHeightM: 511 };
  sampleMuons(new RandomGenerator(1), shower, observer, pixelFinder(pixels), light);
  assert.ok(light.total > 40, `${light.total} photo-electrons`);
  let radius = 0;
  let quadrants = 0;
  for (let i = 0; i < 1296; i++) {
    if (!light.counts[i]) continue;
    radius += (light.counts[i]! * Math.hypot(pixels.lonDeg[i]!, pixels.latDeg[i]!)) / light.total;
    quadrants |= 1 << ((pixels.lonDeg[i]! > 0 ? 1 : 0) + (pixels.latDeg[i]! > 0 ? 2 : 0));
  }
  assert.ok(radius > 1.15 && radius < 1.45, `mean radius ${radius}°`);
  assert.equal(quadrants, 15);
});

test("every pixel is found at its centre and none far outside", () => {
  const pixels = telescopeFramePixels(digiCam(), 5.697);
  const finder = pixelFinder(pixels);
  for (let i = 0; i < 1296; i++) assert.equal(finder.find(pixels.lonDeg[i]!, pixels.latDeg[i]!), i);
  assert.equal(finder.find(6, 0), -1);
  assert.equal(finder.find(4.6, 4.3), -1);
});

test("the night sky leaves no charge on average", () => {
  const random = new RandomGenerator(1);
  const charges = Float64Array.from({ length: 100_000 }, () => nightSkyCharge(random));
  const mean = charges.reduce((sum, charge) => sum + charge / charges.length, 0);
  assert.ok(Math.abs(mean) < 0.03, `${mean} p.e.`);
});

interface OfficialGamma {
  readonly energyTeV: number;
  readonly coreXM: number;
  readonly coreYM: number;
  readonly xMaxGCm2: number;
  readonly charge: number;
  readonly hillas: HillasParameters;
  readonly darkSpread: number;
}

const official = "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5";
const cuts = { pictureThreshold: 10, boundaryThreshold: 5 };

async function officialGammas(): Promise<OfficialGamma[]> {
  const file = await Hdf5File.open(join(sharedData, official));
  const shower = file.table("/simulation/event/subarray/shower").read();
  const truth = file.table("/simulation/event/telescope/images/tel_001").read();
  const images = file.table("/dl1/event/telescope/images/tel_001").read();
  file.close();
  const item = (name: string, row: number): number => numbers(shower.columns.get(name)!)[row]!;
  const list = neighbours(digiCam());
  const pixels = telescopeFramePixels(digiCam(), 5.6);
  return Array.from({ length: shower.rows }, (_, row) => {
    const slice = (values: Float64Array): Float64Array => values.subarray(row * 1296, (row + 1) * 1296);
    const image = slice(numbers(images.columns.get("image")!));
    const light = slice(numbers(truth.columns.get("true_image")!));
    const dark = image.filter((_, i) => light[i] === 0);
    return {
      energyTeV: item("true_energy", row),
      coreXM: item("true_core_x", row),
      coreYM: item("true_core_y", row),
      xMaxGCm2: item("true_x_max", row),
      charge: numbers(truth.columns.get("true_image_sum")!)[row]!,
      hillas: hillasParameters(pixels, image, tailcutsClean(list, image, cuts))!,
      darkSpread: Math.sqrt(dark.reduce((sum, charge) => sum + charge ** 2 / dark.length, 0)),
    };
  });
}

test("charge, place and shape are those of the official SST-1M gammas", needsData(official), async () => {
  // these were simulated with CORSIKA and sim_telarray for a site at 2150 m, at the zenith
  const site = 2150;
  const random = new RandomGenerator(8);
  const profile = new ShowerProfile();
  const light = new TelescopeLight();
  const pixels = telescopeFramePixels(digiCam(), 5.6);
  const finder = pixelFinder(pixels);
  const list = neighbours(digiCam());
  const air = airColumn(1, site);
  const ratios = { charge: 1, length: 1, width: 1 };
  const gammas = await officialGammas();
  const observer = {
    xM: 0,
    yM: 0,
    zM: 4,
    mirrorAreaM2: 9.418,
    pointing: { altDeg: 90, azDeg: 0 },
    siteHeightM: site,
  };
  let compared = 0;
  for (const gamma of gammas) {
    const { energyTeV, coreXM, coreYM } = gamma;
    const charges: number[] = [];
    const found: HillasParameters[] = [];
    for (let attempt = 0; attempt < 1500 && found.length < 25; attempt++) {
      const axis = { primary: "gamma", energyTeV, altDeg: 90, azDeg: 0, coreXM, coreYM } as const;
      const shower = simulateShower(random, axis, thickness(site));
      if (Math.abs(depthOfMaximum(shower) - gamma.xMaxGCm2) > 30) continue;
      profile.fill(random, shower, air, 1);
      light.expect(shower, profile, air, observer);
      const electrons = emptyLight();
      light.sample(random, finder, electrons);
      const image = Float32Array.from(electrons.counts, (count) => count + nightSkyCharge(random));
      const hillas = hillasParameters(pixels, image, tailcutsClean(list, image, cuts));
      if (!hillas) continue;
      charges.push(electrons.total);
      found.push(hillas);
    }
    if (found.length < 10) continue; // showers with so high a maximum are rare
    compared++;
    const charge = median(charges) / gamma.charge;
    assert.ok(charge > 0.6 && charge < 1.6, `${energyTeV} TeV: ${median(charges)} p.e., official ${gamma.charge}`);
    const lon = median(found.map(({ fovLonDeg }) => fovLonDeg));
    const lat = median(found.map(({ fovLatDeg }) => fovLatDeg));
    const off = Math.hypot(lon - gamma.hillas.fovLonDeg, lat - gamma.hillas.fovLatDeg);
    assert.ok(off < 0.25, `${energyTeV} TeV: centroid ${off}° off`);
    ratios.charge *= charge;
    ratios.length *= median(found.map(({ lengthDeg }) => lengthDeg)) / gamma.hillas.lengthDeg;
    ratios.width *= median(found.map(({ widthDeg }) => widthDeg)) / gamma.hillas.widthDeg;
    assert.ok(Math.abs(gamma.darkSpread - 0.93) < 0.08, `dark pixels spread by ${gamma.darkSpread} p.e.`);
  }
  assert.ok(compared >= 7, `${compared} of ${gammas.length} compared`);
  for (const [name, product] of Object.entries(ratios)) {
    const mean = product ** (1 / compared);
    assert.ok(mean > 0.85 && mean < 1.2, `${name}: ${mean} times the official, on average`);
  }
});

test("showers of the array are seen by one camera frame", () => {
  const array = sst1mArray();
  const frame = imageFrame(array.camera, array.effectiveFocalLengthM);
  assert.equal(frame.pixels.lonDeg.length, 1296);
  const [first, second] = array.telescopes;
  const apart = Math.hypot(first!.xM - second!.xM, first!.yM - second!.yM);
  assert.ok(Math.abs(apart - 155.2) < 0.2, `telescopes ${apart} m apart`);
});
