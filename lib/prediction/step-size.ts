import { ownedCores } from "../threads/worker-count.js";
import type { Engine } from "./engine.js";
import type { Answers, PredictionModel } from "./prediction-model.js";

/** Steps by which a size is judged, after the first, which builds what later ones reuse. */
const measuredSteps = 4;
/** A larger size must be this much faster: what a step needs in memory grows with its images. */
const gain = 1.05;

/** Images that keep a core busy. */
const imagesPerCore = 8;

/**
 * Images that a step may have at most. onnxruntime computes on CPUs, where no network gains by more images than keep the
 * cores busy, while each takes memory, which a session keeps: prediction with a ResNet 2.2 GB with 64 images, 0.9 GB with 16.
 */
export function largestStep(engine: Engine, batchSize: number, cores: number = ownedCores()): number {
  return engine === "tensorflow" ? batchSize : Math.min(batchSize, imagesPerCore * cores);
}

/** What was measured of one number of images a step. */
interface Candidate {
  readonly size: number;
  steps: number;
  /** Images per ms of the fastest step: the others were disturbed by something else on the machine. */
  rate: number;
}

/** 8, 16, 32, … up to the largest, which is always among them. */
function candidates(largest: number): Candidate[] {
  const sizes = [largest];
  for (let size = 8; size < largest; size *= 2) sizes.push(size);
  return sizes.sort((a, b) => a - b).map((size) => ({ size, steps: 0, rate: 0 }));
}

/**
 * Predicts batches in steps of the size that is fastest on this machine for this network. It is measured on the first
 * images that come, from small steps to large, as long as larger ones are faster by 5 %: a ResNet on a CPU is fastest in steps
 * of 8, a network on a GPU in the largest.
 */
export class StepSize {
  private readonly waiting: Candidate[];
  private best: Candidate | undefined;
  private current: Candidate | undefined;

  /**
   * @param largest images that a step may have at most
   * @param clock tells the time in ms
   */
  constructor(
    largest: number,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.waiting = candidates(largest);
    this.current = this.waiting.shift();
  }

  /** Images a step: the fastest, or the one that is being measured. */
  get size(): number {
    return (this.current ?? this.best)!.size;
  }

  /** True when the size is settled. */
  get chosen(): boolean {
    return this.current === undefined;
  }

  private judge(size: number, ms: number): void {
    const candidate = this.current;
    if (!candidate || size !== candidate.size) return;
    if (candidate.steps++ > 0) candidate.rate = Math.max(candidate.rate, size / ms);
    if (candidate.steps <= measuredSteps) return;
    const pays = !this.best || candidate.rate > gain * this.best.rate;
    if (pays) this.best = candidate;
    this.current = pays ? this.waiting.shift() : undefined;
  }

  /** Predicts a batch; the answers come in parts, each with the number of its first image. */
  async predict(
    model: PredictionModel,
    images: Float32Array,
    size: number,
    use: (first: number, answers: Answers) => void,
  ): Promise<void> {
    const pixels = images.length / size;
    for (let first = 0; first < size; ) {
      const count = Math.min(this.size, size - first);
      const began = this.clock();
      const answers = await model.predict(images.subarray(first * pixels, (first + count) * pixels), count);
      this.judge(count, this.clock() - began);
      use(first, answers);
      first += count;
    }
  }
}
