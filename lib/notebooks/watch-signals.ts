/** Signals that ask a run to save itself and end: cancel or preemption, Ctrl-C, SLURM's warning. */
const signals = ["SIGTERM", "SIGINT", "SIGUSR1"] as const;

export type StopSignal = (typeof signals)[number];

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
  const listeners = signals.map((signal) => {
    const listener = (): void => {
      if (times > 0 && signal !== "SIGINT") return;
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
