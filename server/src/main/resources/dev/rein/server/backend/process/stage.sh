#!/bin/sh
# stage.sh PLACE COUNT SOURCE... COMMAND...: shows the sources as PLACE/0, PLACE/1, ... to COMMAND and nobody else.
#
# Runs in a mount namespace of its own. A sandbox that has given up the superuser's rights could not reach them where
# they lie: parents such as /root are closed to it.
place=$1; count=$2; shift 2
mount -t tmpfs -o mode=0755,size=1m stage "$place" || exit 125
i=0
while [ $i -lt "$count" ]; do
  if [ -d "$1" ]; then mkdir "$place/$i"; else : >"$place/$i"; fi
  mount --bind "$1" "$place/$i" || exit 125
  shift
  i=$((i+1))
done
exec "$@"
