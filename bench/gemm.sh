#!/usr/bin/env bash
# Matrix products in float32, Rein beside torch: interleaved, each pinned to one core; medians and their ratio.
#   bench/gemm.sh [rounds=3] [core=1]
# Needs what ppo_cartpole.sh needs.
set -euo pipefail
cd "$(dirname "$0")"
rounds=${1:-3}
core=${2:-1}
peers=${PEERS:-target/peers}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
[ -x "$peers/bin/python" ] || { python3 -m venv "$peers" && "$peers/bin/pip" install -q -r peers/requirements.txt; }
rein() {
  taskset -c "$core" "$java" --add-modules jdk.incubator.vector -XX:+UseSerialGC -Xmx512m -cp "target/classes:target/lib/*" \
    dev.rein.bench.Gemm "$@" 2>/dev/null | sed -n 's/^gflops=//p'
}
torch() { OMP_NUM_THREADS=1 taskset -c "$core" "$peers/bin/python" gemm.py "$@" 2>/dev/null | sed -n 's/^gflops=//p'; }
median() { sort -n | awk '{a[NR] = $1} END {print (NR % 2) ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2}'; }
for shape in "256 64 64" "256 256 256" "256 400 300" "1024 1024 1024"; do
  ours=() theirs=()
  for ((i = 1; i <= rounds; i++)); do
    # shellcheck disable=SC2086 # three numbers
    ours+=("$(rein $shape)") theirs+=("$(torch $shape)")
  done
  a=$(printf '%s\n' "${ours[@]}" | median)
  b=$(printf '%s\n' "${theirs[@]}" | median)
  echo "$shape: rein $a, torch $b GFLOP/s, $(awk "BEGIN {printf \"%.2f\", $a / $b}") of it (medians of $rounds)"
done
