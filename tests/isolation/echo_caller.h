#pragma once

#include "base/async/task.h"
#include "tests/isolation/echo_check.h"
#include "tests/isolation/echo_plan.h"

#include <cstdint>
#include <random>
#include <string>

namespace lambent::tests {

// Makes the calls of a plan over its connections, each signed as an AWS client signs it, and gives
// every answer to the check. One thread.
class EchoCaller {
  public:
    explicit EchoCaller(const EchoPlan& plan);

    // Until all calls are made. Throws what stands in the way of the connection.
    void run();
    EchoCheck& check() { return check_; }
    std::uint64_t throttles() const { return throttles_; }
    std::uint64_t hung_up() const { return hung_up_; }

  private:
    struct Connection;

    Task<> make_calls();
    Task<> make(Connection& connection, EchoCall call);
    Task<> hang_up(Connection& connection, EchoCall call);
    EchoCall next_call();
    EchoAct random_act();
    bool by_chance(std::uint32_t of_thousand);
    std::string signed_request(const EchoCall& call, bool cold) const;
    std::string authorization(
        const EchoCall& call, const std::string& path, const std::string& amz_date
    ) const;

    const EchoPlan& plan_;
    const std::string host_;
    std::mt19937_64 random_;
    EchoCheck check_;
    std::uint64_t begun_ = 0;
    std::uint64_t throttles_ = 0;
    std::uint64_t hung_up_ = 0;
};

}  // namespace lambent::tests
