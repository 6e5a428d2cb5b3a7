import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { openExamples } from "../../lib/events/open-examples.js";
import { readExampleImages } from "../../lib/events/read-example-images.js";
import { numbers } from "../../lib/hdf5/column.js";
import { Hdf5File } from "../../lib/hdf5/hdf5-file.js";
import { simulate } from "../../lib/simulation/simulate.js";
import { readerConfig } from "../events/reader-config.js";
import { judgePython, needsCtapipe, needsPeers, peersPython } from "../peers.js";

const folder = await mkdtemp(join(tmpdir(), "cherenkit-arrays-"));
after(() => rm(folder, { recursive: true }));

const files = new Map<string, readonly string[]>();
before(async () => {
  for (const array of ["lst4", "mixed"]) {
    // so much light that no telescope is without an image
    const energyTeV = [3, 20] as const;
    const options = { events: 24, eventsPerFile: 12, seed: 5, array, energyTeV, particles: ["gamma"] };
    const simulated = await simulate({ ...options, output: join(folder, array) });
    files.set(
      array,
      simulated.map(({ path }) => path),
    );
  }
});

/** What dl1-data-handler makes of the files of an array for a type of telescope, mono and stereo, in one process. */
const reader = `
import json, sys
import numpy as np
from traitlets.config import Config
from dl1_data_handler.reader import DLImageReader
answers = []
for kind, paths in json.loads(sys.argv[1]):
    found = {}
    for mode in ["mono", "stereo"]:
        config = Config()
        config.DLImageReader.mode = mode
        config.DLImageReader.allowed_tel_types = [kind]
        config.DLImageReader.channels = ["cleaned_image", "cleaned_relative_peak_time"]
        config.DLImageReader.image_mapper_type = "BilinearMapper"
        config.TableQualityQuery.quality_criteria = [("size", "hillas_intensity > 50")]
        reader = DLImageReader(input_url_signal=paths, config=config)
        indices = list(range(reader._get_n_events()))
        if mode == "stereo":
            found["stereo"] = len(indices)
            continue
        table = reader.generate_mono_batch(indices)
        names = ["obs_id", "event_id", "tel_id", "log_true_energy", "cam_coord_offset_x", "cam_coord_offset_y", "fov_lon", "fov_lat"]
        found["columns"] = {name: [float(value) for value in table[name]] for name in names}
        found["charges"] = [float(value) for value in table["features"][..., 0].sum(axis=(1, 2), dtype="f8")]
        found["shape"] = list(table["features"].shape)
    answers.append(found)
print(json.dumps(answers))
`;

interface Read {
  readonly columns: Readonly<Record<string, readonly number[]>>;
  readonly charges: readonly number[];
  readonly shape: readonly number[];
  /** Events. */
  readonly stereo: number;
}

const kinds = [
  ["lst4", "LST_LST_LSTCam"],
  ["mixed", "LST_LST_LSTCam"],
  ["mixed", "MST_MST_NectarCam"],
] as const;

test("dl1-data-handler reads images and labels of other arrays as we do", needsPeers(), async () => {
  const asked = kinds.map(([array, kind]) => [kind, files.get(array)!]);
  const answer = execFileSync(peersPython, ["-c", reader, JSON.stringify(asked)], { encoding: "utf8", stdio: "pipe" });
  const answers = JSON.parse(answer) as Read[];
  for (const [i, [array, kind]] of kinds.entries()) {
    const theirs = answers[i]!;
    const what = `${kind} of ${array}`;
    const config = readerConfig({
      channels: ["cleaned_image", "cleaned_relative_peak_time"],
      allowedTelescopeTypes: [kind],
      qualityCriteria: [{ name: "size", expression: "hillas_intensity > 50" }],
      focalLength: "effective",
    });
    const examples = await openExamples(files.get(array)!, null, config);
    assert.ok(examples.rows > 20, `${examples.rows} images of ${what}`);
    assert.deepEqual(theirs.shape, [examples.rows, 110, 110, 2], what);
    for (const [name, values] of Object.entries(theirs.columns)) {
      const ours = examples.column(name);
      for (const [row, value] of values.entries()) {
        assert.ok(Math.abs(ours[row]! - value) < 2e-5, `${name}, ${what}, row ${row}: ${ours[row]}, there ${value}`);
      }
    }
    for await (const { row, pixels } of readExampleImages(examples, config.channels)) {
      const charge = pixels.reduce((sum, value, k) => (k % 2 === 0 ? sum + value : sum), 0);
      // its mapper keeps the charge but for a few percent, more where an image reaches the edge
      const kept = theirs.charges[row]! / charge;
      assert.ok(kept > 0.8 && kept < 1.1, `${what}, row ${row}: ${kept} of the charge`);
    }
    const events = await openExamples(files.get(array)!, null, { ...config, mode: "stereo" });
    assert.equal(theirs.stereo, events.rows, what);
  }
});

const tool = (name: string): string => join(dirname(judgePython), name);

function run(name: string, ...args: string[]): void {
  execFileSync(tool(name), args, { stdio: "pipe", cwd: folder });
}

async function column(path: string, table: string, name: string): Promise<Float64Array> {
  const file = await Hdf5File.open(path);
  const values = numbers(file.table(table).read().columns.get(name)!);
  file.close();
  return values;
}

const loaded = `
import json, sys, warnings
from ctapipe.io import TableLoader
warnings.simplefilter("ignore")
found = []
for path in sys.argv[1:]:
    with TableLoader(path) as loader:
        images = loader.read_telescope_events(dl1_images=False, dl1_parameters=True, simulated=True, true_parameters=True)
        events = loader.read_subarray_events()
        types = sorted({str(loader.subarray.tel[tel]) for tel in loader.subarray.tel})
    found.append({"images": len(images), "events": len(events), "types": types})
print(json.dumps(found))
`;

test("ctapipe loads the tables of other arrays, and merges their files", needsCtapipe(), async () => {
  const [single] = files.get("lst4")!;
  const merged = join(folder, "mixed.dl1.h5");
  run("ctapipe-merge", "--output", merged, ...files.get("mixed")!);
  const found: unknown = JSON.parse(execFileSync(judgePython, ["-c", loaded, single!, merged], { encoding: "utf8" }));
  const images = async (path: string): Promise<number> =>
    (await column(path, "/dl1/event/telescope/trigger", "tel_id")).length;
  assert.deepEqual(found, [
    { images: await images(single!), events: 12, types: ["LST_LST_LSTCam"] },
    { images: await images(merged), events: 24, types: ["LST_LST_LSTCam", "MST_MST_NectarCam"] },
  ]);
});

test("ctapipe-process makes the same parameters of the images of LSTs", needsCtapipe(), async () => {
  const [source] = files.get("lst4")!;
  const processed = join(folder, "processed.dl1.h5");
  run(
    "ctapipe-process",
    ...["--input", source!, "--output", processed, "--write-parameters"],
    ...["--ProcessorTool.force_recompute_dl1=True", "--ImageProcessor.image_cleaner_type=TailcutsImageCleaner"],
    ...["--TailcutsImageCleaner.picture_threshold_pe=8", "--TailcutsImageCleaner.boundary_threshold_pe=4"],
    "--TailcutsImageCleaner.min_picture_neighbors=2",
  );
  for (const telescope of ["tel_001", "tel_004"]) {
    const table = `/dl1/event/telescope/parameters/${telescope}`;
    for (const name of ["event_id", "hillas_intensity", "hillas_width", "leakage_intensity_width_2"]) {
      const [ours, theirs] = [await column(source!, table, name), await column(processed, table, name)];
      assert.equal(theirs.length, ours.length);
      for (const [row, value] of ours.entries()) {
        if (Number.isNaN(value)) assert.ok(Number.isNaN(theirs[row]!), `${name} of row ${row}`);
        else assert.ok(Math.abs(theirs[row]! - value) <= 1e-4 * Math.max(1, Math.abs(value)), `${name} of row ${row}`);
      }
    }
  }
});
