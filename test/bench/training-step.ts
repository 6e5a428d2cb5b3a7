// How fast is a training step, against Keras on the same machine? Both run the same networks on batches in memory, in
// turns, so that what else the machine does hits both. Only the ratios count.
//   node dist/test/bench/training-step.js [rounds] [part of a case's name]
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { DataTable } from "../../lib/display/data-table.js";
import { compileModel } from "../../lib/engine/compile-model.js";
import { compilePredictor } from "../../lib/engine/compile-predictor.js";
import { buildModel } from "../../lib/models/build-model.js";
import { replicaCount } from "../../lib/training/replica-count.js";
import { modelConfig } from "../models/model-config.js";
import { kerasPython } from "../peers.js";
import { endWithBench } from "./bench.js";

interface Case {
  readonly network: "SingleCNN" | "ResNet";
  readonly batch: number;
  readonly kind: "train" | "predict";
  /** Steps of a round. */
  readonly steps: number;
  /** null = as a training chooses it. */
  readonly replicas?: number | null;
}

const networks: Case[] = [
  { network: "SingleCNN", batch: 64, kind: "train", steps: 6 },
  { network: "SingleCNN", batch: 64, kind: "predict", steps: 6 },
  { network: "ResNet", batch: 8, kind: "train", steps: 2 },
  { network: "ResNet", batch: 32, kind: "train", steps: 1 },
  { network: "ResNet", batch: 8, kind: "predict", steps: 4 },
];
// As a training does it; where that is in several copies of the network, in one piece as well.
const all = networks.flatMap((one): Case[] =>
  one.kind === "train" && one.batch < 16 ? [{ ...one, replicas: 1 }, one] : [one],
);

const nameOf = ({ network, batch, kind, replicas }: Case): string =>
  `${network} ${kind} ${batch}${replicas === 1 ? ", in one piece" : ""}`;

const [rounds, wanted] = [Number(process.argv[2] ?? 5), process.argv[3] ?? ""];
const cases = all.filter((one) => nameOf(one).includes(wanted));

const script = fileURLToPath(new URL("../../../test/bench/keras-steps.py", import.meta.url));
const env = { ...process.env, TF_ENABLE_ONEDNN_OPTS: process.env.TF_ENABLE_ONEDNN_OPTS ?? "1" };
const python = endWithBench(spawn(kerasPython, [script], { env, stdio: ["pipe", "pipe", "ignore"] }));
const answers = createInterface({ input: python.stdout })[Symbol.asyncIterator]();

async function keras({ network, batch, kind }: Case, count: number): Promise<number[]> {
  python.stdin.write(`${network} ${batch} ${kind} ${count}\n`);
  return JSON.parse(String((await answers.next()).value)) as number[];
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

const rows: (string | number)[][] = [];
for (const one of cases) {
  const { network, batch, kind, replicas = null } = one;
  const model = buildModel(modelConfig({ type: network, tasks: ["energy"] }), [96, 96, 2], 1);
  const images = Float32Array.from({ length: batch * 96 * 96 * 2 }, (_, i) => Math.sin(i));
  const labels = { energy: Float32Array.from({ length: batch }, (_, i) => Math.cos(i)) };
  const settings = { replicas, engine: "graph", batchSize: batch } as const;
  const start = performance.now();
  const options = { losses: { energy: "meanAbsoluteError" }, optimizer: { name: "Adam" } } as const;
  const compiled =
    kind === "train"
      ? await compileModel(model, { ...options, replicas: { count: replicaCount(model, settings) } })
      : null;
  const predictor = kind === "predict" ? await compilePredictor(model) : null;
  const compileMs = performance.now() - start;
  const step = (): unknown =>
    compiled ? compiled.trainStep({ images, size: batch, labels }, 1e-4) : predictor!.predict(images, batch);
  const timed = (count: number): number[] =>
    Array.from({ length: count }, () => {
      const before = performance.now();
      step();
      return performance.now() - before;
    });
  timed(2);
  await keras(one, 2);
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    ours.push(...timed(one.steps));
    theirs.push(...(await keras(one, one.steps)));
  }
  const [our, their] = [median(ours), median(theirs)];
  rows.push([nameOf(one), our, their, (1000 * batch) / our, (1000 * batch) / their, their / our, compileMs]);
  compiled?.dispose();
  predictor?.dispose();
  model.dispose();
}
python.stdin.end();
const columns = ["case", "ours ms", "Keras ms", "ours img/s", "Keras img/s", "ratio", "compile ms"];
console.log(new DataTable(columns, rows, `medians of ${rounds} rounds, in turns`).toText());
