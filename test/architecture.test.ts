import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const lib = fileURLToPath(new URL("../../lib", import.meta.url));

/** Higher rooms first. A file may import from its own room and from rooms further down. */
const rooms = [
  "cli",
  "slurm",
  "notebooks",
  "reports",
  "figures",
  "evaluation",
  "prediction",
  "training",
  "models",
  "engine",
  "preparation",
  "events",
  "calibration",
  "simulation",
  "camera",
  "coordinates",
  "hdf5",
  "fits",
  "config",
  "random",
  "threads",
  "files",
  "display",
];

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.c?ts$/.test(entry.name) && !entry.name.endsWith(".d.ts") ? [path] : [];
  });
}

const files = sources(lib);

function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g)].map((match) => match[1]!);
  return found.map((specifier) =>
    resolve(dirname(file), specifier)
      .replace(/\.js$/, ".ts")
      .replace(/\.cjs$/, ".cts"),
  );
}

const roomOf = (file: string): string => relative(lib, file).split("/")[0]!;

test("imports point only to the same room or a lower one", () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((target) => {
        const from = rooms.indexOf(roomOf(file));
        const to = rooms.indexOf(roomOf(target));
        return from >= 0 && to >= 0 && to < from;
      })
      .map((target) => `${relative(lib, file)} → ${relative(lib, target)}`),
  );
  assert.deepEqual(wrong, []);
});

test("every file of lib lies in a known room, or is index.ts or errors.ts", () => {
  const stray = files.filter((file) => !rooms.includes(roomOf(file))).map((file) => relative(lib, file));
  assert.deepEqual(stray.sort(), ["errors.ts", "index.ts"]);
});

test("no import closes a cycle", () => {
  const state = new Map<string, "open" | "done">();
  const cycles: string[] = [];
  const visit = (file: string, path: string[]): void => {
    if (state.get(file) === "done") return;
    if (state.get(file) === "open") {
      cycles.push([...path.slice(path.indexOf(file)), file].map((item) => relative(lib, item)).join(" → "));
      return;
    }
    state.set(file, "open");
    for (const target of importsOf(file)) if (files.includes(target)) visit(target, [...path, file]);
    state.set(file, "done");
  };
  for (const file of files) visit(file, []);
  assert.deepEqual(cycles, []);
});

test("only index.ts re-exports", () => {
  const barrels = files
    .filter((file) => relative(lib, file) !== "index.ts")
    .filter((file) => /^export\s+(?:type\s+)?(?:\*|\{[^}]*\})\s+from/m.test(readFileSync(file, "utf8")))
    .map((file) => relative(lib, file));
  assert.deepEqual(barrels, []);
});

test("folders are made by makeFolder, since Node's recursive mkdir never ends below /proc", () => {
  const own = files.filter((file) => /\bmkdir(?:Sync)?\([^;]*recursive: true/.test(readFileSync(file, "utf8")));
  assert.deepEqual(
    own.map((file) => relative(lib, file)),
    [],
  );
});
