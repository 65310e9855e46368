#pragma once

#include "base/result.h"

#include <linux/filter.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::sandbox {

// What becomes of a system call.
struct Verdict {
    enum class Kind { kAllow, kRefuse, kKill };
    Kind kind = Kind::kKill;
    int error_number = 0;  // when refused

    bool operator==(const Verdict&) const = default;
};

// A condition on one argument of a call.
struct ArgumentTest {
    enum class Kind { kMaskedEquals, kAbove };
    Kind kind = Kind::kMaskedEquals;
    unsigned index = 0;
    std::uint64_t mask = ~0ULL;
    std::uint64_t value = 0;
};

struct SyscallRule {
    std::string call;
    Verdict verdict;
    std::optional<ArgumentTest> test;
};

// Which system calls a process in a cell may make: kept as data (guest.json, init.json, built into
// the program), so that it can be read, reviewed and tested call by call.
struct SyscallPolicy {
    Verdict otherwise;
    std::vector<SyscallRule> rules;

    static Result<SyscallPolicy> parse(std::string_view json);
};

using FilterProgram = std::vector<sock_filter>;

// The policy as a program for the kernel, made by libseccomp once and then loaded by every cell as
// it is. System calls of foreign ABIs (i386, x32) kill the process.
Result<FilterProgram> compile(const SyscallPolicy& policy);

// The texts of sandbox/policy/*.json.
std::string_view guest_policy_text();
std::string_view init_policy_text();

}  // namespace lambent::sandbox
