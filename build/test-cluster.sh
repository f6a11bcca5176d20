#!/usr/bin/env bash
# A Slurm cluster of one node on this machine, for tests: slurmctld, slurmd and munged with everything they own in one folder.
# Usage: test-cluster.sh start DIR | stop DIR | restart-controller DIR
# Prints the name of the slurm.conf to use as SLURM_CONF. Needs root and the Debian packages slurmctld, slurmd, slurm-client, munge.
set -euo pipefail
action=$1 folder=$(realpath -m "$2")
export PATH=$PATH:/usr/sbin SLURM_CONF=$folder/slurm.conf

# A port that nobody listens on.
port() {
    local port
    while port=$((20000 + RANDOM % 40000)); (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do :; done
    echo "$port"
}

wait_for() { # seconds, message, command
    local seconds=$1 message=$2
    shift 2
    for _ in $(seq $((seconds * 5))); do
        if "$@" > /dev/null 2>&1; then return; fi
        sleep 0.2
    done
    echo "test-cluster: $message" >&2
    tail -n 20 "$folder"/*.log >&2 || true
    exit 1
}

case $action in
start)
    mkdir -p "$folder/state" "$folder/spool" "$folder/munge"
    # munged wants folders that nobody else can write to.
    chmod 755 "$folder" "$folder/munge"
    head -c 1024 /dev/urandom > "$folder/munge/key"
    chmod 400 "$folder/munge/key"
    host=$(hostname -s)
    cat > "$SLURM_CONF" << END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(port)
SlurmdPort=$(port)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
# A task that goes back into the queue waits until its credential is gone.
AuthInfo=socket=$folder/munge/socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,batch_sched_delay=0
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MinJobAge=600
KillWait=2
MessageTimeout=60
JobRequeue=1
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=cpu Nodes=$host Default=YES MaxTime=INFINITE State=UP
END
    munged --key-file="$folder/munge/key" --socket="$folder/munge/socket" --pid-file="$folder/munge/pid" \
        --log-file="$folder/munge/munged.log" --seed-file="$folder/munge/seed" --num-threads=2 --force > /dev/null 2>&1
    wait_for 10 "munged does not answer" test -S "$folder/munge/socket"
    slurmctld
    slurmd
    wait_for 60 "the node is not ready" bash -c '[ "$(sinfo --noheader --format=%t)" = idle ]'
    echo "$SLURM_CONF"
    ;;
restart-controller)
    kill "$(cat "$folder/slurmctld.pid")"
    wait_for 20 "slurmctld does not end" bash -c "! kill -0 $(cat "$folder/slurmctld.pid")"
    slurmctld
    wait_for 60 "slurmctld does not answer" sinfo --noheader
    ;;
stop)
    for file in "$folder/slurmd.pid" "$folder/slurmctld.pid" "$folder/munge/pid"; do
        [ -f "$file" ] || continue
        pid=$(cat "$file")
        kill "$pid" 2> /dev/null || continue
        # They write into the folder until they have ended.
        for _ in $(seq 50); do kill -0 "$pid" 2> /dev/null || break; sleep 0.2; done
        kill -9 "$pid" 2> /dev/null || true
    done
    # Steps that are still there belong to jobs that nobody waits for.
    pkill -9 -f "slurmstepd.*$folder" 2> /dev/null || true
    ;;
*)
    echo "usage: test-cluster.sh start|stop|restart-controller DIR" >&2
    exit 2
    ;;
esac
