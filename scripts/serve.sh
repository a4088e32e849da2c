#!/bin/sh
# Serve the review room over callinspect.db. Where there is none yet, the demo night is inspected first.
# `make serve` calls this after setting up.
set -u

if [ -z "${CALLINSPECT_STORE:-}" ] && [ ! -f callinspect.db ]; then
    sh scripts/run_night.sh
    status=$?
    [ "$status" -le 1 ] || exit "$status" # 1: done, but for the recordings that it listed
fi
exec .venv/bin/callinspect serve ${PORT:+--port "$PORT"}
