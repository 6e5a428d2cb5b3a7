import { readFileSync } from "node:fs";
import { basename } from "node:path";

/** Signals that ask a run to save itself and end: cancel or preemption, Ctrl-C, SLURM's warning, a terminal that is gone. */
const signals = ["SIGTERM", "SIGINT", "SIGUSR1", "SIGHUP"] as const;

export type StopSignal = (typeof signals)[number];

/**
 * Whether we were started to outlive our terminal, by `nohup` or by a script that was. Node forgets what it inherits, but
 * the shell tells by whom we were started, and Linux what our parent ignores.
 */
function startedByNohup(): boolean {
  if (basename(process.env._ ?? "") === "nohup") return true;
  try {
    const ignored = readFileSync(`/proc/${process.ppid}/status`, "utf8").match(/^SigIgn:\s*([0-9a-f]+)$/m)?.[1];
    return ignored !== undefined && (BigInt(`0x${ignored}`) & 1n) === 1n;
  } catch {
    return false;
  }
}

/** Set by the command's first lines when SIGUSR1 came before anybody watched. */
const earlyWarning = Symbol.for("cherenkit.early-warning");
const place = globalThis as { [earlyWarning]?: boolean };

/**
 * Hears the signals that ask for an end. SLURM may send them twice, so only a person's second Ctrl-C counts again.
 * @param onSignal called with how often the request was made in earnest, from 1
 * @returns a function that stops listening
 */
export function watchSignals(onSignal: (signal: StopSignal, times: number) => void): () => void {
  let times = 0;
  const outlivesTerminal = startedByNohup();
  const listeners = signals.map((signal) => {
    const listener = (): void => {
      if ((times > 0 && signal !== "SIGINT") || (signal === "SIGHUP" && outlivesTerminal)) return;
      times++;
      onSignal(signal, times);
    };
    process.on(signal, listener);
    return [signal, listener] as const;
  });
  if (place[earlyWarning]) queueMicrotask(listeners.find(([signal]) => signal === "SIGUSR1")![1]);
  return () => {
    // Whoever asked was heard.
    if (times > 0) place[earlyWarning] = false;
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
}
