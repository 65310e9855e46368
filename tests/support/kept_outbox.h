#pragma once

#include "scheduler/targets.h"

#include <vector>

namespace lambent::tests {

// An Outbox that keeps what it is given, and sends nothing.
class KeptOutbox final : public scheduler::Outbox {
  public:
    struct Kept {
        scheduler::TargetMessage message;
        scheduler::DeliveryRules rules;
    };
    std::vector<Kept> kept;
    int wakes = 0;

    Task<Result<void>> add(
        std::vector<scheduler::TargetMessage> messages, scheduler::DeliveryRules rules
    ) override {
        for (scheduler::TargetMessage& message : messages) {
            kept.push_back({std::move(message), rules});
        }
        co_return Result<void>();
    }
    Result<void> add_in(
        sql::Session& /*session*/,
        const scheduler::TargetMessage& message,
        const scheduler::DeliveryRules& rules
    ) override {
        kept.push_back({message, rules});
        return {};
    }
    void wake() override { ++wakes; }
};

}  // namespace lambent::tests
