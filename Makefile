# The front for people: each line does one whole job on a fresh Debian 12, as root or with sudo.
# What is built, and how, stands in CMakeLists.txt and CMakePresets.json.
.PHONY: help setup build demo test test-asan test-tsan test-cgroup2 power-cuts soak lint check-format format bench clean

as_root := $(if $(filter 0,$(shell id -u)),,sudo -E)

help:
	@echo "make demo     photographs in, thumbnails out, every millisecond accounted for"
	@echo "make test     every test that this machine can run"
	@echo "make build    the programs, in build/bin/"
	@echo "make test-cgroup2  the cells under cgroup v2 alone, in an emulated machine"
	@echo "make soak     hours of crashes, power cuts, failing disks, kills under load"
	@echo "make bench    measures side by side, writes docs/PERFORMANCE.md"
	@echo "make lint     clang-format, clang-tidy"

setup:
	@scripts/setup build demo

build: setup
	@scripts/build release lambent lambent-launcher lambent_support

demo: build
	@$(as_root) build/bin/lambent demo

test:
	@scripts/setup build demo test
	@scripts/build release all
	@scripts/test release

# Without what runs none of our compiled code, and without the demo, which is examples_image_resize three times.
test-asan test-tsan: test-%:
	@scripts/setup build demo test
	@scripts/build $* all
	@scripts/test $* -E '^(tidy|threats|bench_|python_runtime|node_runtime|node_stream|stems$$|examples_demo)'

# The cells on a machine that has cgroup v2 alone, in an emulated virtual machine.
test-cgroup2:
	@scripts/setup build demo test cgroup2
	@scripts/build release lambent-launcher sandbox_tests sandbox_test_daemon sandbox_probe
	@tests/sandbox/v2_cells.sh

# Crashes, power cuts and failing disks at every failpoint: what was acknowledged must be there.
power-cuts:
	@scripts/setup build demo test
	@scripts/build release async_contract_tests triggers_contract_tests
	@LAMBENT_CUTS=5000 build/bin/async_contract_tests
	@LAMBENT_CUTS=312 build/bin/triggers_contract_tests

# kill -9 of a loaded daemon every second for five minutes (first: it wants a quiet machine), a day's
# calls, the crashes above for longer (each failpoint with each harm from 20 seeds and more), and
# random histories against models.
soak:
	@scripts/setup build demo test
	@scripts/build release lambent lambent-launcher lambent_support async_contract_tests \
	    triggers_contract_tests scheduler_async_tests triggers_queue_tests triggers_objects_tests \
	    echo_calls echo_function
	@cd tests/clients && $(as_root) env LAMBENT_KILL_SECONDS=300 LAMBENT_KILL_READY_MS=500 \
	    /usr/bin/python3 -B kill_test.py
	@cd tests/isolation && $(as_root) env LAMBENT_SOAK_CALLS=864000 /usr/bin/python3 -B soak_test.py
	@LAMBENT_CUTS=100000 build/bin/async_contract_tests
	@LAMBENT_CUTS=20000 build/bin/triggers_contract_tests
	@for room in scheduler_async triggers_queue triggers_objects; do \
	    LAMBENT_SEQUENCES=100000 build/bin/$${room}_tests '[model]' || exit 1; done

lint: check-format
	@scripts/setup build test
	@scripts/lint

check-format:
	@scripts/setup lint
	@git ls-files '*.h' '*.cpp' | xargs clang-format --dry-run --Werror

format:
	@scripts/setup lint
	@git ls-files '*.h' '*.cpp' | xargs clang-format -i

bench:
	@scripts/setup build demo bench
	@scripts/setup-peers || echo "setup: peers from npm are left out"
	@scripts/build release all -DLAMBENT_BENCH=ON
	@$(as_root) bench/run

clean:
	rm -rf build
