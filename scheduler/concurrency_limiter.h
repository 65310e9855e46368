#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "scheduler/invocation.h"
#include "scheduler/token_bucket.h"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace lambent::scheduler {

class ConcurrencyLimiter;

// What one function, and one version of it, may have in flight and has. The limiter's own.
struct FunctionShare {
    std::optional<std::uint32_t> reserved;
    std::uint32_t reserved_taken = 0;
    std::uint32_t provisioned = 0;    // slots of all its versions
    std::optional<TokenBucket> rate;  // with a reservation
};
struct VersionShare {
    std::uint32_t provisioned = 0;
    std::uint32_t taken = 0;
    std::uint32_t peak = 0;           // of those taken, since it was asked for
    std::optional<TokenBucket> rate;  // once it was provisioned
};

// The right to have one invocation in flight; given back when it is destroyed. Move-only. The
// limiter outlives it.
class ConcurrencySlot {
  public:
    ConcurrencySlot(ConcurrencySlot&& other) noexcept
        : limiter_(std::exchange(other.limiter_, nullptr)),
          function_(other.function_),
          version_(other.version_) {}
    ConcurrencySlot& operator=(ConcurrencySlot&& other) noexcept {
        std::swap(limiter_, other.limiter_);
        std::swap(function_, other.function_);
        std::swap(version_, other.version_);
        return *this;
    }
    ConcurrencySlot(const ConcurrencySlot&) = delete;
    ConcurrencySlot& operator=(const ConcurrencySlot&) = delete;
    ~ConcurrencySlot();

  private:
    friend class ConcurrencyLimiter;
    ConcurrencySlot(ConcurrencyLimiter& limiter, FunctionShare* function, VersionShare* version)
        : limiter_(&limiter), function_(function), version_(version) {}

    ConcurrencyLimiter* limiter_;
    // Whose slot it is: a version's, a function's, or, with neither, the account's.
    FunctionShare* function_;
    VersionShare* version_;
};

// How many invocations may be in flight, and how many may begin in a second: Lambda's rules for
// the account, reserved and provisioned concurrency (lambda-facts section 2). A reservation is a
// function's own, taken out of the account's slots; provisioned concurrency is a version's own,
// taken out of the function's reservation or else out of the account's slots. Synchronous calls
// begin at most 10 times a second for each slot; what is too much for provisioned slots spills over
// as well. Pure: told the time. Owned by the Scheduler.
class ConcurrencyLimiter {
  public:
    struct Limits {
        std::uint32_t account_slots = 1'000;
        std::uint32_t requests_per_slot = 10;  // a second, of synchronous calls; 0: no limit
    };
    explicit ConcurrencyLimiter(Limits limits);
    ConcurrencyLimiter(const ConcurrencyLimiter&) = delete;
    ConcurrencyLimiter& operator=(const ConcurrencyLimiter&) = delete;

    // kThrottled with AWS's Reason as subject. `function` is the bare name, `version` names what
    // will run ("name" or "name:3").
    Result<ConcurrencySlot> acquire(
        const std::string& function, const std::string& version, Delivery delivery, SteadyTime now
    );

    // Calls in flight keep their slots, also when there are more of them than slots now.
    void reserve(const std::string& function, std::optional<std::uint32_t> slots, SteadyTime now);
    void provision(
        const std::string& function, const std::string& version, std::uint32_t slots, SteadyTime now
    );

    std::uint32_t taken() const { return taken_; }
    // Calls of a version that are in flight on provisioned slots.
    std::uint32_t provisioned_taken(const std::string& version) const;
    // The most of them at once since this was asked last.
    std::uint32_t take_provisioned_peak(const std::string& version);

  private:
    friend class ConcurrencySlot;

    Result<ConcurrencySlot> acquire_of_account(Delivery delivery, SteadyTime now);
    Result<ConcurrencySlot> acquire_reserved(
        FunctionShare& share, Delivery delivery, SteadyTime now
    );
    VersionShare* provisioned_slot(const std::string& version, Delivery delivery, SteadyTime now);
    void set_rates(FunctionShare& share, SteadyTime now);
    bool begins_in_time(TokenBucket& rate, Delivery delivery, SteadyTime now) const;
    void give_back(const ConcurrencySlot& slot);
    TokenBucket::Rate rate_for(std::uint32_t slots) const;

    Limits limits_;
    // Entries stay: slots point at them.
    std::unordered_map<std::string, FunctionShare> functions_;  // with a setting of their own
    std::unordered_map<std::string, VersionShare> versions_;
    std::uint32_t taken_ = 0;
    std::uint32_t account_taken_ = 0;  // by functions without a reservation, unprovisioned
    std::uint32_t claimed_ = 0;        // of the account's slots, reserved or provisioned
    TokenBucket account_rate_;
};

}  // namespace lambent::scheduler
