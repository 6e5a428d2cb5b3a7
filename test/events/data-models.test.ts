import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openEventFile } from "../../lib/events/event-file.js";
import type { ExampleTable } from "../../lib/events/example-table.js";
import { openExamples } from "../../lib/events/open-examples.js";
import { telescopePointing } from "../../lib/events/pointing.js";
import { needsData, sharedData } from "../shared-data.js";
import { type AlteredTable, alterFile } from "./altered-file.js";
import { readerConfig } from "./reader-config.js";

const folder = mkdtempSync(join(tmpdir(), "cherenkit-models-"));
after(() => rmSync(folder, { recursive: true }));

const path = (version: string, name: string): string => join(sharedData, "dl1", version, `${name}.dl1.h5`);
const digicam = path("v7.1.0", "gamma_sst1m_digicam");
const data = needsData("dl1/v6.0.0", "dl1/v7.1.0", "dl1/v7.6.0");

function assertSameTable(a: ExampleTable, b: ExampleTable, tolerance: number): void {
  assert.deepEqual(a.columnNames, b.columnNames);
  assert.equal(a.rows, b.rows);
  for (const name of a.columnNames) {
    const [first, second] = [a.column(name), b.column(name)];
    for (let row = 0; row < a.rows; row++) {
      const difference = Math.abs(first[row]! - second[row]!);
      assert.ok(difference <= tolerance * Math.max(1, Math.abs(first[row]!)), `${name}[${row}]: ${difference}`);
    }
  }
}

const files: [string, string | null][] = [
  ["gamma_sst1m_digicam", null],
  ["gamma_diffuse_run000010_alpha", "MST_MSTx-NectarCam_MSTx-NectarCam"],
  ["proton_run000001_alpha", "LST_LSTN-design_LSTN-design"],
];
for (const [name, type] of files) {
  for (const mode of ["mono", "stereo"] as const) {
    test(`${name}: the ${mode} examples are the same in data models v6.0.0, v7.1.0 and v7.6.0`, data, async () => {
      const reader = readerConfig({ mode, allowedTelescopeTypes: type ? [type] : null });
      const [old, ...newer] = await Promise.all(
        ["v6.0.0", "v7.1.0", "v7.6.0"].map((version) => openExamples([path(version, name)], null, reader)),
      );
      assert.ok(old!.rows > 0);
      for (const table of newer) assertSameTable(old!, table, 1e-6);
    });
  }
}

/** Pointings of one telescope that moves, once a second. */
function monitoring(times: "mjd" | "high resolution"): AlteredTable {
  const seconds = [0, 1, 2, 3];
  const start = 1_534_980_000;
  const time =
    times === "mjd"
      ? {
          column: { name: "time", type: "float64" as const },
          data: Float64Array.from(seconds, (s) => 40_587 + (start + s) / 86_400),
        }
      : {
          column: { name: "time", type: "uint32" as const, itemShape: [2] },
          data: Uint32Array.from(seconds.flatMap((s) => [start + s, 0])),
        };
  return {
    columns: [
      time.column,
      { name: "azimuth", type: "float64", unit: "rad" },
      { name: "altitude", type: "float64", unit: "rad" },
    ],
    data: {
      time: time.data,
      azimuth: Float64Array.of(6.2, 6.25, 0.02, 0.05),
      altitude: Float64Array.of(1, 1.1, 1.2, 1.3),
    },
  };
}

/** The gammas as if they were observed, half a second apart. */
async function observed(name: string, times: "mjd" | "high resolution", level = "dl1"): Promise<string> {
  const start = 1_534_980_000.5;
  return alterFile(digicam, join(folder, name), {
    attributes: { "CTA PROCESS TYPE": "Observation" },
    drop: (group) =>
      group.startsWith("/simulation") || group === "/configuration/simulation" || group === "/configuration/telescope",
    table: (table, altered) => {
      if (table !== "/dl1/event/subarray/trigger") return;
      const rows = altered.data.event_id!.length;
      const moments = Array.from({ length: rows }, (_, i) => start + i / 2);
      if (times === "mjd") {
        altered.columns = altered.columns.map((column) =>
          column.name === "time" ? { name: "time", type: "float64" } : column,
        );
        altered.data.time = Float64Array.from(moments, (s) => 40_587 + s / 86_400);
      } else altered.data.time = Uint32Array.from(moments.flatMap((s) => [Math.floor(s), (s % 1) * 4e9]));
    },
    add: { [`/${level}/monitoring/telescope/pointing/tel_001`]: monitoring(times) },
  });
}

for (const times of ["mjd", "high resolution"] as const) {
  test(
    `observations with ${times} times: events without truth, pointings interpolated at their times`,
    data,
    async () => {
      const examples = await openExamples([await observed(`observed ${times}.h5`, times)], null, readerConfig());
      assert.equal(examples.rows, 9);
      assert.ok(!examples.columnNames.some((name) => name.startsWith("true_") || name.startsWith("cam_coord")));
      assert.throws(() => examples.column("true_energy"), /training and testing need simulated events/);
      const [az, alt] = ["azimuth", "altitude"].map((name) => examples.column(`telescope_pointing_${name}`));
      const close = (value: number, expected: number): void =>
        assert.ok(Math.abs(value - expected) < 1e-5, `${value} instead of ${expected}`);
      close(alt![0]!, 1.05);
      close(alt![1]!, 1.1);
      // Between 6.25 and 0.02 the short way leads through north.
      close(az![2]!, 6.25 + (0.02 + 2 * Math.PI - 6.25) / 2);
      // Beyond the last sample the line goes on, as in CTLearn.
      close(alt![8]!, 1.45);
      assert.deepEqual([...examples.column("pointing_altitude")], [...alt!]);
    },
  );
}

test("DL1 pointings win over those of DL0, and without any the error tells the telescope", data, async () => {
  const both = await alterFile(await observed("dl0.h5", "mjd", "dl0"), join(folder, "both.h5"), {
    add: {
      "/dl1/monitoring/telescope/pointing/tel_001": {
        ...monitoring("mjd"),
        data: { ...monitoring("mjd").data, altitude: Float64Array.of(0.5, 0.5, 0.5, 0.5) },
      },
    },
  });
  const altitudes: number[] = [];
  for (const name of [join(folder, "dl0.h5"), both]) {
    const file = await openEventFile(name);
    altitudes.push(telescopePointing(file, 1)(3, 1_534_980_001).altRad);
    file.close();
  }
  assert.ok(Math.abs(altitudes[0]! - 1.1) < 1e-6);
  assert.equal(altitudes[1], 0.5);
  const none = await alterFile(both, join(folder, "none.h5"), { drop: (group) => group.endsWith("/monitoring") });
  await assert.rejects(openExamples([none], null, readerConfig()), /does not say where telescope 1 looked/);
});

test("files of other arrays are told by what differs, or left out with a message", data, async () => {
  const moved = await alterFile(digicam, join(folder, "moved.h5"), {
    table: (name, { data: columns }) => {
      if (name.endsWith("/layout")) columns.pos_x!.fill(55 as never);
    },
  });
  const shifted = await alterFile(digicam, join(folder, "shifted.h5"), {
    table: (name, { data: columns }) => {
      if (name.endsWith("/geometry_0")) (columns.pix_x as Float64Array)[17]! += 0.01;
    },
  });
  const other = path("v7.1.0", "gamma_diffuse_run000010_alpha");
  const cases: [string, RegExp][] = [
    [moved, /moved\.h5 holds another array than .*telescope 1 stands at .*\(55, 0, 4\) m.*skip_incompatible_files/s],
    [shifted, /shifted\.h5 .*the camera of telescope 1: pixel 17 lies 10\.0 mm apart/s],
  ];
  for (const [second, message] of cases) {
    const [a, b] = [join(folder, "a.h5"), second].sort();
    await alterFile(digicam, join(folder, "a.h5"), {});
    await assert.rejects(openExamples([a!, b!], null, readerConfig()), { message });
  }
  // Paths decide the order: this one is the first.
  await assert.rejects(openExamples([digicam, other], null, readerConfig({ allowedTelescopes: [1] })), {
    message: /telescopes 1, 2, 3, .* and 1/s,
  });
  const told: string[] = [];
  const write = process.stderr.write;
  process.stderr.write = (text: string | Uint8Array) => told.push(String(text)) > 0;
  try {
    const skipping = readerConfig({ skipIncompatibleFiles: true });
    const examples = await openExamples([join(folder, "a.h5"), moved, shifted], null, skipping);
    assert.equal(examples.rows, 9);
    assert.equal(examples.files.length, 1);
  } finally {
    process.stderr.write = write;
  }
  assert.equal(told.length, 2);
  assert.match(told.join(""), /skipped: .*moved\.h5/);
});

test(
  "several files: rows by observation, event and telescope; files by their paths; equal ids stay apart",
  data,
  async () => {
    const names = ["b.h5", "c.h5", "a.h5"];
    const paths = [];
    for (const [i, name] of names.entries()) {
      const target = join(folder, `many-${name}`);
      paths.push(
        await alterFile(digicam, target, {
          table: (table, { data: columns }) => {
            if (i === 1 && columns.obs_id && columns.obs_id !== undefined && !table.includes("/observation/")) {
              columns.obs_id.fill((columns.obs_id instanceof BigInt64Array ? 2n : 2) as never);
            }
          },
        }),
      );
    }
    const examples = await openExamples([paths[0]!, paths[1]!], [paths[2]!], readerConfig());
    assert.deepEqual(
      examples.files.map(({ path: file, signal }) => [file.split("-").at(-1), signal]),
      [
        ["a.h5", false],
        ["b.h5", true],
        ["c.h5", true],
      ],
    );
    assert.equal(examples.rows, 27);
    const [obs, event, file] = ["obs_id", "event_id", "file_index"].map((name) => examples.column(name));
    // Observation 2 comes before 3 although its file is the last; equal events of two files keep the files' order.
    assert.deepEqual([...new Set(obs)], [2, 3]);
    assert.ok([...file!].slice(0, 9).every((index) => index === 2));
    assert.deepEqual([...file!].slice(9, 13), [0, 1, 0, 1]);
    assert.equal(event![9], event![10]);
    assert.deepEqual(
      [...examples.eventNumbers()],
      Array.from({ length: 27 }, (_, i) => i),
    );
    assert.deepEqual([...examples.column("true_shower_primary_class")].slice(8, 12), [1, 0, 1, 0]);
    assert.equal(examples.classes!.background.examples, 9);
    await assert.rejects(openExamples([paths[0]!, paths[0]!], null, readerConfig()), /is named twice/);
  },
);

test("an event that is there twice in one file is an error that names it", data, async () => {
  for (const table of [
    "/dl1/event/subarray/trigger",
    "/simulation/event/subarray/shower",
    "/dl1/event/telescope/parameters/tel_001",
  ]) {
    const doubled = await alterFile(digicam, join(folder, "doubled.h5"), {
      table: (name, { data: columns }) => {
        if (name === table) columns.event_id![3] = columns.event_id![2]!;
      },
    });
    const message = new RegExp(`${table} has event \\d+ of observation 3 twice`);
    await assert.rejects(openExamples([doubled], null, readerConfig()), { message, place: /row 3/ }, table);
  }
});
