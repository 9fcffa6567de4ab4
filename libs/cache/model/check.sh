#!/usr/bin/env bash
# Checks the model: `check.sh` the small configurations (about two minutes), `check.sh all` every one that fits into 6 GB, and in
# both cases that the rules taken out in them give a counterexample. Needs spin and gcc (apt-get install spin gcc).
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# expect <0|1 errors> <flags of spin…>
expect() {
  local wanted=$1 found
  shift
  (
    cd "$work"
    cp "$OLDPWD/coherence.pml" .
    spin -a "$@" coherence.pml >spin.log
    gcc -O2 -DSAFETY -DNOCLAIM -DVECTORSZ=1024 -DMEMLIM=6000 -DCOLLAPSE -o pan pan.c 2>gcc.log
    ./pan -m2000000 -n -E >pan.log
  )
  found=$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' "$work/pan.log")
  grep -q 'Search not completed' "$work/pan.log" && [[ $wanted = 0 ]] && found="$found, not completed"
  if [[ $found = "$wanted" ]]; then
    printf 'ok      %s: %s, %s states\n' "$*" "$([[ $wanted = 0 ]] && echo 'no stale read' || echo counterexample)" \
      "$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' "$work/pan.log")"
  else
    printf 'FAILED  %s: %s errors, wanted %s\n' "$*" "$found" "$wanted"
    failed=1
  fi
}

expect 0 -DNWR=1
expect 0 -DNWR=2 -DNT=2 -DNOL2 -DFASTACK
expect 0 -DNWR=1 -DSTARTOUT
expect 0 -DNWR=1 -DBREAK=1 -DNOL2
expect 0 -DNWR=1 -DRESUB -DBREAK=1 -DNOL2
expect 0 -DNWR=1 -DSLOW=1 -DNOL2
expect 0 -DNWR=1 -DRESTART=1 -DNOL2
expect 0 -DNWR=1 -DQUIET -DLOSS=1 -DNOL2
expect 0 -DNWR=1 -DQUIET -DCRASH=1 -DNOL2
expect 1 -DNWR=1 -DM_NOACK -DNOL2
expect 1 -DNWR=1 -DM_STAMPAFTER
expect 1 -DNWR=1 -DM_NOFENCE -DNOL2
expect 1 -DNWR=1 -DM_NOLEASE -DSLOW=1 -DNOL2
expect 1 -DNWR=1 -DM_EVICTBLIND -DNOL2
expect 1 -DNWR=1 -DM_LEASEREPLY -DSLOW=1 -DRENEWS=1 -DNOL2
expect 1 -DNWR=1 -DM_EXTENDEARLY -DSLOW=1 -DRENEWS=1 -DNOL2
expect 1 -DNWR=1 -DM_UNKROLL -DNOL2
expect 1 -DNWR=1 -DM_SETTLEFIRST -DNOL2
expect 1 -DNWR=1 -DM_REAPTIME -DNOL2
expect 1 -DNWR=1 -DM_NOAGED -DRESTART=1 -DNOL2
expect 1 -DNWR=1 -DM_MEMFIRST -DSTARTOUT -DNOL2
expect 1 -DNWR=1 -DM_ACKEARLY -DNOL2
if [[ ${1:-} = all ]]; then
  expect 0 -DNWR=1 -DLOSS=1
  expect 0 -DNWR=1 -DCRASH=1 -DROLLBACK
  expect 0 -DNWR=1 -DJOINER -DROLLBACK
  expect 0 -DNWR=1 -DPURGE=1 -DBREAK=1 -DNOL2
  expect 1 -DNWR=1 -DM_JOINOLD -DJOINER
  expect 1 -DNWR=1 -DM_NOOPEN -DRESTART=1 -DNOL2
  expect 1 -DNWR=2 -DM_NOGAP -DLOSS=1 -DNOL2 -DFASTACK
fi
exit $failed
