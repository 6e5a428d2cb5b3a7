import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Config } from "../../lib/config/config.js";
import { loadConfig } from "../../lib/config/load-config.js";
import { readModelCard } from "../../lib/config/model-card.js";
import type { Task } from "../../lib/config/task.js";
import { isDisplayable } from "../../lib/display/mime-bundle.js";
import type { tf } from "../../lib/engine/tensorflow.js";
import { CherenkitError, ConfigError, InterruptedError, OutputError } from "../../lib/errors.js";
import type { Batch } from "../../lib/events/batches.js";
import { keepNewest } from "../../lib/files/keep-newest.js";
import { buildModel } from "../../lib/models/build-model.js";
import { loadModel } from "../../lib/models/load-model.js";
import { requestStop } from "../../lib/training/stop-signal.js";
import { type TrainOptions, train } from "../../lib/training/train.js";
import type { TrainingRun } from "../../lib/training/training-run.js";
import type { TrainingSet } from "../../lib/training/training-set.js";
import { beforeBatch, syntheticSet, syntheticYaml, withoutTimes } from "./synthetic-data.js";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cherenkit-train-"));
});
after(() => rm(folder, { recursive: true, force: true }));

let counter = 0;
/** A configuration of its own project folder. */
async function configOf(task: Task, more = "", project = `project-${counter++}`): Promise<Config> {
  const file = join(folder, `${project}.yaml`);
  await writeFile(file, syntheticYaml(task, more).replace("models/", `${project}/models/`));
  return loadConfig(file);
}

const modelOf = (config: Config): tf.LayersModel => buildModel(config.model, [8, 8, 2], config.training.seed);

interface Outcome {
  readonly run: TrainingRun;
  readonly model: tf.LayersModel;
  readonly lines: readonly string[];
}

async function trained(config: Config, set: TrainingSet, options: TrainOptions = {}): Promise<Outcome> {
  const model = modelOf(config);
  const lines: string[] = [];
  const run = await train(model, set, config, { log: (line) => lines.push(line), ...options });
  return { run, model, lines };
}

const weightsOf = (model: tf.LayersModel): number[][] => model.getWeights().map((weight) => [...weight.dataSync()]);
const json = async (path: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;

test("a small energy network learns, and its folder holds what the layout promises", async () => {
  const config = await configOf("energy", "    n_epochs: 6\n");
  const epochs: number[] = [];
  const { run, model, lines } = await trained(config, syntheticSet(200, 21), {
    onEpoch: (record) => {
      epochs.push(record.epoch);
    },
  });
  const history = run.history;
  assert.deepEqual(epochs, [0, 1, 2, 3, 4, 5]);
  const losses = history.map((record) => record.val_loss);
  assert.ok(Math.min(...losses) < 0.5 * losses[0]!, `losses ${losses}`);
  // The loss of this task is the mean absolute error itself.
  for (const record of history) {
    assert.ok(Math.abs(record.val_loss - record.metrics.val_mae_energy!) < 1e-6);
    assert.ok(Math.abs(record.loss - record.metrics.mae_energy!) < 1e-6);
  }
  assert.deepEqual((await readdir(config.modelFolder)).sort(), [
    "card.json",
    "config.yaml",
    "metrics.json",
    "model",
    "train",
    "training_log.csv",
    "validation",
  ]);
  const log = (await readFile(run.folder.trainingLog, "utf8")).trim().split("\n");
  assert.equal(log[0], "epoch,loss,lr,mae_energy,val_loss,val_mae_energy");
  assert.equal(log.length, 7);
  const metrics = await json(run.folder.metrics);
  assert.equal(metrics.num_params, model.countParams());
  assert.equal(metrics.training_events, 200);
  assert.equal(metrics.epochs, 6);
  assert.equal(metrics.complete, true);
  assert.ok(Number(metrics.training_ms) > 0);
  const best = history.reduce((a, b) => (b.val_loss < a.val_loss ? b : a));
  assert.equal(metrics.best_epoch, best.epoch);
  assert.equal(run.bestEpoch, best.epoch);
  const card = await readModelCard(run.folder.card);
  assert.deepEqual(card.inputShape, [8, 8, 2]);
  assert.deepEqual(card.validity.examples, { training: 179, validation: 21 });
  const again = await loadConfig(run.folder.config);
  assert.deepEqual({ ...again, file: "" }, { ...config, file: "" });
  assert.ok(isDisplayable(run));
  assert.match(String(run), /6 epochs in .*★/s);
  assert.ok(lines.some((line) => /^epoch 1\/6 .* images\/s {2}waiting /.test(line)));
  // What is saved is what is in memory: the best epoch.
  const loaded = await loadModel(run.folder.model);
  assert.deepEqual(weightsOf(loaded), weightsOf(model));
});

test("the type network learns with class weights, and logs accuracy and auc", async () => {
  const config = await configOf("type", "    n_epochs: 4\n");
  const { run } = await trained(config, syntheticSet(200, 20, { signalShare: 0.8 }));
  const last = run.history.at(-1)!;
  assert.ok(last.metrics.val_auc! > 0.95, `auc ${last.metrics.val_auc}`);
  const log = await readFile(run.folder.trainingLog, "utf8");
  assert.equal(log.split("\n")[0], "epoch,accuracy,auc,loss,lr,val_accuracy,val_auc,val_loss");
});

for (const task of ["energy", "type"] as const) {
  test(`${task}: interrupted at any step and resumed, the numbers are those of an uninterrupted training`, async () => {
    const more = `    n_epochs: 3
    lr_reducing: {factor: 0.5, patience: 1, min_delta: 0.5}
    percentage_per_epoch: 0.8
`;
    const set = syntheticSet(150, 20);
    const whole = await trained(await configOf(task, more), set);
    // 130 examples, batches of 16: 8 steps, 80 % of them are 6; two batches of validation.
    const config = await configOf(task, more);
    const abortAt = [1, 4, 6, 7, 8, 9, 17];
    let outcome: Outcome | undefined;
    let steps = 0;
    for (const at of [...abortAt, Number.POSITIVE_INFINITY]) {
      const abort = new AbortController();
      const counting = beforeBatch(set, () => {
        if (++steps === at) abort.abort();
      });
      try {
        outcome = await trained(config, counting, { signal: abort.signal });
        break;
      } catch (error) {
        assert.ok(error instanceof InterruptedError, String(error));
        assert.equal(error.exitCode, 75);
        assert.ok(!existsSync(join(config.modelFolder, "model")));
      }
    }
    assert.ok(outcome!.lines.some((line) => line.startsWith("continuing in epoch")));
    assert.deepEqual(withoutTimes(outcome!.run.history), withoutTimes(whole.run.history));
    assert.deepEqual(weightsOf(outcome!.model), weightsOf(whole.model));
    assert.ok(!existsSync(join(config.modelFolder, "checkpoint")));
  });
}

const script = fileURLToPath(new URL("./train-process.js", import.meta.url));

/** Trains in a process of its own; `onLine` may kill it. */
async function trainProcess(
  config: Config,
  onLine: (line: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly error: string }> {
  const child = spawn(process.execPath, [script, config.file], { stdio: ["ignore", "pipe", "pipe"] });
  let error = "";
  child.stderr.on("data", (data: Buffer) => {
    error += data.toString();
  });
  createInterface(child.stdout).on("line", (line) => onLine(line, (signal) => child.kill(signal)));
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal, error };
}

test("killed by any signal and started again, a process ends with the same log", async () => {
  const more = "    n_epochs: 3\n";
  const whole = await configOf("energy", more);
  assert.equal((await trainProcess(whole)).code, 0);
  const config = await configOf("energy", more);
  const killed = await trainProcess(config, (line, kill) => line.startsWith("epoch 1/3") && kill("SIGKILL"));
  assert.equal(killed.signal, "SIGKILL");
  const stopped = await trainProcess(config, (line, kill) => line.startsWith("epoch 2/3") && kill("SIGTERM"));
  assert.equal(stopped.code, 75, stopped.error);
  assert.match(stopped.error, /interrupted .*signal SIGTERM; everything is saved/);
  const last = await trainProcess(config);
  assert.equal(last.code, 0, last.error);
  for (const file of ["training_log.csv", "model/weights.bin"]) {
    const [a, b] = await Promise.all([whole, config].map(({ modelFolder }) => readFile(join(modelFolder, file))));
    assert.ok(a!.equals(b!), file);
  }
});

test("killed at random moments, even within a checkpoint, a process ends with the same log and weights", async () => {
  const more = "    n_epochs: 4\n    checkpoint_minutes: 0.0005\n";
  const whole = await configOf("energy", more);
  assert.equal((await trainProcess(whole)).code, 0);
  const config = await configOf("energy", more);
  for (let kills = 0; kills < 4; kills++) {
    const wait = 50 + 700 * Math.random();
    const { code, error } = await trainProcess(config, (line, kill) => {
      if (line === "ready") setTimeout(() => kill("SIGKILL"), wait);
    });
    assert.ok(code === null || code === 0, error);
    if (code === 0) break;
  }
  const last = await trainProcess(config);
  assert.equal(last.code, 0, last.error);
  for (const file of ["training_log.csv", "model/weights.bin"]) {
    const [a, b] = await Promise.all([whole, config].map(({ modelFolder }) => readFile(join(modelFolder, file))));
    assert.ok(a!.equals(b!), file);
  }
});

test("a signal while the network is compiled ends the process with a checkpoint, not by the signal", async () => {
  const config = await configOf("energy", "    n_epochs: 2\n");
  const stopped = await trainProcess(config, (line, kill) => line === "ready" && kill("SIGTERM"));
  assert.equal(stopped.code, 75, stopped.error);
  assert.match(stopped.error, /interrupted before its first step: signal SIGTERM; everything is saved/);
  assert.equal((await trainProcess(config)).code, 0);
});

test("a signal within a step, which may take a minute, ends training after that step; one before a step ends it there", async () => {
  const set = syntheticSet(100, 10);
  const { batches } = set;
  const config = await configOf("energy", "    n_epochs: 1\n");
  let handed = 0;
  const signalling = {
    ...set,
    batches: {
      ...batches,
      async *epoch(...order: Parameters<typeof batches.epoch>): AsyncGenerator<Batch> {
        for await (const batch of batches.epoch(...order)) {
          const within = ++handed === 2;
          if (handed === 4) {
            process.kill(process.pid, "SIGTERM");
            await wait(20); // as long as a batch is read
          }
          yield {
            ...batch,
            get images(): Float32Array {
              if (within) process.kill(process.pid, "SIGTERM");
              return batch.images;
            },
          };
        }
      },
    },
  };
  await assert.rejects(trained(config, signalling), /interrupted in epoch 1 after step 2 of 5: signal SIGTERM/);
  await assert.rejects(trained(config, signalling), /interrupted in epoch 1 after step 3 of 5: signal SIGTERM/);
  assert.equal((await trained(config, set)).run.history.length, 1);
});

/** A folder on a disk of its own, which only its own process sees; where Linux lets users mount one. */
const mounts = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0;
test("on a full disk training ends with one error and keeps the last checkpoint; with room again it ends with the same log", {
  skip: mounts ? false : "no disk can be mounted here (unshare -rm)",
}, async () => {
  const more = "    n_epochs: 12\n";
  const whole = await configOf("energy", more);
  assert.equal((await trainProcess(whole)).code, 0);
  const config = await configOf("energy", more);
  await mkdir(config.modelFolder, { recursive: true });
  const out = join(folder, "full-disk");
  await mkdir(out);
  // What is left of the disk goes into a file as soon as the first checkpoint is there, and is given back later.
  const steps = `
set -u
mount -t tmpfs -o size=20m none "$1"
node "$2" "$3" 2> "$4/error" &
training=$!
while ! ls "$1"/checkpoint/000001/state.json > "$4/seen" 2>&1 && kill -0 $training; do sleep 0.02; done
head -c 30000000 /dev/zero > "$1/filler" 2> "$4/filled"
wait $training; echo $? > "$4/code"
find "$1" -name '*.tmp*' > "$4/left"; ls "$1/checkpoint" > "$4/generations"
rm "$1/filler"
node "$2" "$3" > "$4/again" 2>&1; echo $? >> "$4/code"
cp "$1/training_log.csv" "$1/model/weights.bin" "$4"
`;
  const args = ["-rm", "sh", "-c", steps, "sh", config.modelFolder, script, config.file, out];
  await promisify(execFile)("unshare", args, {
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
  });
  const read = (name: string): Promise<string> => readFile(join(out, name), "utf8");
  assert.equal(await read("code"), "1\n0\n", `${await read("error")}${await read("again")}`);
  assert.match(await read("error"), /the disk is full/);
  assert.equal((await read("error")).split("\n").filter((line) => /^\s+at /.test(line)).length, 0, "no stack");
  assert.equal(await read("left"), "");
  assert.match(await read("generations"), /^00000\d/);
  assert.match(await read("again"), /continuing in epoch \d+/);
  for (const [name, file] of [
    ["training_log.csv", "training_log.csv"],
    ["weights.bin", "model/weights.bin"],
  ] as const)
    assert.ok((await readFile(join(out, name))).equals(await readFile(join(whole.modelFolder, file))), name);
});

test("two trainings with one seed give the same numbers, another seed gives others", async () => {
  const set = syntheticSet(100, 10);
  const a = await trained(await configOf("energy", "    n_epochs: 2\n"), set);
  const b = await trained(await configOf("energy", "    n_epochs: 2\n"), set);
  assert.deepEqual(withoutTimes(a.run.history), withoutTimes(b.run.history));
  const other = await configOf("energy", "    n_epochs: 2\n");
  const c = await trained({ ...other, training: { ...other.training, seed: 4 } }, set);
  assert.notDeepEqual(withoutTimes(a.run.history), withoutTimes(c.run.history));
});

test("augmentation shows other turns in each epoch, and a resumed training the same ones", async () => {
  const set = syntheticSet(100, 10);
  const more = "    n_epochs: 2\n    augmentation: symmetry\n";
  const whole = await trained(await configOf("energy", more), set);
  const plain = await trained(await configOf("energy", "    n_epochs: 2\n"), set);
  assert.notDeepEqual(withoutTimes(whole.run.history), withoutTimes(plain.run.history));
  const seeds: (number | undefined)[] = [];
  const { batches } = set;
  const watched = {
    ...set,
    batches: {
      ...batches,
      epoch: (...args: Parameters<typeof batches.epoch>) => {
        seeds.push(args[2]?.turnSeed);
        return batches.epoch(...args);
      },
    },
  };
  const config = await configOf("energy", more);
  const abort = new AbortController();
  let steps = 0;
  const interrupting = beforeBatch(watched, () => {
    if (++steps === 3) abort.abort();
  });
  await assert.rejects(trained(config, interrupting, { signal: abort.signal }), InterruptedError);
  const resumed = await trained(config, watched);
  assert.deepEqual(withoutTimes(resumed.run.history), withoutTimes(whole.run.history));
  // The first epoch in two parts with one seed, validation without, the second with another.
  const [first, again, validation, second] = seeds;
  assert.ok(first !== undefined && first === again && validation === undefined && second !== first);
});

test("requestStop and a near deadline end training with a checkpoint", async () => {
  const config = await configOf("energy", "    n_epochs: 2\n");
  const set = syntheticSet(100, 10);
  requestStop("the kernel was interrupted");
  await assert.rejects(trained(config, set), /interrupted before its first step: the kernel was interrupted/);
  await assert.rejects(trained(config, set, { deadline: Date.now() + 1000 }), /the deadline is near/);
  assert.deepEqual((await readdir(join(config.modelFolder, "checkpoint"))).sort(), ["000001", "000002"]);
  assert.equal((await trained(config, set)).run.history.length, 2);
});

test("two trainings never write one model folder at the same time", async () => {
  const config = await configOf("energy", "    n_epochs: 2\n");
  const set = syntheticSet(100, 10);
  let refused = 0;
  const again = async (): Promise<void> => {
    await assert.rejects(trained(config, set), (error) => {
      assert.ok(error instanceof OutputError);
      assert.match(error.message, /another run is writing this model\n.*\/training\n.*process \d+ on .* \(since /);
      return true;
    });
    refused++;
  };
  assert.equal((await trained(config, set, { onEpoch: again })).run.history.length, 2);
  assert.equal(refused, 2);
  assert.equal((await trained(config, set)).run.history.length, 2);
});

test("an unfinished training with other settings is not overwritten without being asked", async () => {
  const config = await configOf("energy", "    n_epochs: 2\n");
  const set = syntheticSet(100, 10);
  await assert.rejects(trained(config, set, { signal: AbortSignal.abort() }), InterruptedError);
  const other = { ...config, training: { ...config.training, batchSize: 8 } };
  await assert.rejects(
    trained(other, set),
    (error) => error instanceof ConfigError && /training\.batchSize: 16 then, 8 now/.test(error.message),
  );
  const { run } = await trained(other, set, { resume: "never" });
  assert.equal(run.history.length, 2);
  assert.match((await readdir(run.folder.previous))[0]!, /^unfinished-/);
});

test("a finished model stays until the new one is complete, then moves to .previous", async () => {
  const config = await configOf("energy", "    n_epochs: 1\n");
  const set = syntheticSet(100, 10);
  const first = await trained(config, set);
  const files = ["card.json", "training_log.csv", "metrics.json", "config.yaml", "model/model.json"];
  const read = (from: string): Promise<string[]> =>
    Promise.all(files.map((name) => readFile(join(from, name), "utf8")));
  const before = await read(config.modelFolder);
  const longer = { ...config, training: { ...config.training, epochs: 2 } };
  const abort = new AbortController();
  const interrupted = trained(longer, set, { signal: abort.signal, onEpoch: () => abort.abort() });
  await assert.rejects(interrupted, /interrupted after epoch 1/);
  assert.deepEqual(await read(config.modelFolder), before);
  const second = await trained(longer, set);
  assert.equal(second.run.history.length, 2);
  assert.notDeepEqual(await read(config.modelFolder), before);
  const [former] = await readdir(first.run.folder.previous);
  assert.deepEqual(await read(join(first.run.folder.previous, former!)), before);
  // Each training has its own event files: two of the resumed one, one that moved away with the former model.
  for (const events of ["train", "validation"]) {
    assert.ok((await readdir(join(config.modelFolder, events))).length >= 1);
    assert.equal((await readdir(join(first.run.folder.previous, former!, events))).length, 1);
  }
});

test("of former models, unfinished trainings and predictions the last three stay", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cherenkit-previous-"));
  try {
    const names = ["08-00-00Z", "08-00-00Z-2", "08-00-00Z-10", "09-00-00Z", "10-00-00Z"].map((time) => `model-${time}`);
    for (const name of [...names, "predict-07-00-00Z"]) await mkdir(join(folder, name, "model"), { recursive: true });
    await keepNewest(folder, "model");
    await keepNewest(join(folder, "nowhere"), "model");
    assert.deepEqual((await readdir(folder)).sort(), [...names.slice(2), "predict-07-00-00Z"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const config = await configOf("energy", "    n_epochs: 1\n");
  const set = syntheticSet(40, 10);
  for (let i = 0; i < 5; i++) await trained(config, set, { resume: "never" });
  assert.equal((await readdir(join(config.modelFolder, ".previous"))).length, 3);
});

test("early stopping ends training and says so", async () => {
  const config = await configOf(
    "energy",
    "    n_epochs: 20\n    early_stopping: {patience: 1, min_delta: 10, start_from_epoch: 1}\n",
  );
  const { run, lines } = await trained(config, syntheticSet(60, 10));
  assert.equal(run.history.length, 3);
  assert.match(run.stopped!, /val_loss has not improved since epoch 2/);
  assert.ok(lines.some((line) => /^early stopping after epoch 3/.test(line)));
  assert.equal((await json(run.folder.metrics)).stopped, run.stopped);
});

test("percentage_per_epoch trains a new share of the examples each epoch", async () => {
  const config = await configOf("energy", "    n_epochs: 2\n    percentage_per_epoch: 0.25\n");
  const set = syntheticSet(150, 6);
  const seen: number[][] = [[], []];
  let batch = 0;
  const source: TrainingSet = {
    ...set,
    batches: {
      ...set.batches,
      async *epoch(order, size, options) {
        const validating = options?.keepLast ?? false;
        for await (const item of set.batches.epoch(order, size, options)) {
          if (!validating) seen[batch]!.push(...item.indices);
          yield item;
        }
        if (!validating) batch++;
      },
    },
  };
  await trained(config, source);
  // 144 examples are 9 batches; a quarter of them are 2.
  assert.deepEqual(
    seen.map((rows) => rows.length),
    [32, 32],
  );
  assert.notDeepEqual([...seen[0]!].sort(), [...seen[1]!].sort());
});

test("pruning reaches its final sparsity in the saved model", async () => {
  const config = await configOf(
    "energy",
    "    n_epochs: 2\n    pruning_model: {initial_sparsity: 0.2, final_sparsity: 0.75, begin_step: 2}\n",
  );
  const { model, run } = await trained(config, syntheticSet(100, 10));
  const kernels = model.weights.filter((weight) => weight.name.includes("kernel"));
  for (const kernel of kernels) {
    const values = [...kernel.read().dataSync()];
    const zeros = values.filter((value) => value === 0).length;
    assert.ok(Math.abs(zeros / values.length - 0.75) <= 0.5 / values.length + 1e-9, `${kernel.name}: ${zeros}`);
  }
  assert.ok(Math.abs(Number((await json(run.folder.metrics)).sparsity) - 0.75) < 0.01);
});

test("a label that is not a number ends training with the step and the example", async () => {
  const config = await configOf("energy", "    n_epochs: 1\n");
  await assert.rejects(
    trained(config, syntheticSet(106, 10, { badLabel: 50 })),
    (error) =>
      error instanceof CherenkitError && /the loss became NaN in epoch 1, step \d+[\s\S]*examples/.test(error.message),
  );
});

test("labels that spoil training in its second epoch leave the checkpoint of the first", async () => {
  const config = await configOf("energy", "    n_epochs: 2\n");
  const set = syntheticSet(106, 10);
  let batches = 0;
  const spoilt: TrainingSet = {
    ...set,
    batches: {
      ...set.batches,
      async *epoch(order, size, options) {
        for await (const batch of set.batches.epoch(order, size, options)) {
          // Six steps and one batch of validation are the first epoch.
          if (++batches > 8) batch.labels.energy!.fill(Number.NaN);
          yield batch;
        }
      },
    },
  };
  await assert.rejects(trained(config, spoilt), /the loss became NaN in epoch 2, step 2/);
  const { run, lines } = await trained(config, set);
  assert.ok(
    lines.some((line) => line.startsWith("continuing in epoch 2 after step 0")),
    lines.join("\n"),
  );
  const whole = await trained(await configOf("energy", "    n_epochs: 2\n"), set);
  assert.deepEqual(withoutTimes(run.history), withoutTimes(whole.run.history));
});

test("data that cannot train is told before anything is written", async () => {
  const config = await configOf("type");
  const cases: [TrainingSet, RegExp][] = [
    [syntheticSet(12, 2), /10 training examples are fewer than a batch of 16/],
    [syntheticSet(40, 0), /none is left for validation/],
    [syntheticSet(0, 0), /no example passes the quality cuts/],
    [syntheticSet(40, 5, { signalShare: 2 }), /needs two classes, and there is no background example/],
    [{ ...syntheticSet(40, 5), classes: null }, /needs background examples/],
  ];
  for (const [set, message] of cases) await assert.rejects(trained(config, set), message);
  assert.ok(!existsSync(config.modelFolder));
});

test("a batch that memory cannot hold is refused before anything is computed, with the largest that fits", async () => {
  const config = await configOf("energy");
  const wide = { ...config, training: { ...config.training, batchSize: 2 ** 31 } };
  const set = syntheticSet(40, 5);
  const examples = { ...set, training: { length: 2 ** 32 } as unknown as Uint32Array };
  await assert.rejects(
    trained(wide, examples),
    (error) =>
      error instanceof CherenkitError &&
      /a batch of 2147483648 images needs at least \d+ GB of memory, and [\d.]+ GB are free/.test(error.message) &&
      /set batch_size to \d+ or less/.test(error.message),
  );
  assert.ok(!existsSync(config.modelFolder));
});

test("a model folder that cannot be written is an error before training", async () => {
  const config = await configOf("energy");
  const file = join(folder, "a-file");
  await writeFile(file, "");
  const blocked = { ...config, modelFolder: join(file, "model") };
  await assert.rejects(trained(blocked, syntheticSet(40, 5)), (error) => error instanceof OutputError);
});
