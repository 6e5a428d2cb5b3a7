/** State of a generator: what `RandomGenerator.state` gives and takes; plain numbers, so that it survives JSON. */
export interface RandomState {
  /** The four 32-bit words of xoshiro128++. */
  readonly words: readonly [number, number, number, number];
  /** Second deviate of the last normal pair, not handed out yet. */
  readonly spare: number | null;
}

/** 32-bit mixing of splitmix32: turns nearby seeds into unrelated words. */
function splitMix(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

/** ln(k!) for k ≥ 0: a table, then Stirling's series, which is exact to 1e-12 from 16 on. */
const logFactorials = new Float64Array(128);
for (let k = 2; k < logFactorials.length; k++) logFactorials[k] = logFactorials[k - 1]! + Math.log(k);

function logFactorial(k: number): number {
  if (k < logFactorials.length) return logFactorials[k]!;
  const n = k + 1;
  return (n - 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * n) - 1 / (360 * n ** 3);
}

/**
 * Pseudo-random numbers of xoshiro128++ (Blackman and Vigna, ACM Trans. Math. Softw. 47 (2021) 36): period 2¹²⁸ − 1.
 * The same seed and stream give the same numbers on every machine; different streams are independent.
 */
export class RandomGenerator {
  private a: number;
  private b: number;
  private c: number;
  private d: number;
  private spare = Number.NaN;

  /** @param seed any finite number @param stream a number for each independent use of one seed */
  constructor(seed: number, stream: number = 0) {
    const low = splitMix(seed);
    const high = splitMix(Math.floor(seed / 2 ** 32) ^ 0x5bd1e995);
    const other = splitMix(Math.imul(stream, 0x85ebca6b) ^ 0xc2b2ae35);
    const word = (): number => (low() ^ high() ^ other()) | 0;
    this.a = word();
    this.b = word();
    this.c = word();
    this.d = word() | 1; // never all zero
    for (let i = 0; i < 8; i++) this.bits();
  }

  get state(): RandomState {
    return { words: [this.a, this.b, this.c, this.d], spare: Number.isNaN(this.spare) ? null : this.spare };
  }

  set state(state: RandomState) {
    [this.a, this.b, this.c, this.d] = state.words;
    this.spare = state.spare ?? Number.NaN;
  }

  /** 32 random bits as a signed integer. */
  private bits(): number {
    const sum = (this.a + this.d) | 0;
    const result = (((sum << 7) | (sum >>> 25)) + this.a) | 0;
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result;
  }

  /** 32 random bits, as a whole number in 0 … 2³² − 1. */
  word(): number {
    return this.bits() >>> 0;
  }

  /** A number in [0, 1) with 53 random bits. */
  uniform(): number {
    return ((this.bits() >>> 5) * 67108864 + (this.bits() >>> 6)) / 9007199254740992;
  }

  /** A whole number in 0 … n − 1, each equally likely; n at most 2³². */
  integer(n: number): number {
    const limit = 4294967296 - (4294967296 % n);
    let value = this.bits() >>> 0;
    while (value >= limit) value = this.bits() >>> 0;
    return value % n;
  }

  /** A number of the standard normal distribution (Marsaglia's polar method). */
  normal(): number {
    if (!Number.isNaN(this.spare)) {
      const value = this.spare;
      this.spare = Number.NaN;
      return value;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.spare = y * factor;
      return x * factor;
    }
  }

  /** A number of the exponential distribution with this mean. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform());
  }

  /** A number of the gamma distribution with this shape and scale 1 (Marsaglia and Tsang 2000). */
  gamma(shape: number): number {
    if (shape < 1) return this.gamma(shape + 1) * (1 - this.uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - this.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  /**
   * A number of the Poisson distribution: by counting below a mean of 10, by Hörmann's transformed rejection (PTRS,
   * Insurance: Mathematics and Economics 12 (1993) 39) above. A mean of zero or less gives 0.
   */
  poisson(mean: number): number {
    if (!(mean > 0)) return 0;
    if (mean < 10) {
      let product = this.uniform();
      if (product <= 1 - mean) return 0; // below the limit too, which need not be known
      const limit = Math.exp(-mean);
      let count = 0;
      for (; product > limit; product *= this.uniform()) count++;
      return count;
    }
    const root = Math.sqrt(mean);
    const b = 0.931 + 2.53 * root;
    const a = -0.059 + 0.02483 * b;
    const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
    const inside = 0.9277 - 3.6224 / (b - 2);
    const logMean = Math.log(mean);
    for (;;) {
      const u = this.uniform() - 0.5;
      const v = 1 - this.uniform();
      const us = 0.5 - Math.abs(u);
      const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
      if (us >= 0.07 && v <= inside) return k;
      if (k < 0 || (us < 0.013 && v > us)) continue;
      const accept = Math.log((v * inverseAlpha) / (a / (us * us) + b));
      if (accept <= k * logMean - mean - logFactorial(k)) return k;
    }
  }
}
