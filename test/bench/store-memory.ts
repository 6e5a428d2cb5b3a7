// Memory while batches of a large image store are gone through, epoch after epoch:
//   node dist/test/bench/store-memory.js build FOLDER IMAGES [FILES], then node dist/test/bench/store-memory.js read FOLDER [EPOCHS]
// FILES is how often the images are given, the same file under several names: a store of several GB is soon made.
// Read in a group whose memory is smaller than the store: systemd-run --scope -p MemoryMax=250M node …
import { linkSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openImageStore } from "../../lib/events/image-store.js";
import { openBatches } from "../../lib/events/open-batches.js";
import { openExamples } from "../../lib/events/open-examples.js";
import { RandomGenerator } from "../../lib/random/generator.js";
import { storeReader } from "../events/store-reader.js";
import { sharedData } from "../shared-data.js";
import { writeLargeDL1 } from "./large-dl1.js";
import "./bench.js";

const [action, folder, count, names] = process.argv.slice(2);
if ((action !== "build" && action !== "read") || !folder) {
  console.error("usage: store-memory.js build FOLDER [IMAGES [FILES]] | read FOLDER [EPOCHS]");
  process.exit(2);
}
const dl1 = join(folder, "dl1");
process.env.CHERENKIT_CACHE = join(folder, "cache");
if (action === "build") {
  rmSync(dl1, { recursive: true, force: true });
  mkdirSync(dl1, { recursive: true });
  const first = join(dl1, "large_0.dl1.h5");
  await writeLargeDL1(join(sharedData, "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5"), first, Number(count ?? 30_000));
  for (let i = 1; i < Number(names ?? 1); i++) linkSync(first, join(dl1, `large_${i}.dl1.h5`));
}
const files = readdirSync(dl1).map((name) => join(dl1, name));
const examples = await openExamples(files, null, storeReader);
const store = await openImageStore(examples, storeReader);
const storeMB = Math.round((store.examples * store.pixels * store.channels * 4) / 1e6);
const peakMB = (): number => Math.round(process.resourceUsage().maxRSS / 1024);
console.log(`${store.examples} images, store of ${storeMB} MB, at most ${peakMB()} MB so far`);
if (action === "read") {
  const batches = await openBatches(examples, store, storeReader, { tasks: [], batchSize: 64, workers: 1 });
  const random = new RandomGenerator(1);
  const order = Uint32Array.from({ length: examples.rows }, (_, row) => row);
  for (let epoch = 1; epoch <= Number(count ?? 4); epoch++) {
    for (let i = order.length - 1; i > 0; i--) {
      const j = random.integer(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    let most = 0;
    for await (const batch of batches.epoch(order, 64)) {
      most = Math.max(most, process.memoryUsage.rss());
      batch.release();
    }
    console.log(`epoch ${epoch}: at most ${Math.round(most / 1e6)} MB resident`);
  }
  await batches.close();
}
