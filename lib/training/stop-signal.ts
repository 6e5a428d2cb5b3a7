import { getEventListeners } from "node:events";
import { InterruptedError } from "../errors.js";

/**
 * One flag for the whole process that asks a running training to save itself and end. Signals set it, and so may a
 * notebook's kernel; the training loop looks at it after each step.
 */
let reason: string | null = null;

// A property of the process, since a kernel may load the lib more than once.
const stateName = Symbol.for("cherenkit.stop");
const place = globalThis as { [stateName]?: { controller: AbortController; asked: boolean } };

function state(): { controller: AbortController; asked: boolean } {
  place[stateName] ??= { controller: new AbortController(), asked: false };
  return place[stateName];
}

/**
 * Aborted when the process, or the running cell of a notebook, is asked to save what it has and end. Code that asks for
 * it, or waits for its `abort` event, is given the time to end by itself.
 */
export function stopSignal(): AbortSignal {
  state().asked = true;
  return state().controller.signal;
}

/** Whether code that runs now would notice the abort. */
export function stopIsHeeded(): boolean {
  return state().asked || getEventListeners(state().controller.signal, "abort").length > 0;
}

/** Asks a running training to write a checkpoint and end; `why` is told to the user. The first reason stays. */
export function requestStop(why: string): void {
  reason ??= why;
  state().controller.abort(new InterruptedError(`stopped: ${why}`));
}

/** Why training should stop, or null. */
export function stopReason(): string | null {
  return reason;
}

/** Takes the request back; done when a training has ended, and before a cell runs. */
export function clearStop(): void {
  reason = null;
  state().asked = false;
  if (state().controller.signal.aborted) state().controller = new AbortController();
}

const signals: readonly NodeJS.Signals[] = ["SIGTERM", "SIGUSR1", "SIGINT"];

/**
 * Lets SIGTERM (cancel, preemption), SIGUSR1 (SLURM's warning before the time limit) and SIGINT (Ctrl-C, notebook
 * interrupt) ask for a stop instead of ending the process. SLURM may send a signal twice, so a second one does nothing
 * more.
 * @returns a function that restores what was before
 */
export function installStopHandlers(): () => void {
  const listeners = signals.map((signal) => {
    const listener = (): void => requestStop(`signal ${signal}`);
    process.on(signal, listener);
    return [signal, listener] as const;
  });
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
}

/**
 * The time by which the process must have ended, from `CHERENKIT_DEADLINE`: seconds since 1970 (`date +%s`), or a date.
 * @returns milliseconds since 1970; null when it is not set or not a time
 */
export function environmentDeadline(): number | null {
  const text = process.env.CHERENKIT_DEADLINE;
  if (!text) return null;
  const time = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  return Number.isFinite(time) ? time : null;
}
