import { type AltAz, degPerRad } from "../coordinates/angle.js";
import { fromSkyOffset } from "../coordinates/sky-offset.js";
import type { RandomGenerator } from "../random/generator.js";
import { AirColumns } from "./air-column.js";
import { type Telescope, type TelescopeArray, telescopeTypes } from "./array.js";
import { thickness } from "./atmosphere.js";
import { type CameraImage, readOut } from "./camera-image.js";
import { type ImageFrame, imageFrame } from "./image-parameters.js";
import { sampleMuons } from "./muon-light.js";
import { NightSky } from "./night-sky.js";
import { impactDistanceM, type Observer } from "./observer.js";
import type { Particle } from "./particle.js";
import { type PixelFinder, pixelFinder } from "./pixel-finder.js";
import { darken, darkPixels, type PixelLight } from "./pixel-light.js";
import { type Primary, type Shower, type ShowerAxis, simulateShower } from "./shower.js";
import { ShowerProfile } from "./shower-profile.js";
import { type Directions, directions } from "./sky-directions.js";
import { TelescopeLight } from "./telescope-light.js";
import { mirrorRadiusM, type TelescopeType } from "./telescope-type.js";
import { brightestGroup, type TriggerSettings, trigger, triggerSettings } from "./trigger.js";

export interface TelescopeEvent {
  readonly telescope: Telescope;
  readonly impactM: number;
  readonly camera: CameraImage;
  /** Photo-electrons of the shower in each pixel, without noise, `[n_pixels]`. */
  readonly counts: Uint32Array;
  /** Their sum. */
  readonly electrons: number;
}

/** A shower that triggered at least one telescope. */
export interface ArrayEvent {
  readonly shower: Shower;
  readonly telescopes: readonly TelescopeEvent[];
}

/** Conditions of a run. */
export interface Conditions {
  readonly array: TelescopeArray;
  readonly particle: Particle;
  readonly pointing: AltAz;
  /** Light of the night sky, 1 is dark. */
  readonly nightSky: number;
}

/** A telescope type with what its images are made with. */
interface Camera {
  readonly frame: ImageFrame;
  /** Distance of the outermost pixels from the middle. */
  readonly fieldDeg: number;
  readonly finder: PixelFinder;
  /** Light of the shower that is looked at. */
  readonly light: PixelLight;
  readonly sky: NightSky;
  readonly trigger: TriggerSettings;
  /** Energy in photons, TeV, from which a shower may trigger the telescope, by the distance in m. */
  readonly faintestTeV: Float64Array;
}

/**
 * Charge per TeV of photons, m² of mirror and share of photons seen that hardly any shower has at a distance, p.e. Heights
 * and zenith angles are allowed for. Of those that trigger fewer than one in two hundred are brighter, at the zenith;
 * fewer elsewhere.
 */
export function brightest(impactM: number, siteHeightM: number, cosZenith: number): number {
  // the pool of light grows with the distance to the shower
  const distance = impactM * cosZenith ** 2 * 1.13;
  const near = 220 * cosZenith ** 2 * (60 / Math.max(60, Math.min(140, distance))) ** 0.8;
  return near * (1 + siteHeightM / 5000) * (140 / Math.max(140, distance)) ** 1.8;
}

/** The brightest pixels of a faint image have at most this share of its light. */
const shareOfGroup = 0.8;

/** Share of its energy that a shower is taken to give to photons before it is simulated. */
const photonShare = { gamma: 1, electron: 1, proton: 0.6, muon: 0 };
/** The brightest hadronic showers are less bright than gammas of the energy that they give to photons. */
const unevenness = { gamma: 1, electron: 1, proton: 0.8, muon: 1 };

/** Photo-electrons from which a muon's ring is kept: cameras have a trigger of their own for them. */
const muonElectrons = 60;
/** Muons fall on a disk this many times the mirror's radius wide. */
const muonReach = 1.2;

/** Cores are thrown up to this distance from the array's centre, m; far from the zenith the light falls on more ground. */
export function coreRadiusM({ array, particle, pointing }: Conditions): number {
  if (particle.primary === "muon") {
    const farthest = Math.max(...array.telescopes.map(({ xM, yM, zM }) => Math.hypot(xM, yM) + Math.abs(zM)));
    return farthest + muonReach * Math.max(...array.telescopes.map(({ type }) => mirrorRadiusM(type)));
  }
  return (array.coreRadiusM * Math.cos(20 / degPerRad)) / Math.sin(pointing.altDeg / degPerRad);
}

/** Throws showers at an array and reads out the telescopes that trigger. */
export class EventSource {
  /** Showers thrown so far, followed or not. */
  thrown = 0;
  private random: RandomGenerator;
  private readonly cameras: ReadonlyMap<TelescopeType, Camera>;
  private readonly profile = new ShowerProfile();
  private readonly light = new TelescopeLight();
  private readonly air: AirColumns;
  private readonly groundGCm2: number;
  private readonly conditions: Conditions;
  private readonly view: Directions;
  private readonly radiusM: number;
  /** Distances of the telescopes from the shower, m. */
  private readonly impacts: Float64Array;
  private onThrown: (axis: ShowerAxis) => void;

  /** @param most charge that showers hardly ever exceed: those that cannot trigger by it are not followed */
  constructor(
    conditions: Conditions,
    random: RandomGenerator,
    onThrown: (axis: ShowerAxis) => void,
    most: typeof brightest = brightest,
  ) {
    const { array, pointing, nightSky } = conditions;
    this.conditions = conditions;
    this.random = random;
    this.onThrown = onThrown;
    const cosZenith = Math.sin(pointing.altDeg / degPerRad);
    const at = (distanceM: number): number => most(distanceM, array.site.heightM, cosZenith);
    this.cameras = new Map(telescopeTypes(array).map((type) => [type, camera(type, nightSky, at)] as const));
    this.impacts = new Float64Array(array.telescopes.length);
    this.air = new AirColumns(array.site.heightM);
    this.groundGCm2 = thickness(array.site.heightM);
    this.view = directions(pointing);
    this.radiusM = coreRadiusM(conditions);
  }

  /** Goes on with other random numbers. */
  restart(random: RandomGenerator, onThrown: (axis: ShowerAxis) => void): void {
    this.random = random;
    this.onThrown = onThrown;
    this.thrown = 0;
  }

  /** What parametrises the images of a type of telescope. */
  frame(type: TelescopeType): ImageFrame {
    return this.cameras.get(type)!.frame;
  }

  /** Energy, direction and core of one shower. */
  private throw(): ShowerAxis {
    const { random } = this;
    const { particle, pointing } = this.conditions;
    const cone = particle.viewConeDeg * Math.sqrt(random.uniform());
    const around = 2 * Math.PI * random.uniform();
    const direction = fromSkyOffset(
      { fovLonDeg: particle.sourceLonDeg + cone * Math.cos(around), fovLatDeg: cone * Math.sin(around) },
      pointing,
    );
    const [coreXM, coreYM] = particle.primary === "muon" ? this.muonCore(direction) : this.core();
    return { primary: particle.primary, energyTeV: energy(random, particle), ...direction, coreXM, coreYM };
  }

  private core(radiusM: number = this.radiusM): [number, number] {
    const distance = radiusM * Math.sqrt(this.random.uniform());
    const azimuth = 2 * Math.PI * this.random.uniform();
    return [distance * Math.cos(azimuth), distance * Math.sin(azimuth)];
  }

  /** Where a muon crosses the ground that passes near one of the mirrors. */
  private muonCore(direction: AltAz): [number, number] {
    const { telescopes } = this.conditions.array;
    const { xM, yM, zM, type } = telescopes[this.random.integer(telescopes.length)]!;
    const [x, y] = this.core(muonReach * mirrorRadiusM(type));
    const { forward } = directions(direction);
    return [xM + x - (zM * forward[0]) / forward[2], yM + y - (zM * forward[1]) / forward[2]];
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

  /** True where a shower with this energy in photons might trigger a telescope. */
  private isBright(primary: Primary, photonTeV: number): boolean {
    const { telescopes } = this.conditions.array;
    const photons = unevenness[primary] * photonTeV;
    for (let i = 0; i < telescopes.length; i++) {
      const { faintestTeV } = this.cameras.get(telescopes[i]!.type)!;
      if (photons >= faintestTeV[Math.min(faintestTeV.length - 1, Math.floor(this.impacts[i]!))]!) return true;
    }
    return false;
  }

  private follow(axis: ShowerAxis): ArrayEvent | null {
    const { telescopes } = this.conditions.array;
    const sky = directions(axis);
    for (let i = 0; i < telescopes.length; i++) {
      this.impacts[i] = impactDistanceM(axis, sky.forward, telescopes[i]!);
    }
    const alone = axis.primary === "muon";
    // showers that cannot trigger are not followed, which saves most of the time
    if (!alone && !this.isBright(axis.primary, photonShare[axis.primary] * axis.energyTeV)) return null;
    const shower = simulateShower(this.random, axis, this.groundGCm2);
    const photonTeV = shower.cascades.reduce((sum, { weight, energyTeV }) => sum + weight * energyTeV, 0);
    if (!alone && !this.isBright(axis.primary, photonTeV)) return null;
    this.profile.fill(this.random, shower, this.air.at(sky.forward[2]));
    const seen: TelescopeEvent[] = [];
    for (const [i, telescope] of telescopes.entries()) {
      const event = this.see(shower, sky, telescope, this.impacts[i]!);
      if (event) seen.push(event);
    }
    return seen.length > 0 ? { shower, telescopes: seen } : null;
  }

  private see(shower: Shower, sky: Directions, telescope: Telescope, impactM: number): TelescopeEvent | null {
    const { random, view } = this;
    const { type } = telescope;
    const { fieldDeg, finder, frame, light, sky: nightSky, trigger: settings } = this.cameras.get(type)!;
    const observer: Observer = { telescope, view, siteHeightM: this.conditions.array.site.heightM };
    const alone = shower.primary === "muon";
    const air = this.air.at(sky.forward[2]);
    if (!alone) {
      const faintest = settings.faintest / shareOfGroup;
      if (this.light.expect(shower, sky, this.profile, observer, fieldDeg, faintest) < faintest) return null;
    }
    darken(light);
    if (!alone) this.light.sample(random, this.profile, air, observer, finder, light);
    sampleMuons(random, shower, sky, observer, finder, light);
    const pixel = alone
      ? light.total >= muonElectrons
        ? brightestGroup(frame.neighbours, light.counts).pixel
        : -1
      : trigger(random, frame.neighbours, light.counts, settings);
    if (pixel < 0) return null;
    const camera = readOut(random, frame.neighbours, light, pixel, type.readout, nightSky);
    return { telescope, impactM, counts: light.counts.slice(), electrons: light.total, camera };
  }
}

/** Distances, m, up to which faint showers are told apart. */
const farthestM = 2500;

/** @param most charge, p.e., of the brightest showers at a distance, as `brightest` has it */
function camera(type: TelescopeType, nightSky: number, most: (distanceM: number) => number): Camera {
  const frame = imageFrame(type);
  const settings = triggerSettings(type.readout, nightSky);
  const collected = type.mirrorAreaM2 * type.efficiency * shareOfGroup;
  const { lonDeg, latDeg } = frame.pixels;
  return {
    frame,
    fieldDeg: lonDeg.reduce((most, lon, i) => Math.max(most, Math.hypot(lon, latDeg[i]!)), 0),
    finder: pixelFinder(frame.pixels),
    light: darkPixels(type.camera.pixelX.length),
    sky: new NightSky(type.readout, nightSky),
    trigger: settings,
    faintestTeV: Float64Array.from({ length: farthestM }, (_, m) => settings.faintest / (collected * most(m))),
  };
}

/** An energy of a power law between two limits. */
export function energy(
  random: RandomGenerator,
  { minimumTeV, maximumTeV, spectralIndex }: Pick<Particle, "minimumTeV" | "maximumTeV" | "spectralIndex">,
): number {
  const power = spectralIndex + 1;
  const share = random.uniform();
  if (Math.abs(power) < 1e-9) return minimumTeV * (maximumTeV / minimumTeV) ** share;
  const low = minimumTeV ** power;
  const value = (low + share * (maximumTeV ** power - low)) ** (1 / power);
  return Math.min(maximumTeV, Math.max(minimumTeV, value));
}
