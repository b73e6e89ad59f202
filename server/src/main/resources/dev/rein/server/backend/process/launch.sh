#!/bin/sh
# launch.sh FOLDER PREFIX...: runs one host and outlives the server that started it.
#
# The command is PREFIX followed by the words in FOLDER/command, which are data and never evaluated: a word begins with
# a line "=...", and goes on after each of its newlines with a line "+...". Names and values no shell would accept pass.
#
# REIN_SANDBOX  set when PREFIX ends in bwrap, which reads its options and files from descriptors 6, 7, 8 and 9, and
#               writes what it knows to 3
# REIN_UID      who the host runs as, if not as this script
# REIN_GROUPS   control groups to enter, parted by blanks
# REIN_LOG_BLOCKS  how much of the host's output its log keeps, in blocks of 512 bytes; all of it if empty
# REIN_COOKIE   what every process of the host carries in REIN_HOST, unless a sandbox keeps them together
#
# Left in FOLDER: launcher "pid start-ticks boot-id", main "pid", log, status, and at last exit "code". When exit is
# there the log is complete and nothing of the host runs.
umask 077
set -f
d=$1; shift
newline='
'
put() { printf '%s\n' "$2" >"$d/$1.new" && mv "$d/$1.new" "$d/$1"; }
field20() { shift 19; ticks=$1; }

read -r stat </proc/$$/stat
read -r boot </proc/sys/kernel/random/boot_id
field20 ${stat##*) }
put launcher "$$ $ticks $boot" || exit 1
printf '%-8s\n' >"$d/exit.new" || exit 1   # its room is taken now: the host may leave none
trap : TERM HUP INT          # handled, not ignored: the host must not inherit it

word=; some=
while IFS= read -r line; do
  case $line in
    =*) [ -z "$some" ] || set -- "$@" "$word"; word=${line#=}; some=1 ;;
    *) word=$word$newline${line#+} ;;
  esac
done <"$d/command"
set -- "$@" "$word"
rm -f "$d/command"

rm -f "$d/fifo"; mkfifo "$d/fifo" || exit 1
[ -z "$REIN_UID" ] || chown "$REIN_UID" "$d/fifo"   # or the host could not open /dev/stdout

# A pump, not a plain file: "echo > /dev/stdout" would empty a file. It outlives a full disk, losing what did not fit. The
# kernel ends it at the log's limit, to the byte; the host then prints into nothing and is not held up.
(
  exec 5<"$d/fifo"
  trap 'kill $cat; exit' TERM
  while :; do
    ( ulimit -c 0; [ -z "$REIN_LOG_BLOCKS" ] || ulimit -f "$REIN_LOG_BLOCKS"; exec cat <&5 >>"$d/log" ) & cat=$!
    wait $cat && break
    if [ -n "$REIN_LOG_BLOCKS" ] && [ "$(wc -c <"$d/log")" -ge $((REIN_LOG_BLOCKS*512)) ]; then
      printf '\nRein: %s bytes is the most the log of a host keeps (rein up --log-limit). %s\n' $((REIN_LOG_BLOCKS*512)) \
        'The host runs on; what it prints from here on is dropped.' >>"$d/log"
      cat <&5 >/dev/null & cat=$!
      wait $cat && break
    fi
    sleep 1
  done
) & pump=$!

host() {
  for group in $REIN_GROUPS; do echo 0 >"$group/cgroup.procs" || exit 125; done
  unset REIN_SANDBOX REIN_UID REIN_GROUPS REIN_LOG_BLOCKS REIN_COOKIE
  umask 022
  cd "$d/ml" || exit 125
  exec "$@"
}
if [ -n "$REIN_SANDBOX" ]; then
  exec 7<"$d/options" 8<"$d/hosts" 9<"$d/hostname"
  [ ! -e "$d/resolver" ] || exec 6<"$d/resolver"
  rm -f "$d/options"         # it holds the environment
  host "$@" >"$d/fifo" 2>&1 3>"$d/status" & c=$!
  exec 6<&- 7<&- 8<&- 9<&-
else
  host "$@" >"$d/fifo" 2>&1 & c=$!
fi
put main "$c $pump"
while :; do wait $c; code=$?; kill -0 $c 2>/dev/null || break; done

# What the main process left behind goes with it.
i=0
while [ $i -lt 20 ]; do
  left=
  for group in $REIN_GROUPS; do
    while read -r pid; do left="$left $pid"; done <"$group/cgroup.procs"
  done
  if [ -n "$REIN_COOKIE" ]; then
    set +f
    for file in $(grep -lsxz "REIN_HOST=$REIN_COOKIE" /proc/[0-9]*/environ); do
      file=${file#/proc/}; left="$left ${file%/environ}"
    done
    set -f
  fi
  [ -n "$left" ] || break
  kill -KILL $left 2>/dev/null
  sleep 0.01
  i=$((i+1))
done

# An escaped process may hold the pipe open: its output is waited for, but not for ever.
i=0
while kill -0 $pump 2>/dev/null && [ $i -lt 110 ]; do
  if [ $i -lt 10 ]; then sleep 0.01; else sleep 0.05; fi
  i=$((i+1))
done
kill -TERM $pump 2>/dev/null
rm -f "$d/fifo"
until sync -d "$d/log" && printf '%-8s\n' $code 1<>"$d/exit.new" && mv "$d/exit.new" "$d/exit" && sync -d "$d/exit" && sync "$d"; do
  sleep 1
done
