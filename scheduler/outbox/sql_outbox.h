#pragma once

#include "base/clock.h"
#include "base/sql/sql_driver.h"
#include "scheduler/targets.h"
#include "scheduler/touched_keys.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lambent::scheduler {

// The Outbox in SQL. Keeps messages; an OutboxPump on the same outbox sends them. Used on the event
// loop's thread but for add_in, which runs wherever the caller's transaction does.
class SqlOutbox final : public Outbox {
  public:
    // There is, or may be, a message to that target which is due at that time.
    using Listener = std::function<void(const std::string& target, std::int64_t due_ms)>;

    SqlOutbox(sql::Driver& driver, const Clock& clock) : driver_(driver), clock_(clock) {}

    static std::vector<sql::Migration> migrations();

    Task<Result<void>> add(std::vector<TargetMessage> messages, DeliveryRules rules) override;
    Result<void> add_in(
        sql::Session& session, const TargetMessage& message, const DeliveryRules& rules
    ) override;
    void wake() override;

    void listen(Listener listener) { listener_ = std::move(listener); }
    sql::Driver& driver() { return driver_; }

  private:
    sql::Driver& driver_;
    const Clock& clock_;
    Listener listener_;
    TouchedKeys touched_;  // targets
};

}  // namespace lambent::scheduler
