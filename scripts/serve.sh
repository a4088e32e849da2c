#!/bin/sh
# Serve the review room over callinspect.db. Where there is none yet, the demo night is inspected first.
# `make serve` calls this after setting up.
set -u

[ -n "${CALLINSPECT_STORE:-}" ] || [ -f callinspect.db ] || sh scripts/run_night.sh || exit $?
exec .venv/bin/callinspect serve ${PORT:+--port "$PORT"}
