/**
 * Triggered telescope images per second of each particle and array.
 *
 *     node dist/test/bench/simulate.js [EVENTS] [THREADS]
 *
 * Prints wall-clock rates and images per second of processor time, of all threads together: on a busy machine only the
 * second is worth comparing. The first events of each run, while the code is compiled, are not counted.
 */
import { DataTable } from "../../lib/display/data-table.js";
import { simulate } from "../../lib/simulation/simulate.js";
import { ownedCores } from "../../lib/threads/worker-count.js";
import { benchFolder } from "./bench.js";

const events = Number(process.argv[2] ?? 2000);
const threads = Number(process.argv[3] ?? ownedCores());
const folder = benchFolder();

const cases = [
  { array: "sst1m", particles: ["gamma"] },
  { array: "sst1m", particles: ["proton"] },
  { array: "sst1m", particles: ["muon"] },
  { array: "lst4", particles: ["gamma"] },
  { array: "mixed", particles: ["gamma"] },
];

interface Run {
  readonly images: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

async function timed(options: (typeof cases)[number], count: number): Promise<Run> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  const files = await simulate({ ...options, events: count, seed: 1, output: folder, threads, overwrite: true });
  const used = process.cpuUsage(cpu);
  return {
    images: files.reduce((sum, { images }) => sum + images, 0),
    seconds: (performance.now() - began) / 1000,
    cpuSeconds: (used.user + used.system) / 1e6,
  };
}

const rows: [string, string, number, number, number][] = [];
for (const options of cases) {
  const share = options.array === "sst1m" ? 1 : 0.25;
  // the difference of a long and a short run is free of their start
  const short = await timed(options, Math.round(0.25 * share * events));
  const long = await timed(options, Math.round(1.25 * share * events));
  const images = long.images - short.images;
  rows.push([
    options.array,
    options.particles.join(),
    images,
    Math.round(images / (long.seconds - short.seconds)),
    Math.round(images / (long.cpuSeconds - short.cpuSeconds)),
  ]);
}
const columns = ["array", "particle", "images", "images/s", "images per CPU second"];
console.log(new DataTable(columns, rows, `${threads} threads`).toText());
