#!/usr/bin/env bash
# Runs the cells' tests on a machine with a pure cgroup v2, in an emulated VM (v2_vm.sh, which says
# what that needs, and SKIPPED where it is missing). Emulation is slow: what measures processor
# shares, and Node, stay outside.
#   tests/sandbox/v2_cells.sh [BUILD_DIRECTORY] [CATCH_ARGUMENT]...
set -euo pipefail

here=$(dirname "$(realpath "$0")")
build=$(realpath "${1:-$here/../../build/dev}")
shift || true
bin=$build/bin
python=$(realpath /usr/bin/python3)
export LAMBENT_VM_SECONDS=${LAMBENT_VM_SECONDS:-1800}

exec "$here/v2_vm.sh" \
    -f "$bin/lambent-launcher" -f "$bin/sandbox_test_daemon" -f "$build/tests/sandbox/probe" \
    -f "$python" -f /usr/bin/python3 -f "/usr/lib/$(basename "$python")" -f /usr/share/zoneinfo/UTC \
    -f /usr/share/zoneinfo/Europe/Rome -f /usr/bin/sh -f /usr/bin/env -f /usr/bin/id -f /usr/bin/hostname \
    "$bin/sandbox_tests" "${@:-~*Node*}"
