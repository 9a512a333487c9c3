#!/bin/sh
# Waits until a Job has completed or failed, shows the logs of its pods, and ends with 1 unless it has
# completed. `kubectl wait` waits for one of the two only, and through the other until its time is up.
#   deploy/k8s/await_job.sh NAMESPACE JOB
# How long at the most is said by the Job itself (activeDeadlineSeconds): then it has failed.
set -eu
namespace=${1:?NAMESPACE JOB}
job=${2:?NAMESPACE JOB}

show() {
  kubectl --namespace "$namespace" get job "$job" --output "jsonpath=$1"
}

while :; do
  conditions=$(show '{range .status.conditions[*]}{.type}={.status} {end}')
  case "$conditions" in
    *Complete=True* | *Failed=True*) break ;;
  esac
  sleep 5
done

# A Job whose time is up takes its pods along.
kubectl --namespace "$namespace" logs --selector "job-name=$job" --tail=-1 || true

case "$conditions" in
  *Complete=True*) echo "$job has completed" ;;
  *)
    echo "$job has failed: $(show '{.status.conditions[?(@.type=="Failed")].message}')" >&2
    exit 1
    ;;
esac
