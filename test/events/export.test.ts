import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { examplesCommand } from "../../lib/cli/examples.js";
import { imagesCommand } from "../../lib/cli/images.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { needsData, sharedData } from "../shared-data.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-export-"));
after(() => rmSync(folder, { recursive: true }));

const gamma = join(sharedData, "ctlearn/dl1/gamma_run1.dl1.h5");
const proton = join(sharedData, "ctlearn/dl1/proton_run2.dl1.h5");
const data = needsData("ctlearn/dl1/gamma_run1.dl1.h5", "ctlearn/reader/mono.json", "dl1/v7.1.0");

interface Golden {
  readonly n: number;
  readonly table: Record<string, number[]>;
  readonly batch: { readonly index: number[] };
  readonly features_shape: number[];
  readonly features_sum: number[][];
}
const golden = (): Golden => JSON.parse(readFileSync(join(sharedData, "ctlearn/reader/mono.json"), "utf8")) as Golden;

async function run(command: "examples" | "images", ...args: string[]): Promise<void> {
  const sub = command === "examples" ? examplesCommand() : imagesCommand();
  const said = console.log;
  console.log = () => undefined;
  try {
    await sub.exitOverride().parseAsync([...args, "--json"], { from: "user" });
  } finally {
    console.log = said;
  }
}

function assertColumn(name: string, values: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(values.length, expected.length, name);
  for (const [row, value] of expected.entries()) {
    const tolerance = 1e-6 * Math.max(1, Math.abs(value));
    assert.ok(Math.abs(values[row]! - value) <= tolerance, `${name}[${row}]: ${values[row]} instead of ${value}`);
  }
}

test("examples writes dl1-data-handler's table as CSV and as HDF5 with units", data, async () => {
  const { table, n } = golden();
  const names = [...Object.keys(table), "true_impact_distance"];
  const csv = join(folder, "examples.csv");
  const h5 = join(folder, "examples.h5");
  for (const output of [csv, h5]) await run("examples", gamma, "--background", proton, "--output", output);
  const [header, ...lines] = readFileSync(csv, "utf8").trimEnd().split("\n");
  assert.deepEqual(header!.split(","), names);
  assert.equal(lines.length, n);
  const cells = lines.map((line) => line.split(",").map(Number));
  const file = await Hdf5File.open(h5);
  assert.deepEqual(file.children("/"), names.sort());
  for (const [k, [name, expected]] of Object.entries(table).entries()) {
    assertColumn(
      name,
      cells.map((row) => row[k]!),
      expected,
    );
    assertColumn(name, Array.from(file.array(name).data as ArrayLike<number>, Number), expected);
  }
  assert.equal(file.attributes("true_energy").unit, "TeV");
  assert.equal(file.attributes("true_x_max").unit, "g.cm**-2");
  assert.equal(file.attributes("index").unit, "");
  file.close();
});

test(
  "images writes dl1-data-handler's images beside their columns, the same in HDF5 and NumPy files",
  data,
  async () => {
    const { table, batch, features_shape: shape, features_sum: sums, n } = golden();
    const h5 = join(folder, "images.h5");
    const npy = join(folder, "images.npy");
    const options = ["--background", proton, "--channels", "cleaned_image,cleaned_relative_peak_time"];
    for (const output of [h5, npy]) {
      await run("images", gamma, ...options, "--mapper", "BilinearMapper", "--output", output);
    }
    const file = await Hdf5File.open(h5);
    const features = file.array("features");
    assert.deepEqual(features.shape, [n, ...shape.slice(1)]);
    const images = features.data as Float32Array;
    const cells = shape[1]! * shape[2]!;
    const charge = (row: number): number => {
      let sum = 0;
      for (let cell = 0; cell < cells; cell++) sum += images[(row * cells + cell) * 2]!;
      return sum;
    };
    // Our mapper keeps the charge; dl1-data-handler's differs by one factor for the whole camera.
    const factors = batch.index.map((row, k) => charge(row) / sums[k]![0]!);
    for (const factor of factors) assert.ok(Math.abs(factor / factors[0]! - 1) < 1e-3, `factors ${factors.join(", ")}`);
    for (const [name, expected] of Object.entries(table)) {
      assertColumn(name, Array.from(file.array(name).data as ArrayLike<number>, Number), expected);
    }
    file.close();

    const bytes = readFileSync(npy);
    const header = bytes.readUInt16LE(8) + 10;
    assert.equal(header % 64, 0);
    assert.match(
      bytes.subarray(10, header).toString(),
      /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(218, 110, 110, 2\), \} *\n$/,
    );
    assert.ok(bytes.subarray(header).equals(Buffer.from(images.buffer, images.byteOffset, images.byteLength)));
    assert.equal(readFileSync(join(folder, "images.csv"), "utf8").split("\n").length, n + 2);
  },
);

test(
  "cuts, telescope type and image shape are obeyed; SST-1M files take the focal length they know",
  data,
  async () => {
    const digicam = join(sharedData, "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5");
    const north = join(sharedData, "dl1/v7.1.0/gamma_diffuse_run000010_alpha.dl1.h5");
    const rows = async (...args: string[]): Promise<number> => {
      await run("examples", ...args, "--output", join(folder, "cut.h5"));
      const file = await Hdf5File.open(join(folder, "cut.h5"));
      const [count] = file.array("index").shape;
      file.close();
      return count!;
    };
    const all = await rows(digicam, "--no-cuts");
    const standard = await rows(digicam);
    const bright = await rows(digicam, "--cut", "hillas_intensity > 50", "--cut", "hillas_intensity > 200");
    assert.ok(all >= standard && standard > bright && bright > 0, `${all}, ${standard}, ${bright}`);
    const lst = await rows(north, "--tel-type", "LST_LSTN-design_LSTN-design", "--no-cuts");
    const nectar = await rows(north, "--tel-type", "MST_MSTx-NectarCam_MSTx-NectarCam", "--no-cuts");
    assert.ok(lst > 0 && nectar > 0);
    const output = join(folder, "small.h5");
    await run("images", digicam, "--shape", "48", "--no-cuts", "--channels", "image", "--output", output);
    const file = await Hdf5File.open(output);
    assert.deepEqual(file.array("features").shape, [all, 48, 48, 1]);
    file.close();
  },
);

test("a wrong request ends in one clear error and leaves no file", data, async () => {
  const before = readdirSync(folder).sort();
  const output = join(folder, "never.h5");
  const north = join(sharedData, "dl1/v7.1.0/gamma_diffuse_run000010_alpha.dl1.h5");
  const damaged = join(folder, "damaged.h5");
  const good = readFileSync(gamma);
  writeFileSync(damaged, good.subarray(0, good.length / 2));
  const cases: [string[], RegExp][] = [
    [[gamma, "--output", join(folder, "x.txt")], /form of .*x\.txt is unknown.*\.h5 or \.npy/s],
    [[join(folder, "none.h5"), "--output", output], /no such file/],
    [[damaged, "--output", output], /damaged.h5 is truncated/],
    [[north, "--output", output], /telescopes of 2 types.*--tel-type LST_LSTN-design/s],
    [[gamma, "--tel-type", "SST", "--output", output], /no telescope of type SST.*LST_LST_LSTcam/s],
    [[gamma, "--mapper", "Bilinear", "--output", output], /BilinearMapper/],
    [[gamma, "--cut", "hillas_intensty > 1", "--output", output], /did you mean hillas_intensity/],
    [[gamma, "--cut", "hillas_intensity > 1e9", "--output", output], /no image passes the quality cuts/],
    [[gamma, "--output", join(gamma, "x.h5")], /cannot write .*a file stands where a folder is needed/],
  ];
  for (const [args, message] of cases) await assert.rejects(run("images", ...args), { message }, args.join(" "));
  rmSync(damaged);
  assert.deepEqual(readdirSync(folder).sort(), before);
});
