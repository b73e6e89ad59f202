#!/bin/sh
for word in "$@"; do printf "%s|" "$word"; done
echo
env | grep -c "^SM_HP_"
pwd
