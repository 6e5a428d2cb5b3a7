import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { inspectCommand } from "../../lib/cli/inspect.js";
import { sparkline } from "../../lib/display/sparkline.js";
import type { FileDescription } from "../../lib/events/describe-file.js";
import { distributions } from "../../lib/events/distribution.js";
import { needsData, sharedData } from "../shared-data.js";

async function inspect(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const said = console.log;
  console.log = (text: string) => lines.push(text);
  try {
    await inspectCommand().exitOverride().parseAsync(args, { from: "user" });
  } finally {
    console.log = said;
  }
  return lines.join("\n");
}

const folders = ["dl1/v6.0.0", "dl1/v7.1.0", "dl1/v7.6.0", "ctlearn/dl1"];
const files = folders.flatMap((folder) => {
  const path = join(sharedData, folder);
  return existsSync(path) ? readdirSync(path).map((name) => `${folder}/${name}`) : [];
});

for (const file of files) {
  test(`inspect describes ${file}`, async () => {
    const [described] = JSON.parse(await inspect(join(sharedData, file), "--json")) as FileDescription[];
    const { kind, dataModel, process, events, energyTeV, telescopes, obsIds } = described!;
    assert.equal(kind, "dl1");
    assert.equal(dataModel, file.startsWith("dl1/") ? file.split("/")[1] : "v7.6.0");
    assert.equal(process, "Simulation");
    assert.ok(events > 0 && obsIds.length === 1);
    assert.ok(energyTeV && energyTeV.min > 0.009 && energyTeV.max >= energyTeV.min);
    assert.ok(telescopes.some(({ images }) => images > 0));
    for (const { images, parameters, energyTeV: energies, intensityPe } of telescopes) {
      assert.equal(images, parameters);
      const seen = energies?.counts.reduce((sum, count) => sum + count, 0) ?? 0;
      assert.equal(seen, images);
      assert.ok((intensityPe?.counts.reduce((sum, count) => sum + count, 0) ?? 0) <= parameters);
    }
    const text = await inspect(join(sharedData, file));
    assert.match(text, /data model v\d\.\d\.\d, Simulation, \d+ events?, .* TeV, observation \d+, pointing alt \d+/);
  });
}

test(
  "SST-1M gammas: nine images of 1296 pixels, with small histograms",
  needsData("dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5"),
  async () => {
    const text = await inspect(join(sharedData, "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5"));
    assert.match(text, /9 events, 0\.848 to 9\.70 TeV/);
    assert.match(text, /SST_1M_DigiCam +DigiCam +1,296 +9 +9 +·······▃█▃····▃█ ~1\.5 +▃▆▃█···▃▃······· ~240/);
  },
);

test("inspect tells of waveforms", needsData("dl1/v6.0.0/gamma_sst1m_digicam.r0_r1_dl1.h5"), async () => {
  const path = join(sharedData, "dl1/v6.0.0/gamma_sst1m_digicam.r0_r1_dl1.h5");
  const [described] = JSON.parse(await inspect(path, "--json")) as FileDescription[];
  assert.deepEqual(described!.telescopes[0]!.waveforms, [
    { level: "r1", rows: 9, gains: 1, samples: 50 },
    { level: "r0", rows: 9, gains: 1, samples: 50 },
  ]);
  assert.match(await inspect(path), /R1 9 of 50 samples; R0 9 of 50 samples/);
});

test("CTLearn's DL2 file: predictions with their valid rows", needsData("ctlearn/dl2/gamma.mono.dl2.h5"), async () => {
  const path = join(sharedData, "ctlearn/dl2/gamma.mono.dl2.h5");
  const [described] = JSON.parse(await inspect(path, "--json")) as FileDescription[];
  assert.equal(described!.kind, "dl2");
  assert.deepEqual(described!.predictions![0], {
    level: "telescope",
    quantity: "classification",
    prefix: "CTLearn",
    rows: 128,
    valid: 119,
  });
  assert.equal(described!.predictions!.length, 6);
});

test("a file that cannot be read is told, and the others are still described", async () => {
  const before = process.exitCode;
  const said = process.stderr.write;
  let told = "";
  process.stderr.write = (text: string | Uint8Array) => {
    told += text;
    return true;
  };
  try {
    assert.equal(await inspect("/no/such/file.h5", "--json"), "[]");
    assert.equal(process.exitCode, 1);
    assert.match(told, /no such file: \/no\/such\/file\.h5/);
  } finally {
    process.stderr.write = said;
    process.exitCode = before;
  }
});

test("distributions share their edges, whole decades around all values", () => {
  const [first, second, none] = distributions([Float64Array.of(1, 2, 30), Float64Array.of(1000), Float64Array.of()]);
  assert.deepEqual(first!.edges, { min: 1, max: 1000 });
  assert.deepEqual(second!.edges, first!.edges);
  assert.equal(none, null);
  assert.deepEqual([first!.min, first!.median, first!.max], [1, 2, 30]);
  assert.deepEqual(
    [...first!.counts.entries()].filter(([, count]) => count > 0),
    [
      [0, 1],
      [1, 1],
      [7, 1],
    ],
  );
  assert.equal(second!.counts.at(-1), 1);
  assert.equal(sparkline([0, 1, 4, 8]), "·▁▄█");
});
