#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lambent::tests {

// One way to call one revision of a function, and what such a call must see inside.
struct EchoTarget {
    std::string function;
    std::string qualifier;  // empty: none
    std::string version;    // that runs: "$LATEST" or a number
    std::string secret;     // its variable SECRET: "mark.<who>.<random>"
    std::string arn;        // that the invocation names
    int memory_mb = 128;
};

// How many calls of which kind are made, by how many connections at once. Shares are of 1,000.
struct EchoPlan {
    std::string host;
    std::uint16_t port = 0;
    std::string region;
    std::string access_key;
    std::string secret_key;
    std::uint64_t calls = 0;
    std::uint32_t connections = 16;
    std::uint64_t seed = 1;
    std::uint32_t cold = 0;     // calls that ask for a cold start
    std::uint32_t hang_up = 0;  // callers that go away while their call runs
    std::uint32_t late = 0;     // calls that run past their function's timeout
    std::uint32_t die = 0;      // calls that end their environment
    std::uint32_t fail = 0;     // calls whose handler throws
    std::vector<EchoTarget> targets;

    static EchoPlan read(const std::string& path);  // JSON
};

}  // namespace lambent::tests
