#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace lambent::tests {

// Runs a seccomp filter as the kernel would, for the instructions that libseccomp makes, so that a
// policy can be tested for every call without making any of them.
class FilterMachine {
  public:
    explicit FilterMachine(std::vector<sock_filter> program) : program_(std::move(program)) {}

    // The SECCOMP_RET_… value.
    std::uint32_t run(const seccomp_data& call) const {
        std::uint32_t accumulator = 0;
        for (std::size_t at = 0; at < program_.size(); ++at) {
            const sock_filter& one = program_[at];
            switch (one.code) {
                case BPF_LD | BPF_W | BPF_ABS:
                    accumulator = word(call, one.k);
                    break;
                case BPF_ALU | BPF_AND | BPF_K:
                    accumulator &= one.k;
                    break;
                case BPF_JMP | BPF_JA:
                    at += one.k;
                    break;
                case BPF_RET | BPF_K:
                    return one.k;
                default:
                    at += holds(one, accumulator) ? one.jt : one.jf;
            }
        }
        throw std::logic_error("the filter does not end");
    }

  private:
    static std::uint32_t word(const seccomp_data& call, std::uint32_t offset) {
        if (offset > sizeof(call) - sizeof(std::uint32_t)) {
            throw std::logic_error("the filter reads beyond the call");
        }
        std::uint32_t value = 0;
        std::memcpy(&value, reinterpret_cast<const char*>(&call) + offset, sizeof(value));
        return value;
    }

    static bool holds(const sock_filter& jump, std::uint32_t accumulator) {
        switch (jump.code) {
            case BPF_JMP | BPF_JEQ | BPF_K:
                return accumulator == jump.k;
            case BPF_JMP | BPF_JGT | BPF_K:
                return accumulator > jump.k;
            case BPF_JMP | BPF_JGE | BPF_K:
                return accumulator >= jump.k;
            case BPF_JMP | BPF_JSET | BPF_K:
                return (accumulator & jump.k) != 0;
            default:
                throw std::logic_error("an instruction that libseccomp does not make");
        }
    }

    std::vector<sock_filter> program_;
};

}  // namespace lambent::tests
