import assert from "node:assert/strict";
import { test } from "node:test";
import { telescopeFramePixels } from "../../lib/camera/hillas-parameters.js";
import { skyOffset } from "../../lib/coordinates/sky-offset.js";
import { RandomGenerator } from "../../lib/random/generator.js";
import { arrays, lst4Array, sst1mArray, type TelescopeArray } from "../../lib/simulation/array.js";
import { type ArrayEvent, brightest, EventSource } from "../../lib/simulation/event.js";
import {
  type ImageParameters,
  imageFrame,
  parametrise,
  trueParameters,
} from "../../lib/simulation/image-parameters.js";
import { chord, sampleMuons } from "../../lib/simulation/muon-light.js";
import { NightSky } from "../../lib/simulation/night-sky.js";
import { type Particle, type ParticleName, particleFor } from "../../lib/simulation/particle.js";
import { pixelFinder } from "../../lib/simulation/pixel-finder.js";
import { darkPixels } from "../../lib/simulation/pixel-light.js";
import { depthOfMaximum, type Shower } from "../../lib/simulation/shower.js";
import { directions } from "../../lib/simulation/sky-directions.js";
import { sst1m } from "../../lib/simulation/telescope-type.js";
import { needsData } from "../shared-data.js";
import { type ImageLook, median, officialImages, sameGamma } from "./official-images.js";

const pointing = { altDeg: 70, azDeg: 180 };

interface Seen {
  readonly event: ArrayEvent;
  readonly parameters: ImageParameters;
  readonly impactM: number;
  readonly electrons: number;
}

function eventSource(particle: Particle, seed: number, array: TelescopeArray = sst1mArray()): EventSource {
  return new EventSource({ array, particle, pointing, nightSky: 1 }, new RandomGenerator(seed), () => {});
}

const usual = (name: ParticleName): Particle => particleFor(name, sst1mArray());

/** Images of triggered events that survive the cleaning. */
function seen(particle: Particle, events: number, seed: number, array?: TelescopeArray): Seen[] {
  const source = eventSource(particle, seed, array);
  const found: Seen[] = [];
  for (let i = 0; i < events; i++) {
    const event = source.next();
    for (const { camera, impactM, telescope, counts } of event.telescopes) {
      const { parameters } = parametrise(source.frame(telescope.type), camera);
      const electrons = counts.reduce((sum, count) => sum + count, 0);
      if (parameters) found.push({ event, parameters, impactM, electrons });
    }
  }
  return found;
}

const energies = (minimumTeV: number, maximumTeV: number): Pick<Particle, "minimumTeV" | "maximumTeV"> => ({
  minimumTeV,
  maximumTeV,
});

test("images grow with the energy and fade with the distance", () => {
  const point = usual("gamma_point");
  const near = ({ impactM }: Seen): boolean => impactM > 60 && impactM < 140;
  const size = (images: Seen[]): number => median(images.map(({ parameters }) => parameters.hillas.intensity));
  const weak = seen({ ...point, ...energies(1.9, 2.1) }, 150, 1);
  const strong = seen({ ...point, ...energies(19, 21) }, 150, 2);
  const ratio = size(strong.filter(near)) / size(weak.filter(near));
  assert.ok(ratio > 7 && ratio < 18, `20 TeV is ${ratio} times as bright as 2 TeV`);
  const far = strong.filter(({ impactM }) => impactM > 220 && impactM < 300);
  assert.ok(size(far) < 0.4 * size(strong.filter(near)));
  // the pool of light is even up to its edge at about 120 m
  const inner = strong.filter(({ impactM }) => impactM > 30 && impactM < 80);
  const edge = strong.filter(({ impactM }) => impactM > 80 && impactM < 130);
  const even = median(inner.map(({ electrons }) => electrons)) / median(edge.map(({ electrons }) => electrons));
  assert.ok(even > 0.7 && even < 1.7, `inside ${even} times as bright as at the edge`);
});

test("the long axis of an image points at the source, far from it where the shower is far", () => {
  const images = seen({ ...usual("gamma_point"), ...energies(3, 30) }, 150, 3).filter(
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
  const gammas = seen(usual("gamma"), 400, 4).filter(inside);
  const protons = seen(usual("proton"), 300, 5).filter(inside);
  assert.ok(gammas.length > 50 && protons.length > 50);
  const width = (images: Seen[]): number => median(images.map(({ parameters }) => parameters.hillas.widthDeg));
  const deviation = (images: Seen[]): number => median(images.map(({ parameters }) => parameters.timing.deviationNs));
  assert.ok(width(protons) > 1.15 * width(gammas), `${width(protons)}°, gammas ${width(gammas)}°`);
  assert.ok(deviation(protons) > deviation(gammas));
  // and yet the two overlap
  const narrow = protons.filter(({ parameters }) => parameters.hillas.widthDeg < width(gammas)).length;
  assert.ok(narrow > 0.03 * protons.length && narrow < 0.45 * protons.length, `${narrow} of ${protons.length}`);
});

function loneMuon(energyTeV: number): Shower {
  return {
    primary: "muon",
    energyTeV,
    ...pointing,
    coreXM: 0,
    coreYM: 0,
    firstInteractionGCm2: 200,
    cascades: [],
    muons: [{ energyTeV, startGCm2: 200, x: 0, y: 0, slopeX: 0, slopeY: 0 }],
  };
}

/** Mean radius and number of photo-electrons of a muon's ring; `quadrants` has a bit for each that has light. */
function ring(energyTeV: number, xM: number): { radiusDeg: number; electrons: number; quadrants: number } {
  const [first] = sst1mArray().telescopes;
  const { pixels } = imageFrame(first!.type);
  const light = darkPixels(1296);
  const observer = { telescope: { ...first!, xM, yM: 0, zM: 0 }, view: directions(pointing), siteHeightM: 511 };
  const muon = loneMuon(energyTeV);
  sampleMuons(new RandomGenerator(1), muon, directions(muon), observer, pixelFinder(pixels), light);
  let radiusDeg = 0;
  let quadrants = 0;
  for (let i = 0; i < 1296; i++) {
    if (!light.counts[i]) continue;
    radiusDeg += (light.counts[i]! * Math.hypot(pixels.lonDeg[i]!, pixels.latDeg[i]!)) / light.total;
    quadrants |= 1 << ((pixels.lonDeg[i]! > 0 ? 1 : 0) + (pixels.latDeg[i]! > 0 ? 2 : 0));
  }
  return { radiusDeg, electrons: light.total, quadrants };
}

test("a muon through the mirror gives a ring of the Cherenkov angle, which opens with its energy", () => {
  const fast = ring(0.1, 0.5);
  assert.ok(fast.electrons > 100, `${fast.electrons} photo-electrons`);
  assert.ok(fast.radiusDeg > 1.2 && fast.radiusDeg < 1.4, `mean radius ${fast.radiusDeg}°`);
  assert.equal(fast.quadrants, 15);
  const slow = ring(0.008, 0.5);
  assert.ok(slow.radiusDeg < fast.radiusDeg - 0.1, `${slow.radiusDeg}° at 8 GeV`);
  assert.equal(ring(0.003, 0.5).electrons, 0);
});

test("a muon outside the mirror gives a fainter arc", () => {
  const through = ring(0.1, 0.5);
  const outside = ring(0.1, 6);
  assert.ok(outside.electrons < 0.5 * through.electrons && outside.electrons > 0.05 * through.electrons);
  // Vacanti et al. 1994: the diameter towards the middle from its edge, the radius all around from its middle
  assert.ok(Math.abs(chord(1, 0) - 2) < 1e-12);
  assert.ok(Math.abs(chord(0, 1.3) - 1) < 1e-12);
  assert.equal(chord(3, Math.PI), 0);
});

test("muons that are thrown by themselves are seen as rings", () => {
  const source = eventSource(usual("muon"), 3);
  const events = Array.from({ length: 60 }, () => source.next());
  const { pixels } = imageFrame(sst1m());
  const radii = events.map(({ shower, telescopes }) => {
    const { counts, impactM } = telescopes[0]!;
    assert.ok(impactM < 2.2);
    const middle = skyOffset(shower, pointing);
    const electrons = counts.reduce((sum, count) => sum + count, 0);
    let radius = 0;
    for (const [i, count] of counts.entries()) {
      const away = Math.hypot(pixels.lonDeg[i]! - middle.fovLonDeg, pixels.latDeg[i]! - middle.fovLatDeg);
      radius += (count * away) / electrons;
    }
    return radius;
  });
  assert.ok(median(radii) > 1.15 && median(radii) < 1.35, `radius ${median(radii)}°`);
});

test("every pixel is found at its centre and none far outside", () => {
  for (const make of Object.values(arrays)) {
    for (const { type } of make().telescopes) {
      const { pixels } = imageFrame(type);
      const finder = pixelFinder(pixels);
      for (let i = 0; i < pixels.lonDeg.length; i++) {
        assert.equal(finder.find(pixels.lonDeg[i]!, pixels.latDeg[i]!), i);
      }
      assert.equal(finder.find(6, 0), -1);
    }
  }
  const finder = pixelFinder(telescopeFramePixels(sst1m().camera, 5.697));
  assert.equal(finder.find(4.6, 4.3), -1);
});

test("the night sky leaves no charge on average, and spreads with the root of its light", () => {
  const random = new RandomGenerator(1);
  const spread = (level: number): number => {
    const sky = new NightSky(sst1m().readout, level);
    const charges = Float64Array.from({ length: 100_000 }, () => sky.charge(random.word()));
    const mean = charges.reduce((sum, charge) => sum + charge / charges.length, 0);
    assert.ok(Math.abs(mean) < 0.03 * Math.max(1, level), `${mean} p.e.`);
    return Math.sqrt(charges.reduce((sum, charge) => sum + (charge - mean) ** 2 / charges.length, 0));
  };
  assert.ok(Math.abs(spread(1) - 0.9) < 0.03);
  assert.ok(Math.abs(spread(4) - 1.72) < 0.06, `${spread(4)}`);
  assert.ok(Math.abs(spread(0) - 0.3) < 0.03, `${spread(0)}`);
});

test("more light of the night sky raises the threshold", () => {
  const array = sst1mArray();
  const lowest = (nightSky: number): number => {
    const conditions = { array, particle: particleFor("gamma_point", array), pointing, nightSky };
    const source = new EventSource(conditions, new RandomGenerator(4), () => {});
    return median(Array.from({ length: 80 }, () => source.next().shower.energyTeV));
  };
  assert.ok(lowest(9) > 1.3 * lowest(1));
});

/** Quantities of triggered events, one value an event each, and the share of showers that trigger. */
function sampleOf(name: ParticleName, events: number, seed: number, most?: typeof brightest): Map<string, number[]> {
  const conditions = { array: sst1mArray(), particle: usual(name), pointing, nightSky: 1 };
  const source = new EventSource(conditions, new RandomGenerator(seed), () => {}, most);
  const found = new Map<string, number[]>();
  const frame = source.frame(conditions.array.telescopes[0]!.type);
  for (let i = 0; i < events; i++) {
    const thrown = source.thrown;
    const { shower, telescopes } = source.next();
    const { impactM, electrons, counts } = telescopes[0]!;
    const { hillas, concentration, leakage } = trueParameters(frame, counts)!;
    const { fovLonDeg, fovLatDeg } = hillas;
    for (const [quantity, value] of Object.entries({
      "showers thrown for it": source.thrown - thrown,
      "log of the energy": Math.log(shower.energyTeV),
      "distance of the core": Math.hypot(shower.coreXM, shower.coreYM),
      altitude: shower.altDeg,
      azimuth: shower.azDeg,
      "first interaction": Math.log(shower.firstInteractionGCm2),
      "depth of maximum": depthOfMaximum(shower),
      cascades: shower.cascades.length,
      muons: shower.muons.length,
      telescopes: telescopes.length,
      impact: impactM,
      "log of the photo-electrons": Math.log(electrons),
      "log of the brightest pixel": Math.log(Math.max(...counts)),
      length: hillas.lengthDeg,
      width: hillas.widthDeg,
      centroid: Math.hypot(fovLonDeg, fovLatDeg),
      concentration: concentration.cog,
      leakage: leakage.intensityWidth2,
    })) {
      found.set(quantity, [...(found.get(quantity) ?? []), value]);
    }
  }
  return found;
}

/** Difference of two means in units of its standard deviation; 0 where neither varies. */
function deviation(first: readonly number[], second: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value / values.length, 0);
  const square = (values: readonly number[]): number =>
    mean(values.map((value) => (value - mean(values)) ** 2)) / values.length;
  const spread = Math.sqrt(square(first) + square(second));
  return spread === 0 ? 0 : (mean(first) - mean(second)) / spread;
}

test("triggered events are the same as when showers too faint to trigger are followed too", () => {
  for (const name of ["gamma", "proton"] as const) {
    const all = sampleOf(name, 500, 17, () => 1e9);
    const usually = sampleOf(name, 500, 18);
    for (const [quantity, values] of usually) {
      within(deviation(values, all.get(quantity)!), -4, 4, `${quantity} of ${name}, standard deviations`);
    }
    const half = sampleOf(name, 500, 19, (...where) => brightest(...where) / 4);
    const thrown = deviation(half.get("showers thrown for it")!, all.get("showers thrown for it")!);
    assert.ok(thrown > 4, `a bound that is too low is seen: ${thrown}`);
  }
});

const sst1mGammas = "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5";
const cta1TeV = "dl1/v6.0.0/gamma_1.3TeV_4LST_15NectarCam.dl1.h5";
const ctaDiffuse = "dl1/v7.1.0/gamma_diffuse_run000010_alpha.dl1.h5";

/** Mean ratios of our images to the official ones, by the size of the telescopes. */
async function ratiosTo(files: readonly string[]): Promise<Map<string, Record<string, number> & { images: number }>> {
  const random = new RandomGenerator(8);
  const sums = new Map<string, Record<string, number> & { images: number }>();
  for (const official of (await Promise.all(files.map(officialImages))).flat()) {
    const { look } = official;
    const ours = look ? sameGamma(official, 21, random) : [];
    if (!look || ours.length < 10) continue; // too faint, or of a maximum at a rare height
    const off = median(
      ours.map(({ hillas }) =>
        Math.hypot(hillas.fovLonDeg - look.hillas.fovLonDeg, hillas.fovLatDeg - look.hillas.fovLatDeg),
      ),
    );
    const size = official.telescope.type.size;
    const sum = sums.get(size) ?? {
      ...{ images: 0, charge: 0, kept: 0, length: 0, width: 0, cog: 0, pixel: 0 },
      ...{ place: 0, time: 0, leakage: 0, far: 0, slope: 0 },
    };
    sums.set(size, sum);
    const add = (name: string, value: (image: ImageLook) => number): void => {
      sum[name]! += Math.log(median(ours.map(value)) / value(look));
    };
    sum.images++;
    sum.place! += off;
    sum.time! += median(ours.map(({ peakTimeNs }) => peakTimeNs)) - look.peakTimeNs;
    add("charge", ({ electrons }) => electrons);
    add("kept", ({ electrons, hillas }) => hillas.intensity / electrons);
    const leakages = ours.map(({ leakage }) => leakage);
    sum.leakage! += leakages.reduce((all, leakage) => all + leakage, 0) / ours.length - look.leakage;
    if (official.impactM > 140) {
      sum.far!++;
      add("slope", ({ timeSlope }) => timeSlope);
    }
    add("length", ({ hillas }) => hillas.lengthDeg);
    add("width", ({ hillas }) => hillas.widthDeg);
    add("cog", ({ concentrationCog }) => concentrationCog);
    add("pixel", ({ concentrationPixel }) => concentrationPixel);
  }
  for (const sum of sums.values()) {
    for (const name of ["charge", "kept", "length", "width", "cog", "pixel"]) {
      sum[name] = Math.exp(sum[name]! / sum.images);
    }
    sum.slope = Math.exp(sum.slope! / sum.far!);
    for (const name of ["place", "time", "leakage"]) sum[name]! /= sum.images;
  }
  return sums;
}

function within(value: number, low: number, high: number, what: string): void {
  assert.ok(value > low && value < high, `${what}: ${value}, expected ${low} to ${high}`);
}

test("images of SST-1M are as the official ones of the same gammas", needsData(sst1mGammas), async () => {
  const sst = (await ratiosTo([sst1mGammas])).get("SST")!;
  assert.ok(sst.images >= 7);
  within(sst.charge!, 0.85, 1.15, "charge");
  within(sst.kept!, 0.9, 1.1, "share of the light that the cleaning keeps");
  within(sst.length!, 0.85, 1.15, "length");
  within(sst.width!, 0.85, 1.15, "width");
  within(sst.cog!, 0.85, 1.3, "concentration about the centre");
  within(sst.pixel!, 0.8, 1.15, "concentration in a pixel");
  within(sst.place!, 0, 0.15, "distance of the centroids, deg");
  within(sst.time!, -3, 3, "time of the brightest pixel, ns");
  within(sst.slope!, 0.8, 1.25, "time gradient beyond 140 m");
  within(sst.leakage!, -0.03, 0.03, "leakage less the official one");
});

test("images of LST and NectarCam are as the official ones", needsData(cta1TeV, ctaDiffuse), async () => {
  const ratios = await ratiosTo([cta1TeV, ctaDiffuse]);
  for (const size of ["LST", "MST"]) {
    const sum = ratios.get(size)!;
    assert.ok(sum.images >= 4, `${sum.images} of ${size}`);
    within(sum.charge!, 0.8, 1.2, `charge of ${size}`);
    within(sum.kept!, 0.8, 1.2, `share of the light that the cleaning keeps of ${size}`);
    within(sum.length!, 0.75, 1.25, `length of ${size}`);
    within(sum.width!, 0.75, 1.25, `width of ${size}`);
    within(sum.cog!, 0.75, 1.35, `concentration of ${size}`);
    within(sum.time!, -3, 3, `time of ${size}, ns`);
    within(sum.slope!, 0.7, 1.45, `time gradient beyond 140 m of ${size}`);
    within(sum.leakage!, -0.03, 0.03, `leakage less the official one of ${size}`);
  }
});

test("the energy threshold is the published one: 1 TeV for one telescope, 1.3 TeV for both", () => {
  // most frequent energy under the spectrum of the Crab nebula (A&A 699 (2025) A255)
  const crab = { ...usual("gamma_point"), ...energies(0.3, 30), spectralIndex: -2.62 };
  const source = eventSource(crab, 6);
  const mono = new Map<number, number>();
  const stereo = new Map<number, number>();
  const perDecade = 8;
  for (let i = 0; i < 1200; i++) {
    const { shower, telescopes } = source.next();
    const bin = Math.floor(perDecade * Math.log10(shower.energyTeV));
    for (const counts of telescopes.length > 1 ? [mono, stereo] : [mono]) counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  const peak = (counts: Map<number, number>): number =>
    10 ** (([...counts].sort((a, b) => b[1] - a[1])[0]![0] + 0.5) / perDecade);
  within(peak(mono), 0.7, 1.5, "threshold of one telescope, TeV");
  within(peak(stereo), 0.9, 1.9, "threshold of both, TeV");
});

test("as many showers trigger as in the official simulation", needsData(sst1mGammas), async () => {
  // 1000 gammas of 0.3 to 200 TeV within 1000 m at the zenith of Paranal: 9 triggered DigiCam
  const [first] = sst1mArray().telescopes;
  const array = {
    ...sst1mArray("paranal"),
    telescopes: [{ ...first!, xM: 0, yM: 0, zM: 4 }],
    coreRadiusM: 1000 / Math.cos(Math.PI / 9),
  };
  const particle = { ...usual("gamma_point"), ...energies(0.3, 200), sourceLonDeg: 0 };
  const zenith = { altDeg: 89.99, azDeg: 180 };
  const source = new EventSource({ array, particle, pointing: zenith, nightSky: 1 }, new RandomGenerator(3), () => {});
  const found = Array.from({ length: 300 }, () => source.next());
  within((300 / source.thrown) * 1000, 4, 20, "triggers of 1000 showers");
  const impacts = found.map(({ telescopes }) => telescopes[0]!.impactM);
  within(median(impacts), 80, 150, "median distance, m; the official one is 100");
});

test("LSTs trigger at tens of GeV", () => {
  const array = lst4Array();
  const images = seen(particleFor("gamma_point", array), 60, 7, array);
  within(median(images.map(({ event }) => event.shower.energyTeV)), 0.02, 0.3, "median energy, TeV");
});

test("the telescopes of an array are where they should be", () => {
  const [first, second] = sst1mArray().telescopes;
  assert.equal(first!.type.camera.pixelX.length, 1296);
  const apart = Math.hypot(first!.xM - second!.xM, first!.yM - second!.yM);
  assert.ok(Math.abs(apart - 155.2) < 0.2, `telescopes ${apart} m apart`);
});
