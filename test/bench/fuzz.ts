// Damages good files in many ways and reads them: node dist/test/bench/fuzz.js [SEEDS] [FIRST]
// Each outcome must be right data, no events, or one clear error. Other data are told with what differs: HDF5 keeps no checksum of
// attributes and indices, so only other data from within a block of a table is a failure, as is a crash or a hang.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { type Channel, expandChannels } from "../../lib/config/channel.js";
import type { ReaderConfig } from "../../lib/config/config.js";
import type { ColumnSchema } from "../../lib/hdf5/column.js";
import { RandomGenerator } from "../../lib/random/generator.js";
import { type AlteredTable, alterFile } from "../events/altered-file.js";
import { readerConfig } from "../events/reader-config.js";
import { type StoredChunk, storedChunks } from "../events/stored-chunks.js";
import { asObservation } from "../prediction/observation.js";
import { sharedData } from "../shared-data.js";
import { benchFolder } from "./bench.js";
import type { FuzzReply, FuzzTask } from "./fuzz-worker.js";

interface Source {
  readonly name: string;
  readonly path: string;
  readonly bytes: Buffer;
  readonly chunks: readonly StoredChunk[];
  readonly reader: ReaderConfig;
}

const folder = benchFolder();
const patienceMs = 120_000;

function sourceOf(name: string, path: string, changes: Partial<ReaderConfig>): Source {
  const bytes = readFileSync(path);
  return { name, path, bytes, chunks: storedChunks(bytes), reader: readerConfig(changes) };
}

async function sources(): Promise<Source[]> {
  const lst = join(sharedData, "ctlearn/dl1/gamma_run1.dl1.h5");
  const cleaned: Channel[] = ["cleaned_image", "cleaned_relative_peak_time"];
  const cut = [{ name: "cut", expression: "hillas_intensity > 50" }];
  const whole = expandChannels(["waveform", "r0_waveform"], { length: 20, position: "maximum" });
  const observed = join(folder, "observation.h5");
  await asObservation(lst, observed);
  return [
    sourceOf("mono v7.1.0", join(sharedData, "dl1/v7.1.0/gamma_sst1m_digicam.dl1.h5"), { channels: cleaned }),
    sourceOf("mono v7.6.0", join(sharedData, "dl1/v7.6.0/gamma_sst1m_digicam.dl1.h5"), { qualityCriteria: cut }),
    sourceOf("stereo", lst, { mode: "stereo", channels: cleaned, qualityCriteria: cut, minTelescopes: 2 }),
    // Written by the tests themselves, without checksums.
    { ...sourceOf("observation", observed, { qualityCriteria: cut }), chunks: [] },
    sourceOf("waveforms", join(sharedData, "dl1/v6.0.0/gamma_sst1m_digicam.r0_r1_dl1.h5"), { channels: whole }),
  ];
}

/** What was done to a file, and whether only bytes within blocks of tables changed. */
interface Damage {
  readonly what: string;
  readonly inBlock: boolean;
}

function inBlock(chunks: readonly StoredChunk[], from: number, to: number): boolean {
  return chunks.some(({ at, bytes }) => from >= at && to <= at + bytes);
}

/** Damages the bytes of a file. */
function damageBytes(source: Source, path: string, random: RandomGenerator): Damage {
  const bytes = Buffer.from(source.bytes);
  const place = (length: number): number => random.integer(bytes.length - length);
  const write = (what: string, from: number, to: number): Damage => {
    writeFileSync(path, bytes);
    return { what: `${what} at ${from}–${to}`, inBlock: inBlock(source.chunks, from, to) };
  };
  const kind = random.integer(9);
  if (kind === 0) {
    const end = place(0);
    writeFileSync(path, bytes.subarray(0, end));
    return { what: `cut off at ${end}`, inBlock: false };
  }
  if (kind === 1) {
    const at = place(1);
    bytes[at]! ^= 1 << random.integer(8);
    return write("a bit flipped", at, at + 1);
  }
  if (kind === 2 && source.chunks.length > 0) {
    const { at, bytes: length } = source.chunks[random.integer(source.chunks.length)]!;
    const byte = at + random.integer(length);
    bytes[byte]! ^= 1 + random.integer(255);
    return write("a byte of a block changed", byte, byte + 1);
  }
  if (kind > 6 && source.chunks.length > 0) {
    // Most of a file are blocks; what describes them is hit rarely by chance.
    const places = Array.from({ length: 1 + random.integer(8) }, () => {
      let at = place(1);
      while (inBlock(source.chunks, at, at + 1)) at = place(1);
      bytes[at]! ^= 1 << random.integer(8);
      return at;
    });
    return { ...write("bits flipped", Math.min(...places), Math.max(...places)), inBlock: false };
  }
  const length = 1 << (kind === 3 ? random.integer(7) : 6 + random.integer(8));
  const at = place(length);
  if (kind === 3) {
    for (let i = 0; i < length; i++) bytes[at + i] = random.integer(256);
    return write("bytes overwritten", at, at + length);
  }
  if (kind === 4) {
    bytes.fill(0, at, at + length);
    return write("zeros", at, at + length);
  }
  if (kind === 5) {
    bytes.copyWithin(at, place(length), bytes.length);
    return write("another part", at, bytes.length);
  }
  writeFileSync(path, Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]));
  return { what: `${length} bytes left out at ${at}`, inBlock: false };
}

/** Changes the type of a column, or leaves it out. */
function damageColumn(table: AlteredTable, random: RandomGenerator): string {
  const at = random.integer(table.columns.length);
  const column = table.columns[at]!;
  const values = table.data[column.name]!;
  const items = (column.itemShape ?? []).reduce((product, size) => product * size, 1);
  const retype = (type: ColumnSchema["type"], data: AlteredTable["data"][string], itemShape = column.itemShape) => {
    table.columns = table.columns.with(at, { name: column.name, type, ...(itemShape ? { itemShape } : {}) });
    table.data[column.name] = data;
    return `${column.name} as ${JSON.stringify(type)}`;
  };
  const kind = random.integer(4);
  if (kind === 0 || Array.isArray(values)) {
    table.columns = table.columns.toSpliced(at, 1);
    return `without ${column.name}`;
  }
  const numbers = Array.from(values as ArrayLike<number | bigint>, Number);
  if (kind === 1) return retype("float64", Float64Array.from(numbers));
  if (kind === 2) return retype("int16", Int16Array.from(numbers));
  return retype(
    { string: 3 },
    Array.from({ length: numbers.length / items }, () => "abc"),
    [],
  );
}

async function damageTable(source: Source, path: string, random: RandomGenerator): Promise<Damage> {
  const tables: string[] = [];
  await alterFile(source.path, path, { table: (name) => void tables.push(name) });
  const chosen = tables[random.integer(tables.length)]!;
  if (random.integer(5) === 0) {
    await alterFile(source.path, path, { drop: (name) => name === chosen });
    return { what: `without ${chosen}`, inBlock: false };
  }
  let what = "";
  await alterFile(source.path, path, {
    table: (name, table) => {
      if (name === chosen) what = `${chosen}: ${damageColumn(table, random)}`;
    },
  });
  return { what, inBlock: false };
}

class Reading {
  private worker = this.start();

  private start(): Worker {
    return new Worker(new URL("./fuzz-worker.js", import.meta.url));
  }

  async read(task: FuzzTask): Promise<FuzzReply> {
    const { worker } = this;
    const reply = await new Promise<FuzzReply>((resolve) => {
      const crash = (message: string): void => resolve({ kind: "crashed", message });
      const timer = setTimeout(() => crash(`no answer for ${patienceMs / 1000} s`), patienceMs);
      const onError = (error: Error): void => crash(error.message);
      worker.once("error", onError);
      worker.once("message", (answer: FuzzReply) => {
        clearTimeout(timer);
        worker.off("error", onError);
        resolve(answer);
      });
      worker.postMessage(task);
    });
    if (reply.kind === "crashed") {
      await worker.terminate();
      this.worker = this.start();
    }
    return reply;
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }
}

const [seeds, first] = [Number(process.argv[2] ?? 200), Number(process.argv[3] ?? 1)];
const all = await sources();
const reading = new Reading();
const counts = new Map<string, number>();
let failures = 0;
try {
  for (let seed = first; seed < first + seeds; seed++) {
    const random = new RandomGenerator(seed);
    const source = all[seed % all.length]!;
    const path = join(folder, `damaged-${seed % 2}.h5`);
    const damage =
      random.integer(4) === 0 ? await damageTable(source, path, random) : damageBytes(source, path, random);
    const reply = await reading.read({ path, good: source.path, reader: source.reader });
    counts.set(reply.kind, (counts.get(reply.kind) ?? 0) + 1);
    const failed = reply.kind === "crashed" || (reply.kind === "wrong" && damage.inBlock);
    if (failed) failures++;
    if (failed || reply.kind === "wrong") {
      const why = reply.kind === "wrong" ? `other ${reply.differs.join(", ")}` : reply.message;
      console.log(`${failed ? "FAILED " : ""}seed ${seed}, ${source.name}, ${damage.what}: ${why}`);
      if (failed) copyFileSync(path, join(tmpdir(), `cherenkit-fuzz-${seed}.h5`));
    }
    // What a bad file leaves behind must not harm the next one.
    if (seed % 10 === 0) {
      const again = await reading.read({ path: source.path, good: source.path, reader: source.reader });
      if (again.kind !== "right") {
        failures++;
        console.log(`FAILED after seed ${seed}: the good file is read as ${JSON.stringify(again)}`);
      }
    }
  }
} finally {
  await reading.end();
}
console.log(`${seeds} damaged files: ${[...counts].map(([kind, count]) => `${count} ${kind}`).join(", ")}`);
process.exitCode = failures > 0 ? 1 : 0;
