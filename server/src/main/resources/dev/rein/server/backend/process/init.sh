#!/bin/sh
# init.sh COMMAND...: the first process of a namespace, so that COMMAND need not be: the kernel drops a first process's
# SIGTERM when it has no handler.
trap : TERM HUP INT
"$@" & c=$!
while :; do wait $c; code=$?; kill -0 $c 2>/dev/null || break; done
exit $code
