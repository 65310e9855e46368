#include "sandbox/policy/syscall_policy.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cerrno>
#include <exception>
#include <stdexcept>

namespace lambent::sandbox {
namespace {

using nlohmann::json;

struct NamedErrno {
    std::string_view name;
    int number;
};
constexpr std::array<NamedErrno, 5> kErrnos{{
    {"EPERM", EPERM},
    {"ENOSYS", ENOSYS},
    {"EACCES", EACCES},
    {"EOPNOTSUPP", EOPNOTSUPP},
    {"EAFNOSUPPORT", EAFNOSUPPORT},
}};

Verdict verdict_of(const std::string& word) {
    if (word == "allow") {
        return {Verdict::Kind::kAllow, 0};
    }
    if (word == "kill") {
        return {Verdict::Kind::kKill, 0};
    }
    for (const NamedErrno& one : kErrnos) {
        if (one.name == word) {
            return {Verdict::Kind::kRefuse, one.number};
        }
    }
    throw std::invalid_argument("unknown verdict " + word);
}

// JSON numbers have no hexadecimal form, so arguments are strings.
std::uint64_t number_of(const json& text) {
    return std::stoull(text.get<std::string>(), nullptr, 0);
}

void add_plain(SyscallPolicy& policy, const json& calls, Verdict verdict) {
    for (const json& call : calls) {
        policy.rules.push_back({call.get<std::string>(), verdict, std::nullopt});
    }
}

void add_decision(SyscallPolicy& policy, const json& entry) {
    const auto call = entry.at("call").get<std::string>();
    const Verdict verdict = verdict_of(entry.at("then").get<std::string>());
    ArgumentTest test;
    test.index = entry.at("argument").get<unsigned>();
    if (test.index > 5) {
        throw std::invalid_argument("a system call has six arguments");
    }
    if (entry.contains("above")) {
        test.kind = ArgumentTest::Kind::kAbove;
        test.value = number_of(entry.at("above"));
        policy.rules.push_back({call, verdict, test});
    }
    if (entry.contains("any_bit_of")) {
        const std::uint64_t bits = number_of(entry.at("any_bit_of"));
        for (std::uint64_t bit = 1; bit != 0; bit <<= 1U) {
            if ((bits & bit) != 0) {
                test.mask = test.value = bit;
                policy.rules.push_back({call, verdict, test});
            }
        }
    }
    if (entry.contains("equals")) {
        test.mask = entry.contains("mask") ? number_of(entry.at("mask")) : ~0ULL;
        for (const json& value : entry.at("equals")) {
            test.value = number_of(value);
            policy.rules.push_back({call, verdict, test});
        }
    }
}

}  // namespace

Result<SyscallPolicy> SyscallPolicy::parse(std::string_view text) {
    try {
        const json document = json::parse(text);
        SyscallPolicy policy;
        policy.otherwise = verdict_of(document.at("otherwise").get<std::string>());
        add_plain(policy, document.at("allow"), verdict_of("allow"));
        for (const auto& [word, calls] : document.at("refuse").items()) {
            add_plain(policy, calls, verdict_of(word));
        }
        for (const json& entry : document.at("decide")) {
            add_decision(policy, entry);
        }
        return policy;
    } catch (const std::exception& e) {
        return Error(
            Code::kInvalidArgument, "policy", std::string("the seccomp policy: ") + e.what()
        );
    }
}

}  // namespace lambent::sandbox
