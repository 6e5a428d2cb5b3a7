import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { execa } from "execa";
import { CherenkitError, exitCodes } from "../errors.js";
import { openEventFile } from "../events/event-file.js";
import { makeFolder } from "../files/make-folder.js";
import { beginFile, finishFile } from "../files/unfinished-files.js";
import { temporaryName } from "../files/write-atomically.js";

export interface ConvertOptions {
  /** ctapipe-process. */
  readonly program: string;
  /** Configuration of ctapipe-process; null = its own defaults. */
  readonly config: string | null;
  /** Write calibrated waveforms (R1) as well. */
  readonly waveforms: boolean;
  /** More options of ctapipe-process. */
  readonly options: readonly string[];
}

/** What became of a file. */
export interface Conversion {
  readonly input: string;
  readonly output: string;
  readonly outcome: "written" | "there already" | "broken";
  /** Triggered events; null unless it was written. */
  readonly events: number | null;
  /** Why it is broken. */
  readonly reason: string | null;
  readonly seconds: number;
}

/** `run1.simtel.zst` → `run1.dl1.h5`. */
export function convertedName(input: string): string {
  return `${basename(input).replace(/(\.(simtel|r0|r1|dl0|dl1))?(\.(gz|zst|bz2|h5|hdf5|simtel))*$/i, "")}.dl1.h5`;
}

/** ctapipe says so only in a warning, and ends as if all were well. */
const truncated = /File seems to be truncated/;
const noEffectiveFocalLength = /effective focal length was not present/;

/** The line of ctapipe's output that says most. */
function reasonIn(output: string): string {
  const lines = output.split("\n").map((line) => line.trim());
  const errors = lines.filter((line) => /^[\w.]*(Error|Exception|Warning)\b/.test(line));
  const told = lines.filter((line) => /ERROR|CRITICAL/.test(line)).map((line) => line.replace(/^.*?\): /, ""));
  return errors.at(-1) ?? told.at(-1) ?? lines.filter(Boolean).at(-1) ?? "it said nothing";
}

async function run(
  input: string,
  temporary: string,
  { program, config, waveforms, options }: ConvertOptions,
): Promise<{ ok: boolean; output: string }> {
  const args = [
    `--input=${input}`,
    `--output=${temporary}`,
    "--overwrite",
    "--write-images",
    "--write-parameters",
    `--provenance-log=${temporary}.provenance.log`,
    ...(config ? [`--config=${config}`] : []),
    ...(waveforms ? ["--DataWriter.write_r1_waveforms=True"] : []),
    ...options,
  ];
  // Many files are converted at a time, so one thread each.
  const env = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", NUMBA_NUM_THREADS: "1" };
  const result = await execa(program, args, { reject: false, all: true, env, stdin: "ignore" });
  if (result.exitCode === undefined && result.signal === undefined) {
    throw new CherenkitError(`${program} could not be started: ${result.originalMessage}`, { place: program });
  }
  return { ok: result.exitCode === exitCodes.ok, output: result.all };
}

async function eventsIn(path: string): Promise<number> {
  const file = await openEventFile(path);
  try {
    const trigger = "/dl1/event/subarray/trigger";
    return file.hdf5.kind(trigger) === "table" ? file.hdf5.table(trigger).rows : 0;
  } finally {
    file.close();
  }
}

/**
 * Converts a file with ctapipe-process into DL1 images and parameters. A simulation that knows no effective focal length
 * is read with the equivalent one. What is broken is no error here, but told; nothing stands under the output's name then.
 * @throws {CherenkitError} when ctapipe-process cannot be started
 */
export async function convertFile(input: string, output: string, options: ConvertOptions): Promise<Conversion> {
  const began = performance.now();
  const seconds = (): number => Math.round(performance.now() - began) / 1000;
  // In a folder of its own: ctapipe-process may outlive a stop by a moment, and finds no place for a new file then.
  const folder = temporaryName(output);
  const temporary = join(folder, basename(output));
  beginFile(folder);
  try {
    makeFolder(folder); // at once: one that is still under way at a stop would come after the tidying
    let { ok, output: said } = await run(input, temporary, options);
    if (!ok && noEffectiveFocalLength.test(said)) {
      const equivalent = "--EventSource.focal_length_choice=EQUIVALENT";
      ({ ok, output: said } = await run(input, temporary, { ...options, options: [...options.options, equivalent] }));
    }
    const reason = truncated.test(said)
      ? "the file is truncated: its end is missing"
      : ok && existsSync(temporary)
        ? null
        : reasonIn(said);
    if (reason !== null) return { input, output, outcome: "broken", events: null, reason, seconds: seconds() };
    const events = await eventsIn(temporary);
    await rename(temporary, output);
    return { input, output, outcome: "written", events, reason: null, seconds: seconds() };
  } catch (error) {
    if (!(error instanceof CherenkitError) || error.place === options.program) throw error;
    const [reason = ""] = error.message.split("\n");
    return { input, output, outcome: "broken", events: null, reason, seconds: seconds() };
  } finally {
    await rm(folder, { recursive: true, force: true });
    finishFile(folder);
  }
}
