// What turned images cost: node dist/test/bench/augmentation.js [IMAGES] [ROUNDS]
// Batches of 64 from an image store, with and without turns, in turns; ratios of processor time on one worker thread.
import { join } from "node:path";
import type { Augmentation } from "../../lib/config/config.js";
import { DataTable } from "../../lib/display/data-table.js";
import { openImageStore } from "../../lib/events/image-store.js";
import { openBatches } from "../../lib/events/open-batches.js";
import { openExamples } from "../../lib/events/open-examples.js";
import { RandomGenerator } from "../../lib/random/generator.js";
import { storeReader } from "../events/store-reader.js";
import { sharedData } from "../shared-data.js";
import { benchFolder } from "./bench.js";
import { writeLargeDL1 } from "./large-dl1.js";

const [wanted, rounds] = [Number(process.argv[2] ?? 10_000), Number(process.argv[3] ?? 5)];
const folder = benchFolder();
process.env.CHERENKIT_CACHE = join(folder, "cache");
const kinds: readonly Augmentation[] = ["none", "rotation", "symmetry"];
const rates = new Map<string, number[]>(kinds.map((kind) => [kind, []]));
const dl1 = join(folder, "large.dl1.h5");
await writeLargeDL1(join(sharedData, "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5"), dl1, wanted);
const examples = await openExamples([dl1], null, storeReader);
const store = await openImageStore(examples, storeReader);
const random = new RandomGenerator(1);
const order = Uint32Array.from({ length: examples.rows }, () => random.integer(examples.rows));
const sources = await Promise.all(
  kinds.map(async (augmentation) => ({
    augmentation,
    batches: await openBatches(examples, store, storeReader, {
      tasks: ["cameradirection"],
      batchSize: 64,
      workers: 1,
      augmentation,
    }),
  })),
);
// The first round warms up: compilers, and checksums of the store.
for (let round = 0; round <= rounds; round++) {
  for (const { augmentation, batches } of sources) {
    const began = process.cpuUsage();
    let images = 0;
    for await (const batch of batches.epoch(order, 64, { turnSeed: round })) {
      images += batch.size;
      batch.release();
    }
    const { user, system } = process.cpuUsage(began);
    if (round > 0) rates.get(augmentation)!.push(images / ((user + system) / 1e6));
  }
}
await Promise.all(sources.map(({ batches }) => batches.close()));
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const plain = median(rates.get("none")!);
const rows = [...rates].map(([kind, values]) => {
  const rate = median(values);
  return [kind, Math.round(rate), `${((plain / rate - 1) * 100).toFixed(1)} %`];
});
console.log(new DataTable(["augmentation", "images / CPU s", "costs more"], rows).toText());
