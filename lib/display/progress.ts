import cliProgress from "cli-progress";
import { displayHook } from "./display-hook.js";
import { duration } from "./duration.js";

/** Milliseconds between two lines of a log. */
const logEveryMs = 5000;

/** A bar on a terminal; on a pipe, in a log or in a notebook one plain line every few seconds, and one at the end. */
export class Progress {
  private readonly bar: cliProgress.SingleBar | null;
  private readonly began = performance.now();
  private told = this.began;
  private done = 0;

  constructor(
    private readonly label: string,
    private readonly total: number,
    private readonly unit: string,
  ) {
    this.bar = process.stderr.isTTY
      ? new cliProgress.SingleBar(
          {
            format: `${label} {bar} {percentage}% {value}/{total} ${unit}, {rate} ${unit}/s, {eta_formatted} left`,
            barsize: 24,
            hideCursor: true,
            clearOnComplete: false,
            stream: process.stderr,
          },
          cliProgress.Presets.shades_classic,
        )
      : null;
    this.bar?.start(total, 0, { rate: "–" });
  }

  update(done: number): void {
    this.done = done;
    if (this.bar) this.bar.update(done, { rate: grouped(this.rate()) });
    else if (performance.now() - this.told >= logEveryMs) this.tell();
  }

  stop(): void {
    if (this.bar) this.bar.stop();
    else if (this.done > 0) this.tell();
  }

  private rate(): number {
    return (this.done / (performance.now() - this.began)) * 1000;
  }

  private tell(): void {
    this.told = performance.now();
    const left =
      this.done < this.total && this.done > 0 ? `, ${duration((this.total - this.done) / this.rate())} left` : "";
    const count = this.done === this.total ? grouped(this.done) : `${grouped(this.done)} of ${grouped(this.total)}`;
    // Notebooks show what stands on standard error in red, as if it were a mistake.
    const stream = displayHook() ? process.stdout : process.stderr;
    stream.write(`${this.label}: ${count} ${this.unit}, ${grouped(this.rate())} ${this.unit}/s${left}\n`);
  }
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
