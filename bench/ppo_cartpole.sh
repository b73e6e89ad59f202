#!/usr/bin/env bash
# PPO on CartPole-v1, Rein beside Stable-Baselines3: interleaved, each pinned to one core; medians and their ratio.
#   bench/ppo_cartpole.sh [rounds=5] [core=1]
# Needs the repository built (mvn -Dquick -DskipTests package), JAVA_HOME at a JDK 25 and python3; PEERS names a virtual
# environment that has stable-baselines3, else bench/target/peers is made from peers/requirements.txt.
set -euo pipefail
cd "$(dirname "$0")"
rounds=${1:-5}
core=${2:-1}
peers=${PEERS:-target/peers}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
[ -x "$peers/bin/python" ] || { python3 -m venv "$peers" && "$peers/bin/pip" install -q -r peers/requirements.txt; }
rein() {
  taskset -c "$core" "$java" --add-modules jdk.incubator.vector -XX:+UseSerialGC -Xmx512m -cp "target/classes:target/lib/*" \
    dev.rein.bench.PpoCartPole "$1" 1000000 2>/dev/null | sed -n 's/^steps_per_second=//p'
}
sb3() {
  OMP_NUM_THREADS=1 taskset -c "$core" "$peers/bin/python" ppo_cartpole.py "$1" "$2" 2>/dev/null |
    sed -n 's/^steps_per_second=//p'
}
median() { sort -n | awk '{a[NR] = $1} END {print (NR % 2) ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2}'; }
for row in cleanrl zoo; do
  [ "$row" = cleanrl ] && few=40960 || few=20480
  ours=() theirs=()
  for ((i = 1; i <= rounds; i++)); do
    ours+=("$(rein "$row")")
    theirs+=("$(sb3 "$row" "$few")")
    echo "$row round $i: rein ${ours[-1]}, sb3 ${theirs[-1]} steps/s" >&2
  done
  a=$(printf '%s\n' "${ours[@]}" | median)
  b=$(printf '%s\n' "${theirs[@]}" | median)
  echo "$row: rein $a, sb3 $b steps/s, $(awk "BEGIN {printf \"%.1f\", $a / $b}")x (medians of $rounds)"
done
