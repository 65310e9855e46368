#!/usr/bin/env bash
# Runs the tests of cells on a machine with a pure cgroup v2, in an emulated VM (v2_vm.sh, which says
# what that needs, and SKIPPED where it is missing). Emulation is slow, and Node under it slowest: that
# stays outside. `make test-cgroup2` builds what is needed.
#   tests/sandbox/v2_cells.sh [CATCH_ARGUMENT]...
set -euo pipefail

here=$(dirname "$(realpath "$0")")
build=$(realpath "$here/../../build")
bin=$build/bin
python=$(realpath /usr/bin/python3)
export LAMBENT_VM_SECONDS=${LAMBENT_VM_SECONDS:-1800}

wanted=()
for item in "$bin/lambent-launcher" "$bin/sandbox_test_daemon" "$build/release/tests/sandbox/probe" \
    "$python" /usr/bin/python3 "/usr/lib/$(basename "$python")" \
    /usr/share/zoneinfo/UTC /usr/share/zoneinfo/Europe/Rome /usr/lib/ssl /etc/ssl/certs/ca-certificates.crt \
    /usr/bin/sh /usr/bin/env /usr/bin/id /usr/bin/hostname; do
    wanted+=(-f "$item")
done

exec "$here/v2_vm.sh" "${wanted[@]}" "$bin/sandbox_tests" "${@:-~*Node*}"
