import cliProgress from "cli-progress";

/** A bar on a terminal; on a pipe, in a log or in a notebook one plain line every few seconds. */
export class Progress {
  private readonly bar: cliProgress.SingleBar;
  private readonly began = performance.now();

  constructor(label: string, total: number, unit: string) {
    this.bar = new cliProgress.SingleBar(
      {
        format: `${label} {bar} {percentage}% {value}/{total} ${unit}, {rate} ${unit}/s, {eta_formatted} left`,
        barsize: 24,
        hideCursor: true,
        clearOnComplete: false,
        noTTYOutput: true,
        notTTYSchedule: 5000,
        stream: process.stderr,
      },
      cliProgress.Presets.shades_classic,
    );
    this.bar.start(total, 0, { rate: "–" });
  }

  update(done: number): void {
    const seconds = (performance.now() - this.began) / 1000;
    this.bar.update(done, { rate: Math.round(done / seconds).toLocaleString("en-US") });
  }

  stop(): void {
    this.bar.stop();
  }
}
