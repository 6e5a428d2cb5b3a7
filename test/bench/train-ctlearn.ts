// Whole epochs beside ctlearn-train-model: the same DigiCam file, the same SingleCNN, batches of 64, loading and
// validation included; whole processes in turns.
//   node dist/test/bench/train-ctlearn.js [images, 3520] [epochs, 3] [rounds, 3]
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DataTable } from "../../lib/display/data-table.js";
import { peersPython } from "../peers.js";
import { sharedData } from "../shared-data.js";
import { benchFolder } from "./bench.js";
import { type Cost, processCost, type Said } from "./process-cost.js";
import { repeatEvents } from "./repeat-events.js";

const ctlearn = join(dirname(peersPython), "ctlearn-train-model");
const script = fileURLToPath(new URL("train-files.js", import.meta.url));
const [images, epochs, rounds] = [3520, 3, 3].map((usual, i) => Number(process.argv[i + 2] ?? usual)) as [
  number,
  number,
  number,
];
if (epochs < 2) throw new Error("the first epoch is left out: two are needed at least");
const folder = benchFolder();
// The image store is written anew, and goes with the folder.
process.env.CHERENKIT_CACHE = join(folder, "cache");

/** A training with the mean cost of an epoch, the first left out: there both build their graphs, and we the image store. */
interface Training extends Cost {
  readonly epochSeconds: number;
  readonly epochCpuSeconds: number;
}

async function training(command: string, args: readonly string[], isEpochEnd: RegExp): Promise<Training> {
  const ends: Said[] = [];
  const cost = await processCost(command, args, folder, (said) => {
    if (isEpochEnd.test(said.line)) ends.push(said);
  });
  const [first, last] = [ends[0]!, ends.at(-1)!];
  if (ends.length !== epochs) throw new Error(`${ends.length} epochs were seen, not ${epochs}`);
  const mean = (of: (said: Said) => number): number => (of(last) - of(first)) / (epochs - 1);
  return { ...cost, epochSeconds: mean(({ seconds }) => seconds), epochCpuSeconds: mean((said) => said.cpuSeconds) };
}

const yaml = `prepare_model:
  model_type: SingleCNN
  tasks: [energy]
  CTLearnModel: {attention_mechanism: Dual-SE, attention_reduction_ratio: 16}
training_model:
  TrainCTLearnModel:
    output_dir: ours
    input_dir_signal: data
    file_pattern_signal: ["*.h5"]
    n_epochs: ${epochs}
    batch_size: 64
    DLImageReader: {mode: mono, focal_length_choice: EQUIVALENT, image_mapper_type: BilinearMapper, channels: [image, peak_time]}
`;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

mkdirSync(join(folder, "data"));
const source = join(sharedData, "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5");
await repeatEvents(source, join(folder, "data/digicam.dl1.h5"), Math.ceil(images / 9));
writeFileSync(join(folder, "package.json"), "{}");
writeFileSync(join(folder, "ours.yaml"), yaml);
const [theirs, ours]: [Training[], Training[]] = [[], []];
const waits: number[] = [];
for (let round = 0; round < rounds; round++) {
  for (const old of ["theirs", "ours", "cache"]) rmSync(join(folder, old), { recursive: true, force: true });
  const tool = "TrainCTLearnModel";
  const settings = [
    ...["--signal", "data", "--pattern-signal", "*.h5", "--reco", "energy", "--output", "theirs"],
    ...[`--${tool}.n_epochs=${epochs}`, `--${tool}.model_type=SingleCNN`, `--${tool}.batch_size=64`],
    "--DLImageReader.focal_length_choice=EQUIVALENT",
  ];
  theirs.push(await training(ctlearn, settings, /^\d+\/\d+ - .*val_loss/));
  ours.push(await training(process.execPath, [script, "ours.yaml"], /^epoch \d+\/\d+ .*loss [\d.]+\//));
  const metrics = JSON.parse(readFileSync(join(folder, "ours/metrics.json"), "utf8")) as { wait_share: number };
  waits.push(metrics.wait_share);
  console.log(JSON.stringify({ ctlearn: theirs.at(-1), cherenkit: ours.at(-1), waitShare: waits.at(-1) }));
}
const rows = (
  [
    ["epoch, s", (one) => one.epochSeconds],
    ["epoch, processor s", (one) => one.epochCpuSeconds],
    ["whole process, s", (one) => one.seconds],
    ["whole process, processor s", (one) => one.cpuSeconds],
    ["peak memory, MB", (one) => one.megabytes],
  ] as [string, (one: Training) => number][]
).map(([name, of]) => {
  const ratios = theirs.map((one, i) => of(one) / of(ours[i]!));
  const range = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
  return [name, median(theirs.map(of)), median(ours.map(of)), `${median(ratios).toFixed(2)} (${range})`];
});
console.log(new DataTable(["", "CTLearn", "cherenkit", "ratio"], rows, `${images} images, ${epochs} epochs`).toText());
console.log(
  `waiting for data: ${waits.map((share) => `${(100 * share).toFixed(1)} %`).join(", ")} of our training time`,
);
