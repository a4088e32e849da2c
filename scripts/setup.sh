#!/bin/sh
# Set callinspect up in .venv: `scripts/setup.sh run`, or `test`, `voices`. The Makefile calls this; so may you.
#
# Finds a Python that fits (PYTHON=... overrides) and hands over to setup.py.
set -u

fits='import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 15) else 1)'
says='import sys; sys.stdout.write("%d.%d.%d" % sys.version_info[:3])'
remedy='install one (Debian, Ubuntu: apt install python3 python3-venv), or name one: make PYTHON=/path/to/python3.12 run'

if [ -n "${PYTHON:-}" ]; then
    if ! version=$("$PYTHON" -c "$says" 2>/dev/null); then
        echo "setup: $PYTHON does not run as a Python; $remedy" >&2
        exit 2
    fi
    if ! "$PYTHON" -c "$fits" 2>/dev/null; then
        echo "setup: $PYTHON is Python $version, and callinspect needs 3.11 to 3.14; $remedy" >&2
        exit 2
    fi
    exec "$PYTHON" "$(dirname "$0")/setup.py" "$@"
fi

# what made .venv the first time is the first choice: nothing is built again when a newer Python arrives
for python in .venv/bin/python python3.13 python3.12 python3.11 python3 python3.14; do
    if "$python" -c "$fits" >/dev/null 2>&1; then
        exec "$python" "$(dirname "$0")/setup.py" "$@"
    fi
done

found=$(python3 -c "$says" 2>/dev/null) && found="python3 is $found" || found="there is no python3"
echo "setup: callinspect needs Python 3.11 to 3.14, and $found; $remedy" >&2
exit 2
