import { join } from "node:path";
import { concentration } from "../../lib/camera/concentration.js";
import { type HillasParameters, hillasParameters, telescopeFramePixels } from "../../lib/camera/hillas-parameters.js";
import { cameraBorder, leakage } from "../../lib/camera/leakage.js";
import { neighbours } from "../../lib/camera/neighbours.js";
import { tailcutsClean } from "../../lib/camera/tailcuts-clean.js";
import { timing } from "../../lib/camera/timing.js";
import { numbers } from "../../lib/hdf5/column.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import type { RandomGenerator } from "../../lib/random/generator.js";
import { AirColumns } from "../../lib/simulation/air-column.js";
import type { Telescope } from "../../lib/simulation/array.js";
import { thickness } from "../../lib/simulation/atmosphere.js";
import { readOut } from "../../lib/simulation/camera-image.js";
import { type ImageFrame, imageFrame } from "../../lib/simulation/image-parameters.js";
import { NightSky } from "../../lib/simulation/night-sky.js";
import { impactDistanceM } from "../../lib/simulation/observer.js";
import { pixelFinder } from "../../lib/simulation/pixel-finder.js";
import { darkPixels } from "../../lib/simulation/pixel-light.js";
import { depthOfMaximum, simulateShower } from "../../lib/simulation/shower.js";
import { ShowerProfile } from "../../lib/simulation/shower-profile.js";
import { directions } from "../../lib/simulation/sky-directions.js";
import { TelescopeLight } from "../../lib/simulation/telescope-light.js";
import { lst, mst, sst1m, type TelescopeType } from "../../lib/simulation/telescope-type.js";
import { brightestGroup } from "../../lib/simulation/trigger.js";
import { sharedData } from "../shared-data.js";

/** What is compared of an image: what the cleaned image of one gamma looks like in one telescope. */
export interface ImageLook {
  /** Photo-electrons of the shower, without noise and cleaning. */
  readonly electrons: number;
  readonly hillas: HillasParameters;
  readonly concentrationCog: number;
  readonly concentrationPixel: number;
  /** Share of the light in the two outermost rows of pixels. */
  readonly leakage: number;
  readonly timeSlope: number;
  readonly peakTimeNs: number;
}

export interface OfficialImage {
  readonly energyTeV: number;
  readonly altDeg: number;
  readonly azDeg: number;
  readonly coreXM: number;
  readonly coreYM: number;
  readonly xMaxGCm2: number;
  readonly impactM: number;
  readonly telescope: Telescope;
  readonly pointing: { readonly altDeg: number; readonly azDeg: number };
  readonly siteHeightM: number;
  readonly look: ImageLook | null;
  /** Photo-electrons and charges of the pixels. */
  readonly light: Float64Array;
  readonly charges: Float64Array;
  readonly frame: ImageFrame;
}

const deg = 180 / Math.PI;
/** Both sides are cleaned alike; DigiCam as the official file was. */
const cuts = { pictureThreshold: 8, boundaryThreshold: 4, minPictureNeighbours: 1 };

function look(
  frame: ImageFrame,
  image: Float32Array,
  timesNs: Float32Array,
  counts: ArrayLike<number>,
): ImageLook | null {
  const mask = tailcutsClean(frame.neighbours, image, cuts);
  const hillas = hillasParameters(frame.pixels, image, mask);
  if (!hillas || mask.reduce((sum, kept) => sum + kept, 0) < 4) return null;
  const share = concentration(frame.pixels, image, mask, hillas);
  let brightest = 0;
  let electrons = 0;
  for (let i = 0; i < counts.length; i++) {
    electrons += counts[i]!;
    if (counts[i]! > counts[brightest]!) brightest = i;
  }
  return {
    electrons,
    hillas,
    concentrationCog: share.cog,
    concentrationPixel: share.pixel,
    leakage: leakage(frame.border, image, mask).intensityWidth2,
    timeSlope: Math.abs(timing(frame.pixels, timesNs, mask, hillas).slopeNsPerDeg),
    peakTimeNs: timesNs[brightest]!,
  };
}

const typeOf: Readonly<Record<string, () => TelescopeType>> = { LST: lst, MST: mst, SST: sst1m };

/** All images of the gammas in one of ctapipe's files. */
export async function officialImages(name: string): Promise<OfficialImage[]> {
  const file = await Hdf5File.open(join(sharedData, name));
  const read = (path: string): ((column: string, row: number) => number) => {
    const { columns } = file.table(path).read();
    const cache = new Map<string, Float64Array>();
    return (column, row) => {
      const values = cache.get(column) ?? numbers(columns.get(column)!);
      cache.set(column, values);
      return values[row]!;
    };
  };
  const showers = file.table("/simulation/event/subarray/shower").rows;
  const shower = read("/simulation/event/subarray/shower");
  const run = read("/configuration/simulation/run");
  const layout = file.table("/configuration/instrument/subarray/layout").read();
  const sizes = layout.columns.get("type")!.data as string[];
  const found: OfficialImage[] = [];
  const types = new Map<string, { type: TelescopeType; frame: ImageFrame }>();
  for (const [row, size] of sizes.entries()) {
    const at = (column: string): number => numbers(layout.columns.get(column)!)[row]!;
    const id = at("tel_id");
    const path = `tel_${String(id).padStart(3, "0")}`;
    if (!file.has(`/dl1/event/telescope/images/${path}`)) continue;
    const geometry = read(`/configuration/instrument/telescope/camera/geometry_${at("camera_index")}`);
    const optics = read("/configuration/instrument/telescope/optics");
    const pixels = file.table(`/configuration/instrument/telescope/camera/geometry_${at("camera_index")}`).rows;
    const type = types.get(size)?.type ?? typeOf[size]!();
    types.set(size, { type, frame: imageFrame(type) });
    const camera = {
      ...type.camera,
      pixelX: Float64Array.from({ length: pixels }, (_, i) => geometry("pix_x", i)),
      pixelY: Float64Array.from({ length: pixels }, (_, i) => geometry("pix_y", i)),
    };
    const focal = optics("effective_focal_length", at("optics_index"));
    const list = neighbours(camera);
    const frame: ImageFrame = {
      ...types.get(size)!.frame,
      pixels: telescopeFramePixels(camera, focal > 0 ? focal : type.focalLengthM),
      neighbours: list,
      border: cameraBorder(list),
    };
    const images = file.table(`/dl1/event/telescope/images/${path}`).read();
    const truth = file.table(`/simulation/event/telescope/images/${path}`).read();
    const charges = numbers(images.columns.get("image")!);
    const times = numbers(images.columns.get("peak_time")!);
    const counts = numbers(truth.columns.get("true_image")!);
    const ids = numbers(images.columns.get("event_id")!);
    const pointing = read(`/configuration/telescope/pointing/${path}`);
    for (let i = 0; i < images.rows; i++) {
      const part = (values: Float64Array): Float64Array => values.subarray(i * pixels, (i + 1) * pixels);
      const event = Array.from({ length: showers }, (_, k) => k).find((k) => shower("event_id", k) === ids[i])!;
      const light = part(counts);
      const telescope = { id, name: path, type, xM: at("pos_x"), yM: at("pos_y"), zM: at("pos_z") };
      const core = { coreXM: shower("true_core_x", event), coreYM: shower("true_core_y", event) };
      const from = directions({ altDeg: shower("true_alt", event), azDeg: shower("true_az", event) });
      found.push({
        energyTeV: shower("true_energy", event),
        altDeg: shower("true_alt", event),
        azDeg: shower("true_az", event),
        ...core,
        impactM: impactDistanceM(core, from.forward, telescope),
        xMaxGCm2: shower("true_x_max", event),
        telescope,
        pointing: {
          altDeg: Math.min(89.999, pointing("telescope_pointing_altitude", 0) * deg),
          azDeg: pointing("telescope_pointing_azimuth", 0) * deg,
        },
        siteHeightM: run("prod_site_alt", 0),
        look: look(frame, Float32Array.from(part(charges)), Float32Array.from(part(times)), light),
        light,
        charges: part(charges),
        frame,
      });
    }
  }
  file.close();
  return found;
}

/** Our images of the same gamma, whose shower has its maximum about where the official one has it. */
export function sameGamma(official: OfficialImage, wanted: number, random: RandomGenerator): ImageLook[] {
  const { telescope, siteHeightM } = official;
  const { type } = telescope;
  const frame = imageFrame(type);
  const finder = pixelFinder(frame.pixels);
  const sky = new NightSky(type.readout, 1);
  const profile = new ShowerProfile();
  const light = new TelescopeLight();
  const axis = { ...official, primary: "gamma", altDeg: Math.min(89.999, official.altDeg) } as const;
  const along = directions(axis);
  const air = new AirColumns(siteHeightM).at(along.forward[2]);
  const observer = { telescope, view: directions(official.pointing), siteHeightM };
  const found: ImageLook[] = [];
  for (let attempt = 0; attempt < 60 * wanted && found.length < wanted; attempt++) {
    const shower = simulateShower(random, axis, thickness(siteHeightM));
    if (Math.abs(depthOfMaximum(shower) - official.xMaxGCm2) > 30) continue;
    profile.fill(random, shower, air);
    light.expect(shower, along, profile, observer, 10, 0);
    const pixels = darkPixels(type.camera.pixelX.length);
    light.sample(random, profile, air, observer, finder, pixels);
    const { pixel } = brightestGroup(frame.neighbours, pixels.counts);
    const { image, peakTime } = readOut(random, frame.neighbours, pixels, pixel, type.readout, sky);
    const seen = look(frame, image, peakTime, pixels.counts);
    if (seen) found.push(seen);
  }
  return found;
}

/** What our readout makes of the very photo-electrons of an official image. */
export function sameLight({ light, telescope, frame }: OfficialImage, random: RandomGenerator): Float32Array {
  const { readout } = telescope.type;
  const counts = Uint32Array.from(light);
  const pixels = { counts, times: new Float64Array(counts.length), total: 0 };
  const { pixel } = brightestGroup(frame.neighbours, counts);
  return readOut(random, frame.neighbours, pixels, pixel, readout, new NightSky(readout, 1)).image;
}

/** Charge after the cleaning, p.e.; 0 where nothing is left. */
export function cleanedCharge({ neighbours: list }: ImageFrame, image: ArrayLike<number>): number {
  const mask = tailcutsClean(list, image, cuts);
  return mask.reduce((sum, kept, i) => sum + kept * image[i]!, 0);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}
