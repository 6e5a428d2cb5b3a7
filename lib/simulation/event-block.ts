import { RandomGenerator } from "../random/generator.js";
import { startSeconds } from "./dl1-run.js";
import { type Conditions, coreRadiusM, EventSource } from "./event.js";
import { EventRows } from "./event-rows.js";
import { type RunPlan, runConditions } from "./run-plan.js";
import { ShowerDistribution } from "./shower-distribution.js";
import type { TableBlock } from "./table-rows.js";

/** Triggered events that are simulated in one go, with random numbers of their own. */
export const blockEvents = 64;

/** Some events of a run, which any thread simulates to the same result. */
export interface BlockTask {
  readonly plan: RunPlan;
  /** Blocks of the run before this one. */
  readonly block: number;
  /** Times of the events since the run began, s. */
  readonly timesS: Float64Array;
}

export interface EventBlock {
  /** Rows by the path of their table. */
  readonly tables: ReadonlyMap<string, TableBlock>;
  /** Showers thrown, those that did not trigger among them. */
  readonly thrown: Pick<ShowerDistribution, "total" | "histogram">;
}

/** What all blocks of a run share. */
interface Prepared {
  readonly plan: string;
  readonly conditions: Conditions;
  readonly source: EventSource;
  readonly rows: EventRows;
}

/** Simulates blocks of events; what a run needs is kept for its next block. */
export class BlockSimulator {
  private prepared: Prepared | undefined;

  simulate({ plan, block, timesS }: BlockTask): EventBlock {
    const { conditions, source, rows } = this.prepare(plan);
    const thrown = new ShowerDistribution(conditions.particle, coreRadiusM(conditions));
    // the large factor keeps the streams of two runs apart
    const random = new RandomGenerator(plan.seed, (plan.obsId * 1_000_003 + block) >>> 0);
    source.restart(random, (axis) => thrown.add(axis));
    const seconds = startSeconds(plan.obsId);
    for (let i = 0; i < timesS.length; i++) {
      const index = { obs_id: plan.obsId, event_id: block * blockEvents + i + 1 };
      rows.add(source.next(), index, seconds, timesS[i]!);
    }
    return { tables: rows.take(), thrown: { total: thrown.total, histogram: thrown.histogram } };
  }

  private prepare(plan: RunPlan): Prepared {
    const name = JSON.stringify(plan);
    if (this.prepared?.plan === name) return this.prepared;
    const conditions = runConditions(plan);
    const source = new EventSource(conditions, new RandomGenerator(0), () => {});
    const rows = new EventRows(conditions.array, plan.dataModel, (type) => source.frame(type));
    this.prepared = { plan: name, conditions, source, rows };
    return this.prepared;
  }
}
