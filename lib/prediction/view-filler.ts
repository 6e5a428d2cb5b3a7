import type { StreamReply, StreamView } from "./stream-messages.js";

/** Fills the slots of one view one after the other. */
export class ViewFiller {
  private readonly images: readonly Float32Array[];
  private readonly rows: readonly Int32Array[];
  private readonly free: number[];
  private waiting: (() => void) | undefined;
  private slot: number | undefined;
  private filled = 0;

  constructor(
    private readonly number: number,
    readonly view: StreamView,
    private readonly batchSize: number,
    private readonly reply: (message: StreamReply) => void,
  ) {
    this.images = view.slots.map(({ images }) => new Float32Array(images));
    this.rows = view.slots.map(({ rows }) => new Int32Array(rows));
    this.free = view.slots.map((_, i) => i);
  }

  release(slot: number): void {
    this.free.push(slot);
    this.waiting?.();
  }

  /** True when an image can be added at once. */
  get ready(): boolean {
    this.slot ??= this.free.shift();
    return this.slot !== undefined;
  }

  async untilReady(): Promise<void> {
    while (!this.ready) {
      await new Promise<void>((wake) => {
        this.waiting = wake;
      });
    }
  }

  /** Adds the image of a trigger; `write` fills `size` numbers from an offset on. */
  add(row: number, size: number, write: (out: Float32Array, offset: number) => void): void {
    this.rows[this.slot!]![this.filled] = row;
    write(this.images[this.slot!]!, this.filled * size);
    if (++this.filled === this.batchSize) this.hand();
  }

  /** Gives away what is there. */
  hand(): void {
    if (this.slot === undefined || this.filled === 0) return;
    this.reply({ kind: "batch", view: this.number, slot: this.slot, size: this.filled });
    this.slot = undefined;
    this.filled = 0;
  }
}
