import { type AltAz, degPerRad } from "../coordinates/angle.js";
import { fromSkyOffset } from "../coordinates/sky-offset.js";
import type { RandomGenerator } from "../random/generator.js";
import { airColumn } from "./air-column.js";
import type { TelescopeArray } from "./array.js";
import { thickness } from "./atmosphere.js";
import { type CameraImage, readOut } from "./camera-image.js";
import { type ImageFrame, imageFrame } from "./image-parameters.js";
import { sampleMuons } from "./muon-light.js";
import { impactDistanceM } from "./observer.js";
import type { Particle } from "./particle.js";
import { type PixelFinder, pixelFinder } from "./pixel-finder.js";
import { type Shower, type ShowerAxis, simulateShower } from "./shower.js";
import { ShowerProfile } from "./shower-profile.js";
import { TelescopeLight } from "./telescope-light.js";
import { faintestTrigger, trigger } from "./trigger.js";

export interface TelescopeEvent {
  readonly telescopeId: number;
  readonly impactM: number;
  readonly camera: CameraImage;
  /** Photo-electrons of the shower in each pixel, without noise, `[n_pixels]`. */
  readonly counts: Uint32Array;
}

/** A shower that triggered at least one telescope. */
export interface ArrayEvent {
  readonly shower: Shower;
  readonly telescopes: readonly TelescopeEvent[];
}

/** Distances of the cores from the array's centre, m. */
export const maximumCoreDistanceM = 450;

/** Charge, p.e., that no shower with this energy in photons exceeds at a distance: several times the mean charge. */
function brightest(energyTeV: number, impactM: number): number {
  return 650 * energyTeV * (130 / Math.max(130, impactM)) ** 2.4;
}

/** Share of its energy that a shower is taken to give to photons before it is simulated. */
const photonShare = { gamma: 1, proton: 0.5 };

/** Throws showers at an array and reads out the telescopes that trigger. */
export class EventSource {
  /** Showers thrown so far, followed or not. */
  thrown = 0;
  readonly frame: ImageFrame;
  private readonly random: RandomGenerator;
  private readonly profile = new ShowerProfile();
  private readonly light = new TelescopeLight();
  private readonly finder: PixelFinder;
  private readonly groundGCm2: number;
  private readonly array: TelescopeArray;
  private readonly particle: Particle;
  private readonly pointing: AltAz;
  private readonly onThrown: (axis: ShowerAxis) => void;

  constructor(
    array: TelescopeArray,
    particle: Particle,
    pointing: AltAz,
    random: RandomGenerator,
    onThrown: (axis: ShowerAxis) => void,
  ) {
    this.array = array;
    this.particle = particle;
    this.pointing = pointing;
    this.random = random;
    this.onThrown = onThrown;
    this.frame = imageFrame(array.camera, array.effectiveFocalLengthM);
    this.finder = pixelFinder(this.frame.pixels);
    this.groundGCm2 = thickness(array.heightM);
  }

  /** Energy, direction and core of one shower. */
  private throw(): ShowerAxis {
    const { random, particle } = this;
    const { minimumTeV, maximumTeV } = particle;
    // E⁻²: 1/E is even
    const energyTeV = 1 / (1 / minimumTeV - random.uniform() * (1 / minimumTeV - 1 / maximumTeV));
    const distance = maximumCoreDistanceM * Math.sqrt(random.uniform());
    const azimuth = 2 * Math.PI * random.uniform();
    const cone = particle.viewConeDeg * Math.sqrt(random.uniform());
    const around = 2 * Math.PI * random.uniform();
    const direction = fromSkyOffset(
      { fovLonDeg: particle.sourceLonDeg + cone * Math.cos(around), fovLatDeg: cone * Math.sin(around) },
      this.pointing,
    );
    return {
      primary: particle.primary,
      energyTeV,
      ...direction,
      coreXM: distance * Math.cos(azimuth),
      coreYM: distance * Math.sin(azimuth),
    };
  }

  /** The next shower that triggers. */
  next(): ArrayEvent {
    for (;;) {
      const axis = this.throw();
      this.thrown++;
      this.onThrown(axis);
      const event = this.follow(axis);
      if (event) return event;
    }
  }

  private follow(axis: ShowerAxis): ArrayEvent | null {
    const { random, array } = this;
    // showers that cannot trigger are not followed, which saves most of the time
    const nearestM = Math.min(...array.telescopes.map((telescope) => impactDistanceM(axis, telescope)));
    if (brightest(photonShare[axis.primary] * axis.energyTeV, nearestM) < faintestTrigger) return null;
    const shower = simulateShower(random, axis, this.groundGCm2);
    const photonTeV = shower.cascades.reduce((sum, { weight, energyTeV }) => sum + weight * energyTeV, 0);
    if (brightest(photonTeV, nearestM) < faintestTrigger) return null;
    const cosZenith = Math.sin(axis.altDeg / degPerRad);
    const air = airColumn(cosZenith, array.heightM);
    this.profile.fill(random, shower, air, cosZenith);
    const telescopes: TelescopeEvent[] = [];
    for (const telescope of array.telescopes) {
      const observer = {
        ...telescope,
        mirrorAreaM2: array.mirrorAreaM2,
        pointing: this.pointing,
        siteHeightM: array.heightM,
      };
      if (this.light.expect(shower, this.profile, air, observer) < faintestTrigger) continue;
      const pixels = array.camera.pixelX.length;
      const light = { counts: new Uint32Array(pixels), times: new Float64Array(pixels), total: 0 };
      this.light.sample(random, this.finder, light);
      sampleMuons(random, shower, observer, this.finder, light);
      const pixel = trigger(random, this.frame.neighbours, light.counts);
      if (pixel < 0) continue;
      const readoutNs = array.samples * array.sampleNs;
      telescopes.push({
        telescopeId: telescope.id,
        impactM: impactDistanceM(axis, telescope),
        counts: light.counts,
        camera: readOut(random, this.frame.neighbours, light, pixel, readoutNs),
      });
    }
    return telescopes.length > 0 ? { shower, telescopes } : null;
  }
}
