import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { copyGroup } from "../../lib/hdf5/copy.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { createHdf5 } from "../../lib/hdf5/writer.js";
import { simulate } from "../../lib/simulation/simulate.js";
import { type CommandResult, cherenkit, cherenkitWithin, temporaryFolder } from "./command.js";

const folder = temporaryFolder();
const good = join(folder, "data/gamma_run1.dl1.h5");

before(() => simulate({ events: 20, seed: 1, output: join(folder, "data"), particles: ["gamma"] }));

/** One clear error, with nothing of a stack: what, where, and what to do. */
function tells({ code, stderr, stdout }: CommandResult, expectedCode: number, what: RegExp): void {
  assert.equal(code, expectedCode, stderr + stdout);
  assert.match(stderr, what);
  assert.doesNotMatch(stderr, /should not have happened|node:internal|at async/);
}

function config(name: string, lines: string): string {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, lines);
  return path;
}

const energy = (signal: string, more: string = ""): string => `prepare_model: { model_type: SingleCNN, tasks: [energy] }
training_model:
  TrainCTLearnModel:
    output_dir: ${folder}/models/energy/cnn
    input_dir_signal: ${signal}
    file_pattern_signal: ["*.h5"]
    n_epochs: 1
${more}`;

/** The good file without some of its tables. */
async function without(name: string, paths: readonly string[]): Promise<string> {
  const target = join(folder, name, `${name}.dl1.h5`);
  const from = await Hdf5File.open(good);
  const writer = await createHdf5(target, { attributes: from.attributes("/") });
  const copy = (path: string): void => {
    if (paths.some((left) => path.startsWith(left))) return;
    if (from.kind(path) === "group") for (const child of from.children(path)) copy(`${path}/${child}`);
    else copyGroup(from, path, writer);
  };
  for (const child of from.children("/")) copy(`/${child}`);
  from.close();
  await writer.close();
  return target;
}

test("a missing file, a truncated one and one that is no DL1 are one error each", async () => {
  const truncated = join(folder, "truncated.h5");
  copyFileSync(good, truncated);
  truncateSync(truncated, Math.floor(statSync(good).size / 2));
  const text = join(folder, "text.h5");
  writeFileSync(text, "not HDF5");
  tells(await cherenkit("inspect", join(folder, "absent.h5")), 1, /error: no such file.*absent\.h5[\s\S]*remedy:/);
  tells(await cherenkit("inspect", truncated), 1, /error: .*truncated\.h5/);
  tells(await cherenkit("inspect", text), 1, /error: .*text\.h5/);
});

test("a misspelt key and an unresolved placeholder end before any kernel starts, with their line", async () => {
  const misspelt = config("misspelt", energy(join(folder, "data"), "    n_epoch: 3\n"));
  tells(await cherenkit("train", misspelt), 2, /n_epoch"[\s\S]*"n_epochs"[\s\S]*misspelt\.yaml:8/);
  const placeholder = config("placeholder", energy(`"{nowhere}/data"`));
  tells(await cherenkit("train", placeholder), 2, /nowhere/);
  tells(await cherenkit("train", join(folder, "absent.yaml")), 2, /does not exist[\s\S]*remedy:/);
  tells(await cherenkit("train", misspelt, "--epochs", "3"), 2, /unknown option/);
  assert.ok(!existsSync(join(folder, "models")));
});

test("a camera without geometry and a telescope without tables are said", async () => {
  const camera = await without("camera", ["/configuration/instrument/telescope/camera/geometry_0"]);
  tells(await cherenkit("inspect", camera), 1, /geometry_0/);
  const tables = await without("tables", ["/dl1/event/telescope/images", "/dl1/event/telescope/parameters"]);
  const result = await cherenkit(
    "images",
    tables,
    "--mode",
    "mono",
    "--channels",
    "image",
    "--output",
    `${folder}/x.npy`,
  );
  assert.notEqual(result.code, 0);
  assert.match(result.stderr, /error: /);
  assert.ok(!existsSync(join(folder, "x.npy")));
});

test("fewer events than a batch fail in the notebook, which stays to be read", async () => {
  const few = config("few", energy(join(folder, "data"), "    batch_size: 512\n"));
  const result = await cherenkit("train", few);
  tells(result, 1, /fewer than a batch of 512/);
  const runs = join(folder, "models/energy/cnn/runs");
  const [run] = readdirSync(runs);
  assert.ok(existsSync(join(runs, run!, "train.ipynb")) && existsSync(join(runs, run!, "train.html")));
  assert.ok(!existsSync(join(folder, "models/energy/cnn/model")));
});

test("an output that cannot be written leaves nothing behind", async () => {
  const blocker = join(folder, "file");
  writeFileSync(blocker, "");
  tells(
    await cherenkit("simulate", "--events", "2", "--particle", "gamma", "--output", join(blocker, "x")),
    1,
    /error: .*file/,
  );
  const full = join(folder, "full");
  mkdirSync(full);
  const simulated = await cherenkitWithin(100, "simulate", "--events", "40", "--particle", "gamma", "--output", full);
  tells(simulated, 1, /error: .*gamma_run1\.dl1\.h5/);
  assert.deepEqual(readdirSync(full), []);
});

test("a DL2 file of another task, and one without truth, are one error each", async () => {
  tells(await cherenkit("evaluate", good, "--task", "energy"), 1, /has no predictions of energy[\s\S]*remedy:/);
  tells(await cherenkit("compare", join(folder, "nothing")), 1, /does not exist[\s\S]*remedy:/);
  tells(await cherenkit("evaluate", good, "--task", "mass"), 2, /Allowed choices are type, energy/);
});
