#include "sandbox/policy/syscall_policy.h"

#include "tests/support/filter_machine.h"

#include <catch2/catch.hpp>
#include <seccomp.h>

#include <linux/audit.h>
#include <sched.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>

using lambent::sandbox::ArgumentTest;
using lambent::sandbox::compile;
using lambent::sandbox::guest_policy_text;
using lambent::sandbox::init_policy_text;
using lambent::sandbox::SyscallPolicy;
using lambent::sandbox::Verdict;
using lambent::tests::FilterMachine;

namespace {

constexpr int kNumberMax = 600;
constexpr std::uint32_t kX32Bit = 0x40000000;

using Arguments = std::array<std::uint64_t, 6>;

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#endif

SyscallPolicy parsed(std::string_view text) {
    auto policy = SyscallPolicy::parse(text);
    REQUIRE(policy.has_value());
    return *policy;
}

FilterMachine machine(std::string_view text) {
    auto program = compile(parsed(text));
    REQUIRE(program.has_value());
    return FilterMachine(*program);
}

std::uint32_t ask(const FilterMachine& filter, std::uint32_t number, const Arguments& arguments) {
    seccomp_data call{};
    call.nr = static_cast<int>(number);
    call.arch = kArchitecture;
    std::copy(arguments.begin(), arguments.end(), call.args);
    return filter.run(call);
}

std::uint32_t as_filter_answers(Verdict verdict) {
    switch (verdict.kind) {
        case Verdict::Kind::kAllow:
            return SECCOMP_RET_ALLOW;
        case Verdict::Kind::kRefuse:
            return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(verdict.error_number);
        case Verdict::Kind::kKill:
            return SECCOMP_RET_KILL_PROCESS;
    }
    return 0;
}

std::uint32_t refused(int error_number) {
    return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error_number);
}

// What the policy's text says, read rule by rule: independent of how libseccomp arranges them.
Verdict expected(const SyscallPolicy& policy, const std::string& call, const Arguments& arguments) {
    for (const auto& rule : policy.rules) {
        if (rule.call != call) {
            continue;
        }
        if (!rule.test) {
            return rule.verdict;
        }
        const std::uint64_t value = arguments[rule.test->index];
        const bool above = rule.test->kind == ArgumentTest::Kind::kAbove;
        if (above ? value > rule.test->value : (value & rule.test->mask) == rule.test->value) {
            return rule.verdict;
        }
    }
    return policy.otherwise;
}

std::string name_of(int number) {
    char* name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
    std::string copy = name == nullptr ? "" : name;
    std::free(name);
    return copy;
}

// How many of the first 601 numbers the compiled filter answers differently from the policy.
std::size_t disagreements(std::string_view text, const Arguments& arguments) {
    const SyscallPolicy policy = parsed(text);
    const FilterMachine filter = machine(text);
    std::size_t count = 0;
    for (int number = 0; number <= kNumberMax; ++number) {
        const Verdict verdict = expected(policy, name_of(number), arguments);
        const auto answer = ask(filter, static_cast<std::uint32_t>(number), arguments);
        if (answer != as_filter_answers(verdict)) {
            UNSCOPED_INFO("number " << number << " " << name_of(number) << " answers " << answer);
            ++count;
        }
    }
    return count;
}

}  // namespace

TEST_CASE("Guest filter answers every call number as the policy says", "[sandbox][Policy]") {
    CHECK(disagreements(guest_policy_text(), {}) == 0);
    CHECK(disagreements(guest_policy_text(), {1, 1, 1, 1, 1, 1}) == 0);
    CHECK(disagreements(guest_policy_text(), {16, 0x5412, 0x2000, 0, 0, 0}) == 0);
    CHECK(disagreements(guest_policy_text(), {~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL, ~0ULL}) == 0);
}

TEST_CASE("Init filter kills for everything that waiting does not need", "[sandbox][Policy]") {
    CHECK(disagreements(init_policy_text(), {}) == 0);
    const FilterMachine filter = machine(init_policy_text());
    CHECK(ask(filter, SYS_wait4, {}) == SECCOMP_RET_ALLOW);
    CHECK(ask(filter, SYS_openat, {}) == SECCOMP_RET_KILL_PROCESS);
}

TEST_CASE("Guest filter refuses clone with each namespace flag", "[sandbox][Policy]") {
    const FilterMachine filter = machine(guest_policy_text());
    for (const std::uint64_t flag :
         {CLONE_NEWNS,
          CLONE_NEWCGROUP,
          CLONE_NEWUTS,
          CLONE_NEWIPC,
          CLONE_NEWUSER,
          CLONE_NEWPID,
          CLONE_NEWNET}) {
        CHECK(ask(filter, SYS_clone, {flag | SIGCHLD}) == refused(EPERM));
        CHECK(ask(filter, SYS_clone, {flag | CLONE_NEWPID}) == refused(EPERM));
    }
    const std::uint64_t thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
                                 CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID |
                                 CLONE_CHILD_CLEARTID;
    CHECK(ask(filter, SYS_clone, {thread}) == SECCOMP_RET_ALLOW);
    CHECK(ask(filter, SYS_clone3, {}) == refused(ENOSYS));
}

TEST_CASE("Guest filter refuses terminal injection with any upper half", "[sandbox][Policy]") {
    const FilterMachine filter = machine(guest_policy_text());
    constexpr std::uint64_t kTiocsti = 0x5412;
    CHECK(ask(filter, SYS_ioctl, {0, kTiocsti}) == refused(EPERM));
    CHECK(ask(filter, SYS_ioctl, {0, kTiocsti | (1ULL << 32U)}) == refused(EPERM));
    CHECK(ask(filter, SYS_ioctl, {0, 0x541c}) == refused(EPERM));
    CHECK(ask(filter, SYS_ioctl, {0, 0x5401}) == SECCOMP_RET_ALLOW);
}

TEST_CASE("Guest filter opens sockets of three families only", "[sandbox][Policy]") {
    const FilterMachine filter = machine(guest_policy_text());
    for (std::uint64_t family = 0; family < 64; ++family) {
        const bool open = family == 1 || family == 2 || family == 10;
        CHECK(
            ask(filter, SYS_socket, {family}) == (open ? SECCOMP_RET_ALLOW : refused(EAFNOSUPPORT))
        );
    }
}

TEST_CASE("Guest filter kills calls of foreign ABIs", "[sandbox][Policy]") {
    const FilterMachine filter = machine(guest_policy_text());
    seccomp_data call{};
    call.arch = AUDIT_ARCH_I386;
    call.nr = 1;
    CHECK(filter.run(call) == SECCOMP_RET_KILL_PROCESS);
#if defined(__x86_64__)
    CHECK(ask(filter, SYS_write | kX32Bit, {}) == SECCOMP_RET_KILL_PROCESS);
#endif
}

TEST_CASE("Policy is refused when it does not say what to do", "[sandbox][Policy]") {
    const char* text = GENERATE(
        "",
        "{}",
        R"({"otherwise": "perhaps", "allow": [], "refuse": {}, "decide": []})",
        R"({"otherwise": "kill", "allow": [1], "refuse": {}, "decide": []})",
        R"({"otherwise": "kill", "allow": [], "refuse": {"EWHAT": ["read"]}, "decide": []})",
        R"({"otherwise": "kill", "allow": [], "refuse": {},
            "decide": [{"call": "read", "argument": 6, "equals": ["1"], "then": "allow"}]})"
    );
    CHECK(SyscallPolicy::parse(text).has_error());
}

TEST_CASE("Policy that names an unknown call does not compile", "[sandbox][Policy]") {
    auto policy = parsed(R"({"otherwise": "kill", "allow": ["raed"], "refuse": {}, "decide": []})");
    const auto program = compile(policy);
    REQUIRE(program.has_error());
    CHECK(program.error().message() == "unknown system call raed");
}
