import cliProgress from "cli-progress";

/** A bar on a terminal; on a pipe, in a log or in a notebook one plain line every few seconds. */
export class Progress {
  private readonly bar: cliProgress.SingleBar;

  constructor(label: string, total: number, unit: string) {
    this.bar = new cliProgress.SingleBar(
      {
        format: `${label} {bar} {percentage}% {value}/{total} ${unit}, {eta_formatted} left`,
        barsize: 24,
        hideCursor: true,
        clearOnComplete: false,
        noTTYOutput: true,
        notTTYSchedule: 5000,
        stream: process.stderr,
      },
      cliProgress.Presets.shades_classic,
    );
    this.bar.start(total, 0);
  }

  update(done: number): void {
    this.bar.update(done);
  }

  stop(): void {
    this.bar.stop();
  }
}
