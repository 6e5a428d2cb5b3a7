import { type Cell, DataTable, formatCell } from "../display/data-table.js";
import type { RunStatus } from "./status.js";

/** `3 h 20 min`, `5 min`, `42 s` */
export function shortTime(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `failed (out of memory)` */
export const stateInWords = ({ state, reason }: Pick<RunStatus, "state" | "reason">): string =>
  reason && state !== "running" ? `${state} (${reason})` : state;

const columns: Readonly<Record<string, (run: RunStatus) => Cell>> = {
  job: (run) => run.jobId ?? "here",
  model: (run) => run.subject,
  stage: (run) => run.stage,
  state: stateInWords,
  epoch: (run) => (run.progress ? `${run.progress.epoch}/${run.progress.epochs}` : null),
  loss: (run) => run.progress?.loss,
  "images/s": (run) => run.progress?.imagesPerSecond,
  ran: (run) => shortTime(run.seconds),
  left: (run) => (run.secondsLeft === null ? null : shortTime(run.secondsLeft)),
  restarts: (run) => run.restarts,
};

/** Left out where there is no room, the first one first. */
const dispensable = ["restarts", "images/s", "ran", "loss", "left", "epoch"];
/** Columns whose texts are cut where there is still no room, but not to less. */
const shortest: Readonly<Record<string, number>> = { model: 18, state: 16 };
const gap = 2;

/** @param tail characters kept of the end */
function shortened(text: string, length: number, tail: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1 - tail)}…${text.slice(text.length - tail)}`;
}

/**
 * Runs as a table: state, stage, epoch, loss, speed and time left.
 * @param width characters of a line, for a terminal; then what does not fit is left out
 */
export function statusTable(runs: readonly RunStatus[], width: number = Number.POSITIVE_INFINITY): DataTable {
  const cells = new Map(Object.entries(columns).map(([name, cell]) => [name, runs.map(cell)]));
  const wide = (name: string): number =>
    cells.get(name)!.reduce<number>((most, cell) => Math.max(most, formatCell(cell).length), name.length);
  const wides = new Map([...cells.keys()].map((name) => [name, wide(name)]));
  const least = (name: string): number => Math.min(wides.get(name)!, shortest[name] ?? Number.POSITIVE_INFINITY);
  const missing = (): number => [...cells.keys()].reduce((sum, name) => sum + least(name) + gap, -gap) - width;
  for (const name of dispensable) if (missing() > 0) cells.delete(name);
  let room = Math.max(0, -missing());
  for (const name of ["state", "model"]) {
    const length = Math.min(wides.get(name)!, least(name) + room);
    room -= length - least(name);
    cells.set(
      name,
      // Names of many models begin alike, and differ at their end.
      cells.get(name)!.map((cell) => shortened(String(cell), length, name === "model" ? length >> 1 : 0)),
    );
  }
  const names = [...cells.keys()];
  return new DataTable(
    names,
    runs.map((_, row) => names.map((name) => cells.get(name)![row])),
  );
}
