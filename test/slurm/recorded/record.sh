#!/bin/bash
# Records what the commands of an installed SLURM print for jobs in many states:  record.sh FOLDER  writes FOLDER/<version>.
# As root, on a machine or in a container of its own with cgroup v1 (Debian: slurm-wlm slurmdbd munge mariadb-server). It starts
# a cluster of pretended nodes called gpu001 …, of which the first one runs; two minutes. DBD_LIBRARIES may name a folder with
# another libmariadb.so.3 for slurmdbd: those of Debian 13 and sid do not work with their own one (11.8.9).
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin
out=$(realpath "$1")/$(slurmctld -V | cut -d' ' -f2)
common=$(realpath "$(dirname "$0")/../common.conf")
root=$(mktemp -d /tmp/slurm-record-XXXXXX)
mkdir -p "$out" "$root"/{state,dev,mysql}
chmod 755 "$root"
cd "$root"
host=$(hostname -s)
export SLURM_CONF=$root/slurm.conf MYSQL_UNIX_PORT=$root/mysqld.sock MYSQL_HOME=$root
trap 'pkill -F slurmctld.pid; pkill -F slurmd-gpu001.pid; pkill -F slurmdbd.pid; pkill -F mariadbd.pid; pkill -F munged.pid' EXIT

sed "s|@ROOT@|$root|g; s|@HOST@|$host|g" "$common" >slurm.conf
cat >>slurm.conf <<CONF
ProctrackType=proctrack/cgroup
TaskPlugin=task/cgroup
GresTypes=gpu,lscratch,VramPerGpu
ReturnToService=2
KillWait=5
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePass=$root/munge.sock
PreemptMode=CANCEL
NodeName=gpu001 NodeHostname=$host NodeAddr=127.0.0.1 Port=7001 CPUs=16 Boards=1 SocketsPerBoard=2 CoresPerSocket=8 ThreadsPerCore=1 RealMemory=16000 Gres=gpu:nvidia_rtx_a6000:2,lscratch:1 State=UNKNOWN
NodeName=gpu[002-003] NodeHostname=$host NodeAddr=127.0.0.1 Port=[7002-7003] CPUs=128 Boards=1 SocketsPerBoard=2 CoresPerSocket=64 ThreadsPerCore=1 RealMemory=512000 Gres=gpu:nvidia_geforce_rtx_3090:8,VramPerGpu:no_consume:24G State=UNKNOWN
NodeName=gpu004 NodeHostname=$host NodeAddr=127.0.0.1 Port=7004 CPUs=64 Boards=1 SocketsPerBoard=2 CoresPerSocket=32 ThreadsPerCore=1 RealMemory=1030000 Gres=gpu:4 State=UNKNOWN
NodeName=cpu[001-002] NodeHostname=$host NodeAddr=127.0.0.1 Port=[7005-7006] CPUs=128 Boards=1 SocketsPerBoard=2 CoresPerSocket=64 ThreadsPerCore=1 RealMemory=257000 State=DOWN
PartitionName=shared-gpu Nodes=gpu[001-003] Default=YES MaxTime=12:00:00 DefaultTime=00:10:00 PriorityTier=10
PartitionName=private-gpu Nodes=gpu[001,004] MaxTime=7-00:00:00 DefaultTime=00:10:00 PriorityTier=20 PreemptMode=OFF
PartitionName=debug-cpu Nodes=cpu[001-002] MaxTime=15:00 PriorityTier=10
PartitionName=bigmem Nodes=cpu002 State=DOWN
PartitionName=empty
CONF
for i in 0 1; do
  mknod -m 666 "dev/nvidia$i" c 1 3
  echo "NodeName=gpu001 Name=gpu Type=nvidia_rtx_a6000 File=$root/dev/nvidia$i" >>gres.conf
done
cat >>gres.conf <<'CONF'
NodeName=gpu001 Name=lscratch Count=1
NodeName=gpu[002-003] Name=gpu Type=nvidia_geforce_rtx_3090 Count=8
NodeName=gpu[002-003] Name=VramPerGpu Count=24G Flags=CountOnly
NodeName=gpu004 Name=gpu Count=4
CONF
printf '%s\n' CgroupPlugin=cgroup/v1 CgroupMountpoint=/sys/fs/cgroup ConstrainRAMSpace=yes >cgroup.conf
(
  umask 077
  head -c 1024 /dev/urandom >munge.key
  cat >slurmdbd.conf <<CONF
AuthType=auth/munge
AuthInfo=socket=$root/munge.sock
DbdHost=localhost
DbdAddr=127.0.0.1
SlurmUser=root
PidFile=$root/slurmdbd.pid
LogFile=$root/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=root
StorageLoc=slurm_acct_db
CONF
)

soon() { # soon COMMAND…: until it succeeds, at most 20 s
  for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return; sleep 0.2; done
  echo "record.sh: $* does not succeed; see $root" >&2
  exit 1
}
munged --force --key-file="$root/munge.key" --socket="$root/munge.sock" --pid-file="$root/munged.pid" \
  --log-file="$root/munged.log" --seed-file="$root/munged.seed"
mariadb-install-db --no-defaults --datadir="$root/mysql" --auth-root-authentication-method=socket --user=root >/dev/null 2>&1
setsid mariadbd --no-defaults --user=root --datadir="$root/mysql" --socket="$root/mysqld.sock" \
  --pid-file="$root/mariadbd.pid" --skip-networking >mariadbd.log 2>&1 </dev/null &
soon mysqladmin --no-defaults -S "$root/mysqld.sock" ping
LD_LIBRARY_PATH=${DBD_LIBRARIES:-} slurmdbd
soon timeout 2 sacctmgr -n list cluster
for what in "cluster test" "account lab" "user root account=lab"; do sacctmgr -i add $what >/dev/null; done
slurmctld -f "$SLURM_CONF" -i
slurmd -f "$SLURM_CONF" -N gpu001
soon sh -c 'sinfo -h -n gpu001 -p shared-gpu -o %T | grep -x idle'

submit() { # submit COMMAND OPTIONS…
  sbatch --parsable --output=/dev/null "${@:2}" --wrap "$1"
}
run=$(submit 'sleep 600' -J 'train energy/a' --gpus=nvidia_rtx_a6000:1 -t 1:00:00 --mem=100)
submit 'sleep 600' -J 'test | with a bar' -a 0-5%1 --mem=100 -t 30
failed=$(submit 'exit 3' -J "it's a \"b\"" --mem=100)
submit true -J 'report  two spaces' --mem=100
submit 'sleep 600' -J timeout -t 1 --mem=100
submit 'perl -e "\$x = \"a\" x (300<<20); sleep 5"' -J oom --mem=50M -t 5
submit true -J held -H
submit true -J later -b now+1hour
submit true -J 'needs it' -d "afterok:$run"
again=$(submit 'sleep 600' -J requeued --mem=100 -t 30 --requeue)
hold=$(submit 'sleep 600' -J 'requeued, held' --mem=100 -t 30 --requeue)
stop=$(submit 'sleep 600' -J 'cancelled=yes' --mem=100 -t 30)
never=$(submit true -J 'cancelled before' -H)
submit true -J 'far away' -w gpu002
submit true -J never -d "afterok:$failed"
submit true -J down -p debug-cpu
submit 'sleep 600' -J days -p private-gpu -t 6-00:00:00 --mem=100
submit 'sleep 600' -J preempted --mem=12000 -t 30
submit 'sleep 600' -J 'node fails' --mem=100 -t 30 --no-requeue
submit true -J deadline -w gpu002 --deadline=now+75seconds -t 1
sleep 8
scontrol requeue "$again"
scontrol requeuehold "$hold"
scancel "$stop" "$never"
submit true -J 'too big now' -c 16 --mem=100
sleep 4
submit 'sleep 20' -J preempts -p private-gpu --mem=15000 -t 5
sleep 3
jobs() { squeue -h -r -a -t all --me -o '%i|%T|%L|%N|%r|%j'; }
jobs >"$out/squeue-first.txt"
sinfo -h -e -o '%P|%a|%l|%m|%c|%G' >"$out/sinfo.txt"
for options in "-p nowhere" "-t 99-00" "--mem=900G" "--gpus=nvidia_rtx_a6000:9" "-d afterok:99999"; do
  echo "sbatch $options"
  submit true $options || true
done >"$out/refused.txt" 2>&1
sleep 80
scontrol update nodename=gpu001 state=down reason=power
sleep 3
jobs >"$out/squeue-last.txt"
sacct -n -P -X -j "$(seq -s, 1 40)" -o JobID,State,NodeList,JobName >"$out/sacct.txt"
echo "$out"
