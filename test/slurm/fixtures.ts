/**
 * What SLURM's commands print, and where each text comes from. Columns that we do not ask for are left out, and some rows.
 *
 * - `squeue2205`: recorded from a cluster of our own, SLURM 22.05.8.
 * - `squeueTrace`: recorded at Carnegie Mellon's TRACE, 22.05.11, on 2026-09-01; github.com/WenzhuoXu/slurm-mcp,
 *   tests/fixtures/trace/squeue_me.out. `%N` of a job that waits is empty.
 * - `squeue2505`: recorded with 25.05.6 as JSON, written here as squeue's print.c writes it: state_description goes before
 *   state_reason, a limit that is not set is UNLIMITED; github.com/canardlapin/slurm4s, fixtures/slurm-25.05.6-v0.0.43-actual.
 * - `newStates`: states and flags of slurm.schedmd.com/job_state_codes.html for 25.11, each with what it means for a run.
 * - `reasons`: names in src/common/job_state_reason.c of 24.11 that say, or seem to say, that a job is held.
 * - `sacct`: recorded at PSC's Bridges-2, 22.05.11, by the same repository (bridges2/sacct_me_alloc.out) and at TRACE; the
 *   array, PREEMPTED, TIMEOUT and the cut-off `CANCELLED+` are written after sacct's manual.
 * - `sinfo`: GPUs as the University of Geneva's clusters (Baobab, Bamboo) publish their `%G`, with sockets in brackets and
 *   `VramPerGpu`; the other columns written by hand after sinfo's manual.
 * - `sinfoBridges2`, `sinfoHpc2`: recorded at Bridges-2 (bridges2/sinfo_partitions.out; cores from its `%C`) and at
 *   HKUST-GZ's HPC2, the latter without `-e`, so that unequal nodes have a `+`. Its last line is a partition that has no
 *   nodes, as a 25.11.4 in containers shows it with state n/a; what stands for such nodes is written by hand.
 */
export const squeue2205 = `7_0|COMPLETED|10:00|vm|None|train energy/a
7_2|RUNNING|9:31|vm|None|train energy/a
8_[0-2]|PENDING|10:00||Dependency|test | with a bar
9|PENDING|1-00:00:00||Resources|it's a "b"
10|COMPLETING|0:57|vm|None|x
11|PENDING|5:00||BeginTime|requeued
12|PENDING|5:00||JobHeldUser|held
13|RUNNING|UNLIMITED|node[001-002]|None|long
14|PENDING|5:00||Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions|y
`;

export const squeueTrace = `615421|PENDING|1-00:00:00||Resources|mixed11_scalar
615429|PENDING|1-00:00:00||Priority|v3clean_scalar
615433|PENDING|6:00:00||Dependency|pred_pat_v3c
615420|RUNNING|23:58:25|trace02|None|mixed11
615411|RUNNING|23:45:13|trace13|None|wobl_notaylor
`;

export const squeue2505 = `1_[0-1%1]|PENDING|UNLIMITED||Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions|scala-slurm-fixture
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
  STOPPED: "running",
  SUSPENDED: "running",
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

export const sacct = `44234847|COMPLETED|r181|search_ladder
44236031|CANCELLED by 94602|None assigned|grpo_canary
44237845|CANCELLED by 94602|w008|grpo_t5a_phi1
44237847|FAILED|w003|grpo_t5b_phi2
615420|RUNNING|trace02|mixed11
615421|PENDING|None assigned|mixed11_scalar
44809480|TIMEOUT|w004|eval | with a bar
4712_0|OUT_OF_MEMORY|gpu004|train energy
4712_[1-3]|PENDING|None assigned|train
4715|PREEMPTED|gpu004|b
4716|CANCELLED+|gpu004|b
4717|NODE_FAIL|gpu[004-005]|b
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
gpu|up|infinite|0|0|(null)
`;
