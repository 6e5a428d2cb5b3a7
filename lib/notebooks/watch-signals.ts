/** Signals that ask a run to save itself and end: cancel or preemption, Ctrl-C, SLURM's warning. */
const signals = ["SIGTERM", "SIGINT", "SIGUSR1"] as const;

export type StopSignal = (typeof signals)[number];

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
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
}
