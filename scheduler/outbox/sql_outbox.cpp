#include "scheduler/outbox/sql_outbox.h"

#include "base/failpoint.h"
#include "base/result.h"
#include "scheduler/outbox/outbox_rows.h"

#include <utility>

namespace lambent::scheduler {

std::vector<sql::Migration> SqlOutbox::migrations() {
    return OutboxRows::migrations();
}

Task<Result<void>> SqlOutbox::add(std::vector<TargetMessage> messages, DeliveryRules rules) {
    sql::Work work = [this,
                      messages = std::move(messages),
                      rules = std::move(rules)](sql::Session& session) -> Result<void> {
        for (const TargetMessage& message : messages) {
            LAMBENT_TRY(add_in(session, message, rules));
        }
        return {};
    };
    failpoint("outbox.add.begun");
    LAMBENT_CO_TRY(co_await driver_.write(std::move(work)));
    failpoint("outbox.add.committed");
    wake();
    co_return Result<void>();
}

Result<void> SqlOutbox::add_in(
    sql::Session& session, const TargetMessage& message, const DeliveryRules& rules
) {
    LAMBENT_ASSERT(!message.id.empty());
    LAMBENT_TRY(OutboxRows{session}.insert({message, rules, 0, unix_ms(clock_.wall_now())}));
    touched_.add(message.target_arn);
    return {};
}

void SqlOutbox::wake() {
    if (!listener_) {
        return;
    }
    const std::int64_t now_ms = unix_ms(clock_.wall_now());
    for (const std::string& target : touched_.to_wake()) {
        listener_(target, now_ms);
    }
}

}  // namespace lambent::scheduler
