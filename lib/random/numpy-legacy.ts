const size = 624;
const middle = 397;

/** All that the generator remembers; plain, so that a checkpoint can hold it. */
export interface NumpyLegacyState {
  readonly key: readonly number[];
  readonly position: number;
}

/**
 * `np.random.seed(seed)` and `np.random.shuffle`, number for number: the Mersenne Twister MT19937 with Knuth's seeding.
 * CTLearn splits training from validation with it.
 */
export class NumpyLegacyRandom {
  private readonly key = new Uint32Array(size);
  private position = size;

  constructor(seed: number) {
    let value = seed >>> 0;
    for (let i = 0; i < size; i++) {
      this.key[i] = value;
      value = (Math.imul(1_812_433_253, value ^ (value >>> 30)) + i + 1) >>> 0;
    }
  }

  get state(): NumpyLegacyState {
    return { key: Array.from(this.key), position: this.position };
  }

  set state({ key, position }: NumpyLegacyState) {
    this.key.set(key);
    this.position = position;
  }

  private refill(): void {
    const { key } = this;
    for (let i = 0; i < size; i++) {
      const joined = (key[i]! & 0x8000_0000) | (key[(i + 1) % size]! & 0x7fff_ffff);
      key[i] = key[(i + middle) % size]! ^ (joined >>> 1) ^ (joined & 1 ? 0x9908_b0df : 0);
    }
    this.position = 0;
  }

  /** The next 32 bits. */
  next(): number {
    if (this.position === size) this.refill();
    let value = this.key[this.position++]!;
    value ^= value >>> 11;
    value ^= (value << 7) & 0x9d2c_5680;
    value ^= (value << 15) & 0xefc6_0000;
    return (value ^ (value >>> 18)) >>> 0;
  }

  /** A whole number from 0 to `max`, both included, by masked rejection as numpy's legacy interval. */
  private upTo(max: number): number {
    let mask = max;
    for (let shift = 1; shift <= 16; shift *= 2) mask |= mask >>> shift;
    for (;;) {
      const value = (this.next() & mask) >>> 0;
      if (value <= max) return value;
    }
  }

  /** `np.random.shuffle`, in place. */
  shuffle(array: Uint32Array): void {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.upTo(i);
      const held = array[i]!;
      array[i] = array[j]!;
      array[j] = held;
    }
  }
}
