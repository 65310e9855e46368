#include "triggers/queue/message_queue.h"

#include "base/result.h"

namespace lambent::triggers {
namespace {

constexpr std::int64_t kSecondMs = 1'000;

}  // namespace

void MessageQueue::change_rules(QueueRules rules, std::int64_t now_ms) {
    settle(now_ms);
    const bool re_time = is_fifo() && rules.delay_s != rules_.delay_s;
    rules_ = rules;
    if (!re_time) {
        return;
    }
    for (auto& [number, entry] : entries_) {
        if (entry.message.receives_here == 0) {
            leave(entry);
            entry.message.visible_ms = entry.message.sent_ms + rules_.delay_s * kSecondMs;
            enter(entry, entry.message.visible_ms > now_ms ? State::kDelayed : State::kVisible);
        }
    }
}

void MessageQueue::add(QueuedMessage message, std::int64_t now_ms) {
    settle(now_ms);
    const std::int64_t number = message.number;
    const bool was_received = message.receives_here > 0;
    if (is_fifo() && !was_received) {
        message.visible_ms = message.sent_ms + rules_.delay_s * kSecondMs;
    }
    State state = State::kVisible;
    if (message.visible_ms > now_ms) {
        state = was_received ? State::kInFlight : State::kDelayed;
    }
    by_age_.emplace(message.sent_ms, number);
    const auto [at, is_new] = entries_.try_emplace(number, Entry{std::move(message), state});
    LAMBENT_ASSERT(is_new);
    enter(at->second, state);
}

MessageQueue::Taken MessageQueue::take(const Take& take, std::int64_t now_ms) {
    settle(now_ms);
    Taken taken;
    if (is_fifo()) {
        take_fifo(take, now_ms, taken);
    } else {
        take_standard(take, now_ms, taken);
    }
    return taken;
}

void MessageQueue::take_standard(const Take& take, std::int64_t now_ms, Taken& taken) {
    while (taken.delivered.size() < take.count_max && !visible_.empty()) {
        Entry& entry = entries_.at(*visible_.begin());
        if (take.receives_max > 0 && entry.message.receives_here >= take.receives_max) {
            taken.given_up.push_back(extract(entry.message.number));
            continue;
        }
        deliver(entry, take, now_ms);
        taken.delivered.push_back(entry.message);
    }
}

// As many of one group as there are before the next group's first.
void MessageQueue::take_fifo(const Take& take, std::int64_t now_ms, Taken& taken) {
    while (taken.delivered.size() < take.count_max && !heads_.empty()) {
        const std::int64_t first = heads_.begin()->first;
        take_group(first, take, now_ms, taken);
    }
}

// From `first`, which is at its group's head, to the group's first that is not visible.
void MessageQueue::take_group(
    std::int64_t first, const Take& take, std::int64_t now_ms, Taken& taken
) {
    const std::string group_id = entries_.at(first).message.group_id;
    std::optional<std::int64_t> number = first;
    while (number && taken.delivered.size() < take.count_max) {
        Entry& entry = entries_.at(*number);
        if (entry.state != State::kVisible) {
            return;
        }
        if (take.receives_max > 0 && entry.message.receives_here >= take.receives_max) {
            taken.given_up.push_back(extract(*number));  // the last one takes the group with it
        } else {
            deliver(entry, take, now_ms);
            taken.delivered.push_back(entry.message);
        }
        number = next_in_group(group_id, *number);
    }
}

std::optional<std::int64_t> MessageQueue::next_in_group(
    const std::string& group_id, std::int64_t after
) const {
    const auto group = groups_.find(group_id);
    if (group == groups_.end()) {
        return std::nullopt;
    }
    const auto next = group->second.messages.upper_bound(after);
    return next == group->second.messages.end() ? std::nullopt : std::optional(*next);
}

void MessageQueue::deliver(Entry& entry, const Take& take, std::int64_t now_ms) {
    QueuedMessage& message = entry.message;
    leave(entry);
    message.receives += 1;
    message.receives_here += 1;
    message.first_received_ms = message.first_received_ms == 0 ? now_ms : message.first_received_ms;
    message.visible_ms = now_ms + take.visibility_s * kSecondMs;
    enter(entry, State::kInFlight);
}

std::vector<QueuedMessage> MessageQueue::take_away(std::size_t count_max, std::int64_t now_ms) {
    settle(now_ms);
    std::vector<QueuedMessage> taken;
    while (taken.size() < count_max) {
        const std::optional<std::int64_t> next = next_to_deliver();
        if (!next) {
            break;
        }
        taken.push_back(extract(*next));
    }
    return taken;
}

std::optional<std::int64_t> MessageQueue::next_to_deliver() const {
    if (is_fifo()) {
        return heads_.empty() ? std::nullopt : std::optional(heads_.begin()->first);
    }
    return visible_.empty() ? std::nullopt : std::optional(*visible_.begin());
}

MessageQueue::Removed MessageQueue::remove(
    std::int64_t number, std::uint32_t delivery, std::int64_t now_ms
) {
    settle(now_ms);
    const auto found = entries_.find(number);
    if (found == entries_.end() || found->second.message.receives != delivery) {
        return {};
    }
    if (is_fifo() && found->second.state != State::kInFlight) {
        return {Removal::kExpired, {}};
    }
    return {Removal::kRemoved, extract(number)};
}

MessageQueue::Changed MessageQueue::change_visibility(
    std::int64_t number, std::uint32_t delivery, std::uint32_t visibility_s, std::int64_t now_ms
) {
    settle(now_ms);
    const auto found = entries_.find(number);
    if (found == entries_.end() || found->second.message.receives != delivery) {
        return {};
    }
    Entry& entry = found->second;
    if (entry.state != State::kInFlight) {
        return {VisibilityChange::kNotInFlight, {}};
    }
    leave(entry);
    entry.message.visible_ms = now_ms + visibility_s * kSecondMs;
    enter(entry, visibility_s > 0 ? State::kInFlight : State::kVisible);
    return {VisibilityChange::kChanged, entry.message};
}

std::vector<QueuedMessage> MessageQueue::expire(std::int64_t now_ms) {
    std::vector<QueuedMessage> gone;
    while (!by_age_.empty() && by_age_.begin()->first + rules_.retention_s * kSecondMs <= now_ms) {
        gone.push_back(extract(by_age_.begin()->second));
    }
    return gone;
}

std::vector<QueuedMessage> MessageQueue::clear() {
    std::vector<QueuedMessage> gone;
    while (!by_age_.empty()) {
        gone.push_back(extract(by_age_.begin()->second));
    }
    return gone;
}

bool MessageQueue::has_visible(std::int64_t now_ms) {
    settle(now_ms);
    return next_to_deliver().has_value();
}

QueueCounts MessageQueue::counts(std::int64_t now_ms) {
    settle(now_ms);
    return {entries_.size() - in_flight_ - delayed_, in_flight_, delayed_};
}

std::optional<std::int64_t> MessageQueue::next_visible_ms() const {
    return timed_.empty() ? std::nullopt : std::optional(timed_.begin()->first);
}

// What has become visible since the last look.
void MessageQueue::settle(std::int64_t now_ms) {
    while (!timed_.empty() && timed_.begin()->first <= now_ms) {
        Entry& entry = entries_.at(timed_.begin()->second);
        leave(entry);
        enter(entry, State::kVisible);
    }
}

// The one place where an entry's state meets the sets and counts that follow from it; `leave` takes
// back what `enter` did.
void MessageQueue::enter(Entry& entry, State state) {
    const QueuedMessage& message = entry.message;
    entry.state = state;
    in_flight_ += state == State::kInFlight ? 1 : 0;
    delayed_ += state == State::kDelayed ? 1 : 0;
    if (state != State::kVisible) {
        timed_.emplace(message.visible_ms, message.number);
    }
    if (is_fifo()) {
        Group& group = groups_[message.group_id];
        group.messages.insert(message.number);
        group.in_flight += state == State::kInFlight ? 1 : 0;
        refresh(group);
    } else if (state == State::kVisible) {
        visible_.insert(message.number);
    }
}

void MessageQueue::leave(Entry& entry) {
    const QueuedMessage& message = entry.message;
    in_flight_ -= entry.state == State::kInFlight ? 1 : 0;
    delayed_ -= entry.state == State::kDelayed ? 1 : 0;
    timed_.erase({message.visible_ms, message.number});
    if (!is_fifo()) {
        visible_.erase(message.number);
        return;
    }
    const auto group = groups_.find(message.group_id);
    group->second.messages.erase(message.number);
    group->second.in_flight -= entry.state == State::kInFlight ? 1 : 0;
    refresh(group->second);
    if (group->second.messages.empty()) {
        groups_.erase(group);
    }
}

QueuedMessage MessageQueue::extract(std::int64_t number) {
    const auto found = entries_.find(number);
    leave(found->second);
    QueuedMessage message = std::move(found->second.message);
    by_age_.erase({message.sent_ms, number});
    entries_.erase(found);
    return message;
}

// A group delivers when nothing of it is in flight and its first message is visible.
void MessageQueue::refresh(Group& group) {
    if (group.head) {
        heads_.erase(*group.head);
        group.head.reset();
    }
    if (group.in_flight > 0 || group.messages.empty()) {
        return;
    }
    const std::int64_t first = *group.messages.begin();
    const auto found = entries_.find(first);
    if (found != entries_.end() && found->second.state == State::kVisible) {
        group.head = first;
        heads_.emplace(first, &group);
    }
}

}  // namespace lambent::triggers
