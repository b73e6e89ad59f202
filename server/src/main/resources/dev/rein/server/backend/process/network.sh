#!/bin/sh
# network.sh FOLDER COUNT open|closed: holds the network of one job, for as long as it runs.
#
# Runs in a network and a process namespace of its own. Each host gets a network namespace whose eth0 is joined to the
# others by a bridge: 10.77.0.2 for the first host, 10.77.0.3 for the second, ... and 10.77.0.1 for this end. Nothing of
# it is seen from the machine's own network, and all of it goes when this program is killed.
#
# open: hosts route everything here, and every address of the world counts as one of this end's own, so that the server
# can listen here for what hosts want and carry it on. There is no other way out. closed: hosts have no route at all.
#
# Left in FOLDER: namespaces "pid pid ...", of this program and then of each host's namespace, seen from the machine.
set -e
umask 077
d=$1; count=$2; way=$3
ip link set lo up
ip link add br0 type bridge
ip address add 10.77.0.1/24 dev br0
ip link set br0 up
if [ "$way" = open ]; then
  ip rule add pref 100 table main   # parts the tables, or "throw" would not lead from one to the next
  ip route add throw 10.77.0.0/24 table local
  ip route add local 0.0.0.0/0 dev lo table local
fi
read -r self rest </proc/self/stat
i=1
while [ $i -le "$count" ]; do
  rm -f "$d/pid"; mkfifo "$d/pid"
  unshare --net sh -c 'read -r pid rest </proc/self/stat; echo $pid >"$0"; exec sleep infinity' "$d/pid" &
  read -r pid <"$d/pid"; rm "$d/pid"
  ip link add v$i type veth peer name eth0 netns /proc/$pid/ns/net
  ip link set v$i master br0 up
  route=; [ "$way" != open ] || route='ip route add default via 10.77.0.1'
  nsenter --net=/proc/$pid/ns/net sh -ec \
    "ip link set lo up; ip address add 10.77.0.$((i+1))/24 dev eth0; ip link set eth0 up; $route"
  self="$self $pid"; i=$((i+1))
done
echo $self >"$d/namespaces.new"; mv "$d/namespaces.new" "$d/namespaces"
while :; do sleep infinity & wait; done
