#include "base/unique_fd.h"
#include "sandbox/policy/syscall_policy.h"

#include <seccomp.h>

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <set>

namespace lambent::sandbox {
namespace {

struct ReleaseFilter {
    void operator()(void* context) const { seccomp_release(context); }
};
using FilterContext = std::unique_ptr<void, ReleaseFilter>;

std::uint32_t action_of(Verdict verdict) {
    switch (verdict.kind) {
        case Verdict::Kind::kAllow:
            return SCMP_ACT_ALLOW;
        case Verdict::Kind::kRefuse:
            return SCMP_ACT_ERRNO(static_cast<std::uint32_t>(verdict.error_number));
        case Verdict::Kind::kKill:
            return SCMP_ACT_KILL_PROCESS;
    }
    return SCMP_ACT_KILL_PROCESS;
}

Error filter_error(const std::string& what, int code) {
    return errno_error("seccomp: " + what, -code);
}

Result<void> add_rule(void* context, const SyscallRule& rule, Verdict otherwise) {
    const int number = seccomp_syscall_resolve_name(rule.call.c_str());
    if (number == __NR_SCMP_ERROR) {
        return Error(Code::kInvalidArgument, "policy", "unknown system call " + rule.call);
    }
    if (rule.verdict == otherwise && !rule.test) {
        return {};  // libseccomp takes no rule that says what the default says
    }
    scmp_arg_cmp test{};
    if (rule.test) {
        test.arg = rule.test->index;
        const bool above = rule.test->kind == ArgumentTest::Kind::kAbove;
        test.op = above ? SCMP_CMP_GT : SCMP_CMP_MASKED_EQ;
        test.datum_a = above ? rule.test->value : rule.test->mask;
        test.datum_b = above ? 0 : rule.test->value;
    }
    const int code = seccomp_rule_add_array(
        context, action_of(rule.verdict), number, rule.test ? 1 : 0, rule.test ? &test : nullptr
    );
    // A call that this architecture lacks (negative number) needs no rule.
    if (code != 0 && number >= 0) {
        return filter_error("rule for " + rule.call, code);
    }
    return {};
}

Result<FilterProgram> exported(void* context) {
    const UniqueFd memory(::memfd_create("seccomp", MFD_CLOEXEC));
    if (!memory) {
        return errno_error("memfd_create", errno);
    }
    if (const int code = seccomp_export_bpf(context, memory.get()); code != 0) {
        return filter_error("export", code);
    }
    const off_t size = ::lseek(memory.get(), 0, SEEK_END);
    FilterProgram program(static_cast<std::size_t>(size) / sizeof(sock_filter));
    if (::pread(memory.get(), program.data(), static_cast<std::size_t>(size), 0) != size) {
        return errno_error("reading the filter", errno);
    }
    return program;
}

}  // namespace

Result<FilterProgram> compile(const SyscallPolicy& policy) {
    const FilterContext context(seccomp_init(action_of(policy.otherwise)));
    if (!context) {
        return Error(Code::kInternal, "policy", "libseccomp makes no filter");
    }
    seccomp_attr_set(context.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);  // a binary tree
    for (const SyscallRule& rule : policy.rules) {
        LAMBENT_TRY(add_rule(context.get(), rule, policy.otherwise));
    }
    return exported(context.get());
}

}  // namespace lambent::sandbox
