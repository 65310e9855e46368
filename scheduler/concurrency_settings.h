#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/sql/sql_driver.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lambent::scheduler {

// Provisioned concurrency of one version or alias, as it was asked for.
struct ProvisionedConfig {
    std::string function;
    std::string qualifier;  // a version's number or an alias's name
    std::uint32_t requested = 0;
    std::int64_t modified_ms = 0;
};

// What the owner reserved and provisioned of the account's concurrency: checked against the
// account, on disk before it is acknowledged, in memory for who asks. Errors are kInvalidArgument
// with AWS's sentence. Owned by the composition root; event loop's thread only.
class ConcurrencySettings {
  public:
    // At least so many of the account's slots stay unreserved, as far as it has so many.
    static constexpr std::uint32_t kUnreservedMin = 100;
    // Something about this function changed.
    using Listener = std::function<void(const std::string& function)>;

    ConcurrencySettings(sql::Driver& driver, const Clock& clock, std::uint32_t account_slots);

    static std::vector<sql::Migration> migrations();
    void listen(Listener listener) { listener_ = std::move(listener); }
    // Once, at start. What belongs to no function any more is removed.
    Task<Result<void>> load(std::function<bool(const std::string& function)> exists);

    Task<Result<void>> reserve(std::string function, std::uint32_t slots);
    Task<Result<void>> unreserve(std::string function);  // also when nothing is reserved
    std::optional<std::uint32_t> reserved(const std::string& function) const;

    Task<Result<ProvisionedConfig>> provision(
        std::string function, std::string qualifier, std::uint32_t slots
    );
    Task<Result<void>> unprovision(std::string function, std::string qualifier);
    std::optional<ProvisionedConfig> provisioned(
        const std::string& function, const std::string& qualifier
    ) const;
    std::vector<ProvisionedConfig> provisioned(const std::string& function) const;  // by qualifier

    // The function was deleted.
    Task<Result<void>> forget(std::string function);

    std::uint32_t account() const { return account_slots_; }
    // What functions without a reservation share.
    std::uint32_t unreserved() const;
    std::vector<std::string> functions() const;  // that have a setting

  private:
    struct PerFunction {
        std::optional<std::uint32_t> reserved;
        std::map<std::string, ProvisionedConfig> provisioned;  // by qualifier

        std::uint32_t provisioned_sum() const;
        std::uint32_t claim() const;  // of the account's slots
    };

    // Takes effect at once and is written; taken back when that fails.
    Task<Result<void>> change(std::string function, PerFunction wanted);
    Result<void> check_account(const std::string& function, const PerFunction& wanted) const;
    const PerFunction* find(const std::string& function) const;
    void put(const std::string& function, PerFunction settings);

    sql::Driver& driver_;
    const Clock& clock_;
    std::uint32_t account_slots_;
    Listener listener_;
    std::map<std::string, PerFunction> functions_;
};

}  // namespace lambent::scheduler
