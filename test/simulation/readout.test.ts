import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { calibrateEvent, digiCamAdcPerPhotoElectron } from "../../lib/calibration/calibrate-event.js";
import { RawEventFile } from "../../lib/calibration/raw-events.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { RandomGenerator } from "../../lib/random/generator.js";
import { imageFrame, parametrise } from "../../lib/simulation/image-parameters.js";
import { NightSky } from "../../lib/simulation/night-sky.js";
import { sst1m } from "../../lib/simulation/telescope-type.js";
import { needsData, sharedData } from "../shared-data.js";
import { cleanedCharge, median, type OfficialImage, officialImages, sameLight } from "./official-images.js";

const sst1mGammas = "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5";
const cta1TeV = "dl1/v6.0.0/gamma_1.3TeV_4LST_15NectarCam.dl1.h5";
const ctaDiffuse = "dl1/v7.1.0/gamma_diffuse_run000010_alpha.dl1.h5";
const realEvents = "real/sst1m_20180823_32events.r0.h5";

function within(value: number, low: number, high: number, what: string): void {
  assert.ok(value > low && value < high, `${what}: ${value}, expected ${low} to ${high}`);
}

async function imagesBySize(): Promise<Map<string, OfficialImage[]>> {
  const bySize = new Map<string, OfficialImage[]>();
  for (const name of [sst1mGammas, cta1TeV, ctaDiffuse]) {
    for (const image of await officialImages(name)) {
      const { size } = image.telescope.type;
      bySize.set(size, [...(bySize.get(size) ?? []), image]);
    }
  }
  return bySize;
}

const official = needsData(sst1mGammas, cta1TeV, ctaDiffuse);

test("dark pixels have the noise of the official ones", official, async () => {
  for (const [size, images] of await imagesBySize()) {
    const charges = images.flatMap(({ charges, light }) => [...charges.filter((_, pixel) => light[pixel] === 0)]);
    const { mean, spread } = moments(charges);
    within(mean, -0.1, 0.1, `mean charge in ${size}`);
    const ours = new NightSky(images[0]!.telescope.type.readout, 1).spread;
    within(ours / spread, 0.9, 1.1, `noise in ${size}, ratio to the official`);
  }
});

/** Photo-electrons of the neighbours from which a group of pixels begins. */
const groups = [0, 2, 6, 13, 40];

interface Response {
  pixels: number;
  electrons: number;
  official: number;
  ours: number;
}

/** Charge that comes of the photo-electrons in pixels with 1 to 11 of them, by the light of their neighbours. */
function responses(images: readonly OfficialImage[], random: RandomGenerator): Response[] {
  const found = groups.map((): Response => ({ pixels: 0, electrons: 0, official: 0, ours: 0 }));
  const repeats = 4;
  for (const image of images) {
    const { light, charges, frame } = image;
    if (Math.max(...light) < 12) continue;
    const own = Array.from({ length: repeats }, () => sameLight(image, random));
    const { offsets, indices } = frame.neighbours;
    for (let pixel = 0; pixel < light.length; pixel++) {
      if (light[pixel]! < 1 || light[pixel]! >= 12) continue;
      const around = indices.subarray(offsets[pixel]!, offsets[pixel + 1]!).reduce((sum, i) => sum + light[i]!, 0);
      const group = found[groups.findLastIndex((least) => around >= least)]!;
      group.pixels++;
      group.electrons += light[pixel]!;
      group.official += charges[pixel]!;
      for (const charges of own) group.ours += charges[pixel]! / repeats;
    }
  }
  return found;
}

test("faint light is read out beside bright pixels and lost alone, as in the official images", official, async () => {
  for (const [size, images] of await imagesBySize()) {
    const shares = responses(images, new RandomGenerator(4)).map(({ pixels, electrons, official, ours }, i) => {
      assert.ok(pixels > 40, `${pixels} pixels of ${size} with ${groups[i]} p.e. around`);
      within((ours - official) / electrons, -0.15, 0.15, `charge of a photo-electron in ${size}, group ${i}`);
      return official / electrons;
    });
    assert.ok(shares[0]! < 0.3 && shares.at(-1)! > 0.75, `${size}: ${shares.join(", ")}`);
  }
});

test("of the same light our readout and cleaning leave as much as the official ones", official, async () => {
  const random = new RandomGenerator(5);
  for (const [size, images] of await imagesBySize()) {
    const ratios: number[] = [];
    for (const image of images) {
      const there = cleanedCharge(image.frame, image.charges);
      const here = median(Array.from({ length: 9 }, () => cleanedCharge(image.frame, sameLight(image, random))));
      if (there > 60 && here > 0) ratios.push(Math.log(here / there));
    }
    assert.ok(ratios.length >= 4, `${ratios.length} images of ${size}`);
    const mean = ratios.reduce((sum, ratio) => sum + ratio / ratios.length, 0);
    const spread = Math.sqrt(ratios.reduce((sum, ratio) => sum + (ratio - mean) ** 2 / ratios.length, 0));
    within(Math.exp(mean), 0.93, 1.07, `charge after the cleaning in ${size}, ours to theirs`);
    within(spread, 0, 0.15, `scatter of single images in ${size}`);
  }
});

function moments(values: readonly number[]): { mean: number; spread: number; skewness: number } {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const power = (n: number): number => values.reduce((sum, value) => sum + (value - mean) ** n / values.length, 0);
  const spread = Math.sqrt(power(2));
  return { mean, spread, skewness: power(3) / spread ** 3 };
}

test(
  "under the sky over Kraków our dark pixels are as noisy and as lopsided as real ones",
  needsData(realEvents),
  async () => {
    const { camera, effectiveFocalLengthM, readout } = sst1m();
    const frame = imageFrame({ camera, effectiveFocalLengthM });
    const how = { neighbours: frame.neighbours, sampleNs: 4, adcPerPhotoElectron: digiCamAdcPerPhotoElectron };
    const charges = Array.from({ length: camera.pixelX.length }, (): number[] => []);
    const times: number[] = [];
    const raw = await RawEventFile.open(join(sharedData, realEvents));
    for (const event of raw.read()) {
      const { image, peakTimeNs } = calibrateEvent(event, how);
      const { mask } = parametrise(frame, { image, peakTime: peakTimeNs });
      for (const [pixel, charge] of image.entries()) {
        if (mask[pixel]) continue;
        charges[pixel]!.push(charge);
        times.push(peakTimeNs[pixel]!);
      }
    }
    raw.close();
    // each pixel about its own mean: baselines differ
    const real = moments(charges.flatMap((own) => own.map((charge) => charge - moments(own).mean)));
    within(real.spread, 2.2, 2.8, "noise of the real camera, p.e.");
    const { spread, electronics } = readout.noise;
    const level = (real.spread ** 2 - electronics ** 2) / (spread ** 2 - electronics ** 2);
    within(level, 6, 11, "light of that sky in units of a dark one");
    const random = new RandomGenerator(6);
    const sky = new NightSky(readout, level);
    const ours = moments(Array.from({ length: 200_000 }, () => sky.charge(random.word())));
    within(ours.spread / real.spread, 0.98, 1.02, "noise at that level");
    // the level was chosen by the spread alone; the skewness follows
    within(ours.skewness / real.skewness, 0.85, 1.2, "skewness of the noise");
    // without light any time is as likely as another
    times.sort((a, b) => a - b);
    for (const share of [0.25, 0.5, 0.75]) {
      within(times[Math.floor(share * times.length)]! / 196, share - 0.04, share + 0.04, "times of dark pixels");
    }
  },
);

test("pulses stand where real events of SST-1M have them", needsData(realEvents), async () => {
  const file = await Hdf5File.open(join(sharedData, realEvents));
  const { data } = file.array("/adc_samples");
  file.close();
  const [events, pixels, samples] = [32, 1296, 50];
  const times: number[] = [];
  for (let k = 0; k < events * pixels; k++) {
    const waveform = Array.from({ length: samples }, (_, i) => Number(data[k * samples + i]!));
    const highest = Math.max(...waveform);
    // bright enough that the night sky over Kraków does not reach it
    if (highest - median(waveform) > 60) times.push(waveform.indexOf(highest) * 4);
  }
  assert.ok(times.length > 2);
  within(sst1m().readout.triggerNs - median(times), -4, 16, "our trigger time less that of real pulses, ns");
});
