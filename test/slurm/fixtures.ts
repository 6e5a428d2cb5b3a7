import { readFileSync } from "node:fs";

/**
 * What SLURM's commands print, and where each text comes from. Columns that we do not ask for are left out, and some rows.
 *
 * - `recorded`: of SLURM 22.05.8 (Debian 12, slurm-wlm 22.05.8-4+deb12u3), 24.11.5 (Debian 13, 24.11.5-4+deb13u1) and 26.05.5
 *   (Debian sid, 26.05.5-1), each the same jobs, by recorded/record.sh.
 * - `squeueTrace`: recorded at Carnegie Mellon's TRACE, 22.05.11, on 2026-09-01; github.com/WenzhuoXu/slurm-mcp,
 *   tests/fixtures/trace/squeue_me.out. `%N` of a job that waits is empty.
 * - `newStates`: states and flags of slurm.schedmd.com/job_state_codes.html for 25.11, each with what it means for a run.
 * - `reasons`: names in src/common/job_state_reason.c of 24.11 that say, or seem to say, that a job is held.
 * - `sacctElsewhere`: recorded at PSC's Bridges-2, 22.05.11, by the same repository (bridges2/sacct_me_alloc.out) and at TRACE;
 *   the cut-off `CANCELLED+` is written after sacct's manual.
 * - `sinfo`: GPUs as the University of Geneva's clusters (Baobab, Bamboo) publish their `%G`, with sockets in brackets and
 *   `VramPerGpu`; the other columns written by hand after sinfo's manual.
 * - `sinfoBridges2`, `sinfoHpc2`: recorded at Bridges-2 (bridges2/sinfo_partitions.out; cores from its `%C`) and at
 *   HKUST-GZ's HPC2, the latter without `-e`, so that unequal nodes have a `+`.
 */
const folder = new URL("../../../test/slurm/recorded/", import.meta.url);

/** One version of SLURM, as it prints. */
export interface Recorded {
  readonly version: string;
  /** After 15 s: jobs that run, wait, are being ended; and when a node is down, after 100 s. */
  readonly squeueFirst: string;
  readonly squeueLast: string;
  readonly sacct: string;
  readonly sinfo: string;
  readonly refused: string;
}

export const recorder: string = readFileSync(new URL("record.sh", folder), "utf8");

export const recorded: readonly Recorded[] = ["22.05.8", "24.11.5", "26.05.5"].map((version) => {
  const read = (name: string): string => readFileSync(new URL(`${version}/${name}.txt`, folder), "utf8");
  return {
    version,
    squeueFirst: read("squeue-first"),
    squeueLast: read("squeue-last"),
    sacct: read("sacct"),
    sinfo: read("sinfo"),
    refused: read("refused"),
  };
});

export const squeueTrace = `615421|PENDING|1-00:00:00||Resources|mixed11_scalar
615429|PENDING|1-00:00:00||Priority|v3clean_scalar
615433|PENDING|6:00:00||Dependency|pred_pat_v3c
615420|RUNNING|23:58:25|trace02|None|mixed11
615411|RUNNING|23:45:13|trace13|None|wobl_notaylor
`;

export const newStates = {
  BOOT_FAIL: "node failed",
  CANCELLED: "cancelled",
  COMPLETED: "completed",
  COMPLETING: "running",
  CONFIGURING: "pending",
  DEADLINE: "timeout",
  EXPEDITING: "pending",
  FAILED: "failed",
  LAUNCH_FAILED: "node failed",
  NODE_FAIL: "node failed",
  OUT_OF_MEMORY: "out of memory",
  PENDING: "pending",
  POWER_UP_NODE: "pending",
  PREEMPTED: "preempted",
  RECONFIG_FAIL: "node failed",
  REQUEUED: "pending",
  REQUEUE_FED: "pending",
  REQUEUE_HOLD: "held",
  RESIZING: "running",
  RESV_DEL_HOLD: "held",
  REVOKED: "cancelled",
  RUNNING: "running",
  SIGNALING: "running",
  SPECIAL_EXIT: "held",
  STAGE_OUT: "running",
  STOPPED: "suspended",
  SUSPENDED: "suspended",
  TIMEOUT: "timeout",
  UPDATE_DB: "running",
} as const;

export const reasons = {
  JobHeldAdmin: "held",
  JobHeldUser: "held",
  JobHoldMaxRequeue: "held",
  "job requeued in held state": "held",
  QOSUsageThreshold: "pending",
  QOSMaxGRESPerUser: "pending",
  DependencyNeverSatisfied: "pending",
  ReqNodeNotAvail: "pending",
} as const;

export const sacctElsewhere = `44234847|COMPLETED|r181|search_ladder
44236031|CANCELLED by 94602|None assigned|grpo_canary
44237845|CANCELLED by 94602|w008|grpo_t5a_phi1
44237847|FAILED|w003|grpo_t5b_phi2
615420|RUNNING|trace02|mixed11
615421|PENDING|None assigned|mixed11_scalar
4716|CANCELLED+|gpu004|b
4717.batch|CANCELLED|gpu004|batch
`;

export const sinfo = `debug-cpu*|up|15:00|257000|128|(null)
shared-gpu|up|12:00:00|256000|128|gpu:nvidia_geforce_rtx_3090:8(S:1-3,5-7),VramPerGpu:no_consume:24G
shared-gpu|up|12:00:00|512000|128|gpu:nvidia_rtx_a6000:4(S:0-1),lscratch:1
private-gpu|up|7-00:00:00|1030000|64|gpu:4
bigmem|down|infinite|2000000|128|(null)
`;

export const sinfoBridges2 = `RM*|up|infinite|256000|128|(null)
GPU|up|infinite|1400000|96|gpu:v100-32:16(S:0-95)
GPU|up|infinite|2063900|104|gpu:h100-80:8
applications|up|8:00:00|515000|128|(null)
`;

export const sinfoHpc2 = `debug|up|30:00|512000|64+|(null)
long_gpu|up|14-00:00:00|1024000|64|gpu:a800:8(S:0)
rent*|up|infinite|1024000|64|gpu:a800:8(S:0)
`;
