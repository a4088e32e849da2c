#!/bin/sh
# Inspect the demo night, or the folder DUMP with the call list CALLS. `make run` calls this after setting up.
#
# Status 1 of callinspect (done, but some recordings could not be read, or in part only; each was listed) is a
# success for the demo night, which has such a file on purpose. For one's own folder it is passed on, with a word on
# the error line that make adds.
set -u

if [ -n "${DUMP:-}" ]; then
    own=yes
    set -- "$DUMP" ${CALLS:+--calls "$CALLS"}
elif [ -n "${CALLS:-}" ]; then
    if [ "${CALLINSPECT_LANG:-zh}" = en ]; then
        echo "make run: CALLS was given without DUMP; name the folder too: make run DUMP=/recordings CALLS=/calls.csv" >&2
    else
        echo "make run：给了 CALLS，没有给 DUMP；请同时指明文件夹：make run DUMP=/录音文件夹 CALLS=/话单.csv" >&2
    fi
    exit 2
else
    own=
    set -- scripts/demo_night/night --calls scripts/demo_night/night/calls.csv
fi

.venv/bin/callinspect run "$@"
status=$?
if [ "$status" -eq 1 ]; then
    [ -z "$own" ] && exit 0
    if [ "${CALLINSPECT_LANG:-zh}" = en ]; then
        echo "make run: everything else is stored; status 1 because of the recordings listed above" >&2
    else
        echo "make run：其余的都已入库；上面列出的录音未能质检或只质检了一部分，所以退出状态是 1" >&2
    fi
fi
exit "$status"
