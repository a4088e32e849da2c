#!/bin/sh
# Inspect the demo night, or the folder DUMP with the call list CALLS. `make run` calls this after setting up.
#
# Status 1 of callinspect (done, but some recordings could not be read; each was listed) is a success here:
# a night has such files, and make would drown the result in its own error line.
set -u

if [ -n "${DUMP:-}" ]; then
    set -- "$DUMP" ${CALLS:+--calls "$CALLS"}
elif [ -n "${CALLS:-}" ]; then
    if [ "${CALLINSPECT_LANG:-zh}" = en ]; then
        echo "make run: CALLS was given without DUMP; name the folder too: make run DUMP=/recordings CALLS=/calls.csv" >&2
    else
        echo "make run：给了 CALLS，没有给 DUMP；请同时指明文件夹：make run DUMP=/录音文件夹 CALLS=/话单.csv" >&2
    fi
    exit 2
else
    set -- scripts/demo_night/night --calls scripts/demo_night/night/calls.csv
fi

.venv/bin/callinspect run "$@"
status=$?
[ "$status" -le 1 ] && exit 0
exit "$status"
