import { once } from "node:events";
import { stat } from "node:fs/promises";
import { addAbortSignal, type Readable, type Writable } from "node:stream";
import { waveformSample } from "../../config/channel.js";
import type { PredictionEngine } from "../../config/prediction-choices.js";
import type { Task } from "../../config/task.js";
import { ConfigError, InputError } from "../../errors.js";
import { isTimeChannel } from "../../events/channels.js";
import { openEventFile } from "../../events/event-file.js";
import type { Subarray } from "../../events/subarray.js";
import { sst1mArray } from "../../simulation/array.js";
import { openPredictionModels } from "../prediction-model.js";
import { EventLines } from "./event-lines.js";
import { followFolder } from "./folder-files.js";
import { followFile } from "./growing-file.js";
import { LatencyHistogram } from "./latency-histogram.js";
import type { LiveArray, LiveEvent, LiveSource } from "./live-event.js";
import { type LivePrediction, LivePredictor } from "./live-predictor.js";

export interface LiveOptions {
  /** Folders `models/<task>/<name>` of models of single telescopes, each of other tasks. */
  readonly models: readonly string[];
  /** `-`: lines on `input`; a DL1 file that grows; or a folder in which DL1 files appear. */
  readonly source: string;
  /** DL1 file that describes the telescopes of lines; by default the two SST-1M telescopes. */
  readonly array?: string;
  readonly format?: "json" | "csv";
  /** What computes the networks, as in `predictFiles`. */
  readonly engine?: PredictionEngine;
  /** Events that are predicted together when several wait; 8 by default. */
  readonly batchSize?: number;
  /** End when nothing new has come for so many seconds; lines end by themselves. */
  readonly idleS?: number;
  readonly signal: AbortSignal;
  readonly input: Readable;
  /** Where predictions go, a line an event. */
  readonly output: Writable;
  /** Told what people should know: when it is ready, and what was left out. */
  readonly tell: (message: string) => void;
}

/** What came of a stream. */
export interface LiveResult {
  readonly latency: LatencyHistogram;
  /** Events with at least one prediction. */
  readonly predicted: number;
  /** Lines or files that could not be used. */
  readonly leftOut: number;
}

/** Columns of a line by task: name in the line, and in DL2. */
const columnsOf: Readonly<Record<Exclude<Task, "skydirection">, readonly (readonly [string, string])[]>> = {
  type: [["gammaness", "prediction"]],
  energy: [["energy_TeV", "energy"]],
  cameradirection: [
    ["alt_deg", "alt"],
    ["az_deg", "az"],
  ],
};

/** The two SST-1M telescopes, as `cherenkit simulate` writes them. */
function sst1mSubarray(): Subarray {
  const { name, telescopes } = sst1mArray();
  const { camera, opticsName, focalLengthM, effectiveFocalLengthM } = telescopes[0]!.type;
  return {
    name,
    cameras: new Map([[0, camera]]),
    telescopes: telescopes.map((one) => ({
      id: one.id,
      name: one.name,
      type: `SST_${opticsName}_${camera.name}`,
      positionM: [one.xM, one.yM, one.zM],
      cameraIndex: 0,
      equivalentFocalLengthM: focalLengthM,
      effectiveFocalLengthM,
    })),
  };
}

async function arrayOfLines(path: string | undefined): Promise<LiveArray> {
  if (path === undefined) return { path: "standard input", subarray: sst1mSubarray() };
  const file = await openEventFile(path);
  file.close();
  return { path, subarray: file.subarray };
}

/** One line of output. */
class LineWriter {
  private readonly columns: readonly (readonly [Task, string, string])[];

  constructor(
    tasks: readonly Task[],
    private readonly format: "json" | "csv",
  ) {
    this.columns = tasks.flatMap((task) =>
      task === "skydirection" ? [] : columnsOf[task].map(([name, field]) => [task, name, field] as const),
    );
  }

  get head(): string {
    const names = ["obs_id", "event_id", "tel_id", ...this.columns.map(([, name]) => name), "latency_ms"];
    return this.format === "csv" ? `${names.join()}\n` : "";
  }

  line({ obsId, eventId, telId }: LiveEvent, prediction: LivePrediction, latencyMs: number): string {
    const values = this.columns.map(([task, name, field]): [string, number | null] => {
      const value = prediction.get(task)?.[field];
      return [name, value === undefined || !Number.isFinite(value) ? null : Number(value.toPrecision(7))];
    });
    const row = [["obs_id", obsId], ["event_id", eventId], ["tel_id", telId], ...values] as [string, number | null][];
    row.push(["latency_ms", Number(latencyMs.toFixed(3))]);
    if (this.format === "csv") return `${row.map(([, value]) => value ?? "").join()}\n`;
    return `${JSON.stringify(Object.fromEntries(row))}\n`;
  }
}

/**
 * Predicts events as they come, each at once: a line for each goes to the output before the next is looked at. An
 * image that no model wants (quality criteria of its training) has a line without numbers. When several events wait,
 * they are predicted together. Nothing is read ahead, so a sender that is too fast has to wait.
 * @throws {ConfigError} for a stereo model, or criteria that a stream cannot know
 * @throws {InputError} when models or source cannot be read, or do not fit
 */
export async function predictLive(options: LiveOptions): Promise<LiveResult> {
  const { source, signal, input, output, tell, batchSize = 8, format = "json", idleS } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ConfigError(`a batch of ${batchSize} events is not possible`, {
      remedy: "give a batch size of 1 or more",
    });
  }
  const models = await openPredictionModels(options.models, { engine: options.engine });
  let leftOut = 0;
  const leave = (why: string): void => {
    leftOut++;
    tell(`left out: ${why}`);
  };
  try {
    const predictor = new LivePredictor(models, batchSize);
    const events = await openSource();
    await predictor.warmUp();
    tell(`ready: ${predictor.tasks.join(", ")} of the events from ${source === "-" ? "standard input" : source}`);
    const latency = new LatencyHistogram();
    const writer = new LineWriter(predictor.tasks, format);
    let predicted = 0;
    let open = true;
    output.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      open = false; // Nobody listens any more.
    });
    const write = async (text: string): Promise<void> => {
      if (open && text !== "" && !output.write(text))
        await Promise.race([once(output, "drain"), once(output, "close")]);
    };
    await write(writer.head);
    for await (const group of events) {
      for (let first = 0; first < group.length && open; first += batchSize) {
        const some = group.slice(first, first + batchSize);
        const predictions = await predictor.predict(some);
        const lines = some.map((event, i) => {
          const ms = performance.now() - event.seenMs;
          latency.add(ms);
          if (predictions[i]!.size > 0) predicted++;
          return writer.line(event, predictions[i]!, ms);
        });
        await write(lines.join(""));
        if (signal.aborted) break;
      }
      if (signal.aborted || !open) break;
    }
    return { latency, predicted, leftOut };

    async function openSource(): Promise<LiveSource> {
      if (source === "-") {
        const array = await arrayOfLines(options.array);
        predictor.fit(array);
        if (predictor.channels.some((channel) => waveformSample(channel))) {
          throw new ConfigError("lines hold images, and a model looks at waveforms", {
            remedy: "stream from a DL1 file that has waveforms too",
          });
        }
        addAbortSignal(signal, input);
        const lines = new EventLines(array, predictor.channels.some(isTimeChannel));
        return untilAborted(lines.read(input, (line, why) => leave(`line ${line}: ${why}`)));
      }
      const found = await stat(source).catch(() => null);
      if (!found) {
        throw new InputError(`${source} is not there`, {
          place: source,
          remedy: "name a DL1 file that grows, a folder in which DL1 files appear, or - for lines on standard input",
        });
      }
      const until = { signal, idleMs: idleS === undefined ? undefined : 1000 * idleS };
      return found.isDirectory() ? followFolder(source, predictor, until, leave) : followFile(source, predictor, until);
    }
  } finally {
    for (const model of models) await model.close();
  }
}

/** Ends where a signal has cut the input off. */
async function* untilAborted(source: LiveSource): LiveSource {
  try {
    yield* source;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "AbortError") throw error;
  }
}
