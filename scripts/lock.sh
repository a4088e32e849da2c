#!/bin/sh
# Pin every package with its hashes: requirements/*.lock from pyproject.toml. `make lock` runs this.
#
# Needs the network and a Python with venv. The locks hold no address: pip fetches from wherever it is configured to.
# A lock that is there keeps its versions; LOCK_UPGRADE=1 takes the newest ones.
set -eu
cd "$(dirname "$0")/.."

tool=build/lock
[ -x "$tool/bin/uv" ] || { "${PYTHON:-python3}" -m venv "$tool" && "$tool/bin/pip" install --quiet uv; }

pin() { # NAME ARGUMENTS...
    name=$1
    shift
    "$tool/bin/uv" pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
        --no-emit-index-url --no-annotate --no-header ${LOCK_UPGRADE:+--upgrade} \
        --constraint requirements/constraints.in "$@" --output-file "requirements/$name.lock" >/dev/null
    if grep -nE '://|(^|[ @])/' "requirements/$name.lock"; then
        echo "requirements/$name.lock holds an address or a path of this machine; see the lines above" >&2
        exit 1
    fi
}

pin build --group pyproject.toml:build
pin run pyproject.toml --constraint requirements/build.lock
pin test pyproject.toml --group test --constraint requirements/build.lock --constraint requirements/run.lock
pin node --group pyproject.toml:node
pin voices pyproject.toml --group voices --constraint requirements/build.lock --constraint requirements/run.lock
