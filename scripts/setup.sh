#!/bin/sh
# Set callinspect up in .venv: `scripts/setup.sh run`, or `test`, `voices`. The Makefile calls this; so may you.
#
# Finds a Python that fits (PYTHON=... overrides) and hands over to setup.py.
set -u

fits='import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 15) else 1)'
says='import sys; sys.stdout.write("%d.%d.%d" % sys.version_info[:3])'

# in the language that the program speaks: Chinese, or as CALLINSPECT_LANG says
if [ "${CALLINSPECT_LANG:-zh}" = en ]; then
    refuse() { echo "setup: $1; install one (Debian, Ubuntu: apt install python3 python3-venv), or name one: make PYTHON=/path/to/python3.12 run" >&2; exit 2; }
    unusable='%s does not run as a Python'
    unfit='%s is Python %s, and callinspect needs 3.11 to 3.14'
    none='callinspect needs Python 3.11 to 3.14, and python3 here is: %s'
else
    refuse() { echo "安装：$1；请安装一个（Debian、Ubuntu：apt install python3 python3-venv），或指定一个：make PYTHON=/路径/python3.12 run" >&2; exit 2; }
    unusable='%s 不能当作 Python 运行'
    unfit='%s 是 Python %s，callinspect 需要 3.11 到 3.14'
    none='callinspect 需要 Python 3.11 到 3.14，这里的 python3 是：%s'
fi

if [ -n "${PYTHON:-}" ]; then
    if ! version=$("$PYTHON" -c "$says" 2>/dev/null); then
        refuse "$(printf "$unusable" "$PYTHON")"
    fi
    if ! "$PYTHON" -c "$fits" 2>/dev/null; then
        refuse "$(printf "$unfit" "$PYTHON" "$version")"
    fi
    exec "$PYTHON" "$(dirname "$0")/setup.py" "$@"
fi

# what made .venv the first time is the first choice: nothing is built again when a newer Python arrives
for python in .venv/bin/python python3.13 python3.12 python3.11 python3 python3.14; do
    if "$python" -c "$fits" >/dev/null 2>&1; then
        exec "$python" "$(dirname "$0")/setup.py" "$@"
    fi
done

found=$(python3 -c "$says" 2>/dev/null) || found=-
refuse "$(printf "$none" "$found")"
