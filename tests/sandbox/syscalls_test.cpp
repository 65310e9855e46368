#include "sandbox/policy/syscall_policy.h"
#include "tests/sandbox/cell_fixture.h"
#include "tests/support/filter_machine.h"

#include <catch2/catch.hpp>

#include <linux/audit.h>
#include <signal.h>

#include <algorithm>
#include <string>

using lambent::sandbox::ExitVerdict;
using lambent::tests::can_build_cells;
using lambent::tests::CellRun;
using lambent::tests::FilterMachine;
using lambent::tests::probe;
using lambent::tests::SandboxFixture;

namespace {

constexpr int kNumberMax = 600;
// uretprobe and uprobe: newer kernels let only their own trampolines make these, without asking any
// filter, and end whoever else does.
constexpr int kProbeCalls[] = {335, 336};

// "number:errno" of every call that the policy refuses whatever its arguments are. Those that it
// allows are not made: exit, pause and kill among them would end the probe.
std::vector<std::string> refused_calls() {
    const auto policy =
        lambent::sandbox::SyscallPolicy::parse(lambent::sandbox::guest_policy_text());
    const auto program = lambent::sandbox::compile(policy.value());
    const FilterMachine filter(program.value());
    std::vector<std::string> refused{"calls"};
    for (int number = 0; number <= kNumberMax; ++number) {
        seccomp_data call{};
        call.nr = number;
        call.arch = AUDIT_ARCH_X86_64;
        std::fill(std::begin(call.args), std::end(call.args), ~0ULL);
        const std::uint32_t answer = filter.run(call);
        if (number == kProbeCalls[0] || number == kProbeCalls[1]) {
            continue;
        }
        if ((answer & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO) {
            refused.push_back(
                std::to_string(number) + ":" + std::to_string(answer & SECCOMP_RET_DATA)
            );
        }
    }
    return refused;
}

}  // namespace

// Threat cases 3 to 6, 11 to 13.
TEST_CASE("Cell refuses every call that the policy refuses", "[sandbox][Seccomp]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    const std::vector<std::string> calls = refused_calls();
    REQUIRE(calls.size() > 250);
    const CellRun run = cells.run(probe(calls));
    CHECK(run.report.verdict == ExitVerdict::kExited);
    CHECK(run.report.signal == 0);
    CHECK(run.output == std::to_string(calls.size() - 1) + " calls tried\n");
    CHECK(run.report.status == 0);
}

TEST_CASE("Cell kills a process that makes a call of a foreign ABI", "[sandbox][Seccomp]") {
    if (!can_build_cells()) {
        return;
    }
    SandboxFixture cells;
    for (const char* abi : {"i386", "x32"}) {
        const CellRun run = cells.run(probe({"foreign", abi}));
        CHECK(run.output.empty());
        CHECK(run.report.verdict == ExitVerdict::kSignalled);
        CHECK(run.report.signal == SIGSYS);
    }
}
