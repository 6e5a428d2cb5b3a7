# ---- The same for every job, on any cluster. What differs stands above. --------------------------------------------
# The command is asked to save itself ahead of the time limit and then ends with exit code 75. This script, which runs
# outside any container, requeues the job. Each start and end of an attempt becomes a line of attempts.jsonl.
unset SLURM_TIME_FORMAT ${!SQUEUE_@} ${!SCONTROL_@}

# Traps come first: SLURM's signal may come while SLURM is still being asked, and would end this script.
stop=
child=
nagging=
forward() { # forward NAME SIGNAL: the first reason counts; USR1 asks the command to save itself and end
  stop=${stop:-$1}
  [ -n "$child" ] || return
  if [ "$2" != USR1 ]; then
    kill -s "$2" "$child" 2>/dev/null
  elif [ -z "$nagging" ]; then
    # A command that is just starting does not hear it: it is asked later, and again until it ends.
    while sleep "$((SECONDS - child_began < 2 ? 2 : 0))"; kill -s USR1 "$child"; do sleep 5; done >/dev/null 2>&1 &
    nagging=$!
  fi
}
trap 'forward USR1 USR1' USR1
trap 'forward USR2 USR1' USR2
trap 'forward TERM TERM' TERM
trap 'forward INT INT' INT

# The last task of an array has the job id of the whole array, so an array's task is named by both numbers.
job=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID}
job=${job:-$SLURM_JOB_ID}
attempts=$run_folder/attempts.jsonl
mkdir -p "$run_folder"
export CHERENKIT_RUN_FOLDER=$run_folder
restarts=$(grep -c '"event":"start"' "$attempts" 2>/dev/null)
restarts=${restarts:-0}

note() { # note JSON-MEMBERS
  printf '{"time":%s,"job":"%s","attempt":%s,"host":"%s",%s}\n' \
    "$(date +%s)" "$job" "$((restarts + 1))" "$node" "$1" >>"$attempts"
}

# Nodes on which an attempt began and never ended, as it does when the node fails; one line for each attempt.
node=${SLURMD_NODENAME:-$(hostname -s)}
lost_on() {
  sed -n 's/.*"attempt":\([0-9]*\),"host":"\([^"]*\)","event":"\([a-z]*\)".*/\1 \3 \2/p' "$attempts" 2>/dev/null |
    awk '$2 == "start" { on[$1] = $3 } $2 == "end" { delete on[$1] } END { for (n in on) print on[n] }'
}

# Seconds since 1970 when SLURM will end this job; training watches it.
unset CHERENKIT_DEADLINE
time_of_end() {
  local text
  text=$(squeue -h -j "$job" -o %e 2>/dev/null) && date -d "$text" +%s 2>/dev/null
}
if [ -n "$job" ]; then
  end=$SLURM_JOB_END_TIME
  for pause in 1 5 20; do
    [ -n "$end$stop" ] && break
    end=$(time_of_end) && break
    sleep "$pause"
  done
  [ -n "$end" ] && export CHERENKIT_DEADLINE=$end
fi
# Seconds between SIGTERM and SIGKILL, in which a cell may save itself.
unset CHERENKIT_KILL_WAIT
if [ -n "$job" ] && [ -z "$stop" ]; then
  kill_wait=$(scontrol show config 2>/dev/null | sed -n 's/^KillWait *= *\([0-9]*\) sec.*/\1/p')
  [ -n "$kill_wait" ] && export CHERENKIT_KILL_WAIT=$kill_wait
fi

oom_kills() { # processes of this job that the kernel has killed for want of memory (cgroup v1 or v2)
  local path
  for path in "/sys/fs/cgroup/memory$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup)/memory.oom_control" \
    "/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)/memory.events"; do
    sed -n 's/^oom_kill //p' "$path" 2>/dev/null
  done | sort -n | tail -n 1
}
oom_before=$(oom_kills)

log_lines=$(wc -l <"$log" 2>/dev/null)
why_terminated() { # SLURM tells in the job's log why it sent SIGTERM: preempted, limit, requeued, asked; nothing where it does not tell
  tail -n +"$((${log_lines:-0} + 1))" "$log" 2>/dev/null | sed -n '/\*\*\* JOB .* CANCELLED AT /{
    /DUE TO PREEMPTION/{s/.*/preempted/;p;q}
    /DUE TO TIME LIMIT/{s/.*/limit/;p;q}
    /DUE TO JOB REQUEUE/{s/.*/requeued/;p;q}
    s/.*/asked/;p;q
  }'
}

# SLURM runs one attempt of a job at a time. What a lost one has left on this node would hold the model's folder.
if [ -n "$job" ] && [ "${SLURM_RESTART_COUNT:-0}" -gt 0 ]; then
  mapfile -t left_over < <(grep -lzx "SLURM_JOB_ID=$SLURM_JOB_ID" /proc/[0-9]*/environ 2>/dev/null |
    xargs -r grep -Lzx "SLURM_RESTART_COUNT=$SLURM_RESTART_COUNT" 2>/dev/null | cut -d/ -f3)
  [ "${#left_over[@]}" -gt 0 ] && kill -KILL "${left_over[@]}" 2>/dev/null
fi

progress() { cat "$run_folder/progress" 2>/dev/null; }
progress_before=$(progress)

finish() { # finish WHAT-COMES-NOW
  note "\"event\":\"end\",\"exitCode\":$code,\"signal\":\"$stop\",\"progress\":\"$(progress)\",\"next\":\"$1\""
  echo "cherenkit: attempt $((restarts + 1)) ended with exit code $code: $1"
  exit "$code"
}

# sbatch as if it were called outside of this job, whose variables would change what it does.
sbatch_afresh() {
  (
    for name in $(compgen -e SLURM_) $(compgen -e SBATCH_); do [ "$name" = SLURM_CONF ] || unset "$name"; done
    sbatch "$@"
  )
}

ask() { # ask COMMAND…: while SLURM's controller is busy or restarting it is asked again, for ten minutes; a no is a no
  local said last=$((SECONDS + 600))
  until { said=$("$@" 2>&1 >&3 3>&-); } 3>&1; do
    echo "cherenkit: $1: $said" >&2
    [ "$SECONDS" -lt "$last" ] || return 1
    if ! [[ ${said,,} =~ timed\ out|try\ again|temporarily|busy ]] && scontrol ping 2>/dev/null | grep -q 'is UP'; then return 1; fi
    # Not all jobs at once.
    sleep "$((5 + RANDOM % 10))"
  done
}

put_back() { # put_back requeue|requeuehold
  ask scontrol "$1" "$job" && return
  # It may have been heard though the answer was lost.
  [[ $(squeue -h -j "$job" -o %T 2>/dev/null) =~ ^(COMPLETING|PENDING|REQUEUE) ]]
}

submit_once() { # submit_once SBATCH-OPTIONS…: once, though the answer to a first call was lost
  local id needs path
  while IFS='|' read -r id needs path; do
    [ "$path" = "$script" ] && [[ $needs = *"afterany:$job("* ]] && echo "$id" && return
  done < <(squeue -h -t PD -u "$(id -un)" -o '%F|%E|%o')
  sbatch_afresh "$@"
}

# A successor takes the place of a job that may not be requeued. What waits for this job shall wait for it.
successor() { # successor SBATCH-OPTIONS…
  local options=(--parsable --dependency="afterany:$job" "$@") id old new array waiting needs
  [ -n "$SLURM_ARRAY_TASK_ID" ] && options+=(--array="$SLURM_ARRAY_TASK_ID")
  id=$(ask submit_once "${options[@]}" "$script") || return 1
  id=${id%%;*}
  new=$id${SLURM_ARRAY_TASK_ID:+_$SLURM_ARRAY_TASK_ID}
  old=$job
  array=${old%_*}
  while IFS='|' read -r waiting needs; do
    [ "${waiting%%_*}" = "$id" ] && continue
    needs=$(sed -E 's/\([a-zA-Z]*\)//g' <<<"$needs")
    case ,$needs, in
      *:"$old",*) needs=$(sed -E "s/:$old(,|\$)/:$new\1/g" <<<"$needs") ;;
      *aftercorr:"$array"_\**)
        [ "${waiting##*_}" = "$SLURM_ARRAY_TASK_ID" ] || continue
        needs=${needs//aftercorr:"$array"_\*/afterok:$new}
        ;;
      *afterany:"$array"_\**) needs+=,afterany:$new ;;
      *) continue ;;
    esac
    ask scontrol update JobId="$waiting" Dependency="${needs//_\*/}" || echo "cherenkit: job $waiting still waits for $old" >&2
  done < <(squeue -h -r -t PD -u "$(id -un)" -o '%i|%E')
  echo "$new"
}

can_exclude() { # can_exclude NODES: whether the job could run without them
  [ -n "$job" ] && [ -n "$1" ] && sbatch_afresh --test-only --exclude="$1${excluded:+,$excluded}" "$script" >/dev/null 2>&1
}

again() { # again REASON [MEMORY-MB]: runs the job once more, not on nodes that failed
  local reason=$1 memory=$2 id exclude=
  if [ -z "$job" ]; then finish "$reason; run it again to continue"; fi
  if [ "$restarts" -ge "$max_restarts" ]; then finish "$reason, but it was restarted as often as max_restarts ($max_restarts) allows"; fi
  trap '' TERM INT USR1 USR2
  can_exclude "$lost_nodes" && exclude=$lost_nodes${excluded:+,$excluded}
  if [ "$requeue" = yes ]; then
    if [ -z "$memory$exclude" ]; then
      put_back requeue && finish "$reason: requeued"
    elif put_back requeuehold; then
      if [ -n "$exclude" ]; then ask scontrol update JobId="$job" ExcNodeList="$exclude" || exclude=; fi
      if [ -n "$memory" ] && ! ask scontrol update JobId="$job" MinMemoryNode="$memory"; then
        finish "$reason, and it could not be given more memory; it is held"
      fi
      ask scontrol release "$job"
      finish "$reason: requeued${memory:+ with $memory MB}${exclude:+ without $exclude}"
    fi
  fi
  id=$(successor ${memory:+--mem="$memory"} ${exclude:+--exclude="$exclude"}) && finish "$reason: successor job $id${memory:+ with $memory MB}"
  finish "$reason, but it could be neither requeued nor submitted again"
}

lost_nodes=$(lost_on | sort -u | paste -sd, -)
lost_here=$(lost_on | grep -cxF "$node")
note '"event":"start"'
code=75
# A node that takes a job down again and again is left to others.
if [ "$lost_here" -ge 2 ] && can_exclude "$lost_nodes"; then again "node $node has lost $lost_here attempts"; fi
prepare_node
if ! cd "$project"; then
  code=1
  finish "the folder of the project is not visible on $node"
fi
# A job that was suspended meanwhile, or given more time, ends later than the command was told.
ends_later() {
  [ -n "$CHERENKIT_DEADLINE" ] && end=$(time_of_end) && [ "$end" -gt "$((CHERENKIT_DEADLINE + 60))" ] || return
  export CHERENKIT_DEADLINE=$end
  echo "cherenkit: the job ends at $(date -d "@$end" '+%F %T') only: it goes on"
}

while [ -z "$stop" ]; do
  child_began=$SECONDS
  "${container[@]}" env "${environment[@]}" "${command[@]}" &
  child=$!
  case $stop in
    '') ;;
    USR*) forward "$stop" USR1 ;;
    *) forward "$stop" "$stop" ;;
  esac
  # A trapped signal ends `wait` early; bash keeps the status of a child that has ended.
  while kill -0 "$child" 2>/dev/null; do wait "$child"; done
  wait "$child"
  code=$?
  child=
  [ -n "$nagging" ] && kill "$nagging" 2>/dev/null
  if [ "$code" -ne 75 ] || [ -n "$stop" ] || ! ends_later; then break; fi
done

[ "$code" -eq 0 ] && finish finished
# SLURM's warning ends a program that is not yet, or no more, listening to it: as good as one that stopped when asked.
if [ "$code" -eq 138 ] && [[ $stop = USR* ]]; then code=75; fi
oom_now=$(oom_kills)
if [ "${oom_now:-0}" -gt "${oom_before:-0}" ]; then
  tries=$(grep -c '"next":"out of memory' "$attempts" 2>/dev/null)
  if [ -n "$memory_factor" ] && [ "${tries:-0}" -lt 3 ] && [ -n "$SLURM_MEM_PER_NODE" ]; then
    again "out of memory" "$(awk -v m="$SLURM_MEM_PER_NODE" -v f="$memory_factor" 'BEGIN { printf "%d", m * f + 1 }')"
  fi
  finish "out of memory"
fi
if [ "$code" -eq 75 ] || [ "$code" -eq 143 ]; then
  # Also who was warned of the limit may be cancelled before it has saved itself.
  why=$(why_terminated)
  if [ "$stop" = TERM ] && [ -z "$why" ]; then
    # Without a word the time tells: ahead of the limit it is scancel.
    left=$((${CHERENKIT_DEADLINE:-9999999999} - $(date +%s)))
    [ "$left" -gt 5 ] && why=asked
  fi
  # Not every cluster requeues what it preempts.
  if [ "$why" = preempted ]; then again preempted; fi
  if [ "$why" = requeued ]; then finish "from outside: requeued"; fi
  if [ "$stop" = INT ] || [ "$why" = asked ]; then finish "stopped; it can be continued"; fi
  # One attempt without progress may be bad luck (warned while data was still being read), two are not.
  if [ "$(progress)" = "$progress_before" ] && tail -n 3 "$attempts" | grep -q '"next":"no progress'; then
    finish "again no progress; not requeued"
  fi
  if [ "$(progress)" = "$progress_before" ]; then again "no progress"; fi
  again "time is over"
fi
finish failed
