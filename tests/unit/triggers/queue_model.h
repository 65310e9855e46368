#pragma once

#include "triggers/queue/message_queue.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace lambent::tests {

using triggers::MessageQueue;
using triggers::QueueKind;
using triggers::QueueRules;

// What the rules of a queue say, by one list that is looked through every time.
struct ModelMessage {
    std::int64_t number = 0;
    std::int64_t sent = 0;
    std::int64_t visible = 0;
    std::int64_t first = 0;
    std::uint32_t receives = 0;  // here
    std::uint32_t earlier = 0;   // in other queues
    std::string group;
};

struct QueueModel {
    QueueRules rules;
    std::vector<ModelMessage> all;  // in order

    bool is_fifo() const { return rules.kind == QueueKind::kFifo; }

    void add(ModelMessage message) {
        if (is_fifo()) {
            message.visible = message.sent + rules.delay_s * 1'000;
        }
        all.push_back(std::move(message));
    }
    void change_delay(std::uint32_t delay_s) {
        const bool differs = delay_s != rules.delay_s;
        rules.delay_s = delay_s;
        for (ModelMessage& message : all) {
            if (is_fifo() && differs && message.receives == 0) {
                message.visible = message.sent + delay_s * 1'000;
            }
        }
    }
    ModelMessage* find(std::int64_t number) {
        for (ModelMessage& message : all) {
            if (message.number == number) {
                return &message;
            }
        }
        return nullptr;
    }
    void erase(std::int64_t number) {
        std::erase_if(all, [&](const ModelMessage& message) { return message.number == number; });
    }
    bool in_flight(const ModelMessage& message, std::int64_t now) const {
        return message.receives > 0 && message.visible > now;
    }
    // What may be delivered now, in order; the whole of one group before the next.
    std::vector<std::int64_t> candidates(std::int64_t now) const {
        std::vector<std::int64_t> numbers;
        std::set<std::string> done;
        for (const ModelMessage& first : all) {
            if (!is_fifo()) {
                if (first.visible <= now) {
                    numbers.push_back(first.number);
                }
                continue;
            }
            if (!done.insert(first.group).second || blocked(first.group, now)) {
                continue;
            }
            for (const ModelMessage& message : all) {
                if (message.group == first.group) {
                    if (message.visible > now) {
                        break;
                    }
                    numbers.push_back(message.number);
                }
            }
        }
        return numbers;
    }
    bool blocked(const std::string& group, std::int64_t now) const {
        return std::any_of(all.begin(), all.end(), [&](const ModelMessage& message) {
            return message.group == group && in_flight(message, now);
        });
    }
    struct Taken {
        std::vector<std::int64_t> delivered;
        std::vector<std::int64_t> given_up;
        std::vector<ModelMessage> removed;  // what was given up
    };
    Taken take(const MessageQueue::Take& take, std::int64_t now) {
        Taken taken;
        for (const std::int64_t number : candidates(now)) {
            if (taken.delivered.size() == take.count_max) {
                break;
            }
            ModelMessage& message = *find(number);
            if (take.receives_max > 0 && message.receives >= take.receives_max) {
                taken.given_up.push_back(number);
                taken.removed.push_back(message);
                erase(number);
                continue;
            }
            message.receives += 1;
            message.first = message.first == 0 ? now : message.first;
            message.visible = now + take.visibility_s * 1'000;
            taken.delivered.push_back(number);
        }
        return taken;
    }
};

}  // namespace lambent::tests
