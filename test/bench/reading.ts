// Examples a second from DL1 files and from the image store, beside dl1-data-handler in a CTLearn process on the same file:
//   node dist/test/bench/reading.js [--images 30006] [--rounds 3] [--stereo] [--threads 2]
// Rounds alternate between the two. On a busy machine compare the numbers per second of processor time.
import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DataTable } from "../../lib/display/data-table.js";
import { openImageStore } from "../../lib/events/image-store.js";
import { openBatches } from "../../lib/events/open-batches.js";
import { openExamples } from "../../lib/events/open-examples.js";
import { storeReader } from "../events/store-reader.js";
import { peersPython } from "../peers.js";
import { sharedData } from "../shared-data.js";
import { benchFolder, endWithBench } from "./bench.js";
import { writeLargeDL1 } from "./large-dl1.js";

interface Rate {
  readonly examples: number;
  readonly wall: number;
  readonly cpu: number;
}

const { values: args } = parseArgs({
  options: {
    images: { type: "string", default: "30006" },
    rounds: { type: "string", default: "3" },
    threads: { type: "string", default: "2" },
    stereo: { type: "boolean", default: false },
  },
});
const source = args.stereo ? "ctlearn/dl1/gamma_run1.dl1.h5" : "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5";
const reader = args.stereo ? { ...storeReader, mode: "stereo" as const, stackTelescopeImages: true } : storeReader;
const folder = benchFolder();
const dl1 = join(folder, "large.dl1.h5");
process.env.CHERENKIT_CACHE = join(folder, "cache");
await writeLargeDL1(join(sharedData, source), dl1, Number(args.images));

async function timed(work: () => Promise<number>): Promise<Rate> {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  const examples = await work();
  const used = process.cpuUsage(cpu);
  return { examples, wall: (performance.now() - wall) / 1000, cpu: (used.user + used.system) / 1e6 };
}

/** One epoch of shuffled batches of 64, everything from the DL1 file on when there is no store yet. */
async function epoch(): Promise<{ opening: Rate; whole: Rate; batches: Rate }> {
  const examples = await openExamples([dl1], null, reader);
  const opening = await timed(async () => {
    await openImageStore(examples, reader);
    return examples.rows;
  });
  const store = await openImageStore(examples, reader);
  const source = await openBatches(examples, store, reader, {
    tasks: ["energy"],
    batchSize: 64,
    workers: Number(args.threads),
  });
  const order = Uint32Array.from({ length: examples.rows }, (_, i) => i);
  for (let i = order.length - 1; i > 0; i--) {
    const k = Math.floor(Math.random() * (i + 1));
    [order[i], order[k]] = [order[k]!, order[i]!];
  }
  const batches = await timed(async () => {
    let count = 0;
    for await (const batch of source.epoch(order, 64)) {
      count += batch.size;
      batch.release();
    }
    return count;
  });
  await source.close();
  const whole = { examples: batches.examples, wall: opening.wall + batches.wall, cpu: opening.cpu + batches.cpu };
  return { opening, whole, batches };
}

const script = fileURLToPath(new URL("../../../test/bench/dl1dh-reader.py", import.meta.url));
const peer = endWithBench(
  spawn(peersPython, [script, dl1, args.stereo ? "stereo" : "mono"], { stdio: ["pipe", "pipe", "ignore"] }),
);
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
const answer = async (): Promise<Rate> => JSON.parse((await answers.next()).value as string) as Rate;

const rates = new Map<string, Rate[]>();
const add = (name: string, rate: Rate): void => {
  rates.set(name, [...(rates.get(name) ?? []), rate]);
};
const sample = args.stereo ? 640 : 6400;
try {
  await answer();
  for (let round = 0; round < Number(args.rounds); round++) {
    for (const order of ["shuffled", "sequential"]) {
      peer.stdin.write(`${order} ${sample}\n`);
      add(`dl1-data-handler, ${order}`, await answer());
    }
    await rm(join(folder, "cache"), { recursive: true, force: true });
    const first = await epoch();
    add("first epoch: files, shuffled", first.whole);
    add("  of it: files into the store", first.opening);
    add("later epochs: store, shuffled", (await epoch()).batches);
  }
} finally {
  peer.kill();
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;
const perSecond = (name: string, of: "wall" | "cpu"): number =>
  median(rates.get(name)!.map((rate) => rate.examples / rate[of]));
const rows = [...rates.keys()].map((name) => {
  const ratios = (["wall", "cpu"] as const).flatMap((of) =>
    ["shuffled", "sequential"].map((order) => perSecond(name, of) / perSecond(`dl1-data-handler, ${order}`, of)),
  );
  const [wall, cpu] = [perSecond(name, "wall"), perSecond(name, "cpu")];
  return [name, Math.round(wall), Math.round(cpu), ...ratios.map((ratio) => ratio.toFixed(1))];
});
const what = args.stereo ? "events" : "images";
console.log(
  new DataTable(
    [what, "/ s", "/ CPU s", "× their shuffled", "× in order", "× shuffled, CPU", "× in order, CPU"],
    rows,
  ).toText(),
);
