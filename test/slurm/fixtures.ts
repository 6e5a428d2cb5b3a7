/**
 * What SLURM's commands print, and where each text comes from.
 *
 * - `squeue2205`: recorded from a cluster of our own, SLURM 22.05.8.
 * - `squeue2405`: written by hand after squeue's manual (job states of 23.11 and 24.05; `%N` may be `N/A` and `%r`
 *   `(null)` where 22.05 leaves them empty or says `None`). Not recorded.
 * - `sacct`: `CANCELLED by UID`, and `None assigned` for a job that never had a node, as accounting of several public
 *   clusters shows it with `-P`; `CANCELLED+` as its cut-off form for people. Not recorded.
 * - `sinfo`: GPUs as the University of Geneva's clusters (Baobab, Bamboo) publish their `%G`, with sockets in brackets and
 *   `VramPerGpu`; the other columns written by hand after sinfo's manual.
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

export const squeue2405 = `7001|RUNNING|11:58:01|gpu004|None|train energy/a
7002|PENDING|12:00:00|N/A|(null)|test energy/a
7003|NODE_FAIL|12:00:00|gpu[001,003]|NodeDown|z
7004|OUT_OF_MEMORY|2:00|gpu004|OutOfMemory|z
7005|REQUEUE_HOLD|2:00|N/A|job_requeued_in_held_state|z
`;

export const sacct = `4711|COMPLETED|gpu004|train energy/a
4712_0|CANCELLED by 1000|gpu004|train | energy
4712_[1-3]|PENDING|None assigned|train
4713|OUT_OF_MEMORY|gpu004|b
4714|TIMEOUT|gpu004|b
4715|PREEMPTED|gpu004|b
4716|CANCELLED+|gpu004|b
`;

export const sinfo = `debug-cpu*|up|15:00|257000|128|(null)
shared-gpu|up|12:00:00|256000|128|gpu:nvidia_geforce_rtx_3090:8(S:1-3,5-7),VramPerGpu:no_consume:24G
shared-gpu|up|12:00:00|512000|128|gpu:nvidia_rtx_a6000:4(S:0-1),lscratch:1
private-gpu|up|7-00:00:00|1030000|64|gpu:4
bigmem|down|infinite|2000000|128|(null)
`;
