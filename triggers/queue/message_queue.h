#pragma once

#include "triggers/queue/message_content.h"
#include "triggers/queue/queue.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lambent::triggers {

// One message in a queue.
struct QueuedMessage {
    std::int64_t number = 0;  // its place: of two messages the smaller came first
    std::int64_t row = 0;     // where it is on disk; the same in every queue that it comes to
    std::string id;
    std::int64_t sent_ms = 0;
    std::int64_t visible_ms = 0;
    std::int64_t first_received_ms = 0;
    std::uint32_t receives = 0;       // in all queues
    std::uint32_t receives_here = 0;  // in this one
    std::string group_id;
    std::string source_arn;      // of the queue that gave it up
    bool content_apart = false;  // on disk: beside the row, not in it
    MessageContentPtr content;   // null: on disk only
};

// What decides about a queue's messages.
struct QueueRules {
    QueueKind kind = QueueKind::kStandard;
    std::uint32_t delay_s = 0;  // of FIFO queues, where it holds for messages that wait already
    std::uint32_t retention_s = 345'600;
};

// The messages of one queue and the rules of SQS: which one is delivered next, to whom it stays
// invisible and for how long, what blocks a FIFO group, when a message is given up or too old.
// Pure: no clock, no disk, no thread; the caller brings the time (Unix, ms), which may stand still.
class MessageQueue {
  public:
    explicit MessageQueue(QueueRules rules) : rules_(rules) {}

    const QueueRules& rules() const { return rules_; }
    void change_rules(QueueRules rules, std::int64_t now_ms);

    // A message that was sent, came by redrive or was read back; visible from visible_ms on, which
    // for a FIFO queue's message that nobody received here follows from the rules.
    void add(QueuedMessage message, std::int64_t now_ms);

    struct Taken {
        std::vector<QueuedMessage> delivered;  // as they are now
        std::vector<QueuedMessage> given_up;   // no longer here
    };
    struct Take {
        std::size_t count_max = 1;
        std::uint32_t visibility_s = 30;
        std::uint32_t receives_max =
            0;  // messages that were received so often are given up; 0: none
    };
    // Takes visible messages in the queue's order.
    Taken take(const Take& take, std::int64_t now_ms);
    // Removes visible messages, for another queue, in the order in which they would be delivered.
    std::vector<QueuedMessage> take_away(std::size_t count_max, std::int64_t now_ms);

    enum class Removal {
        kRemoved,
        kNotThis,  // gone, or delivered again since: nothing happens, and SQS says nothing
        kExpired,  // FIFO: visible again, so that this delivery has no say any more
    };
    struct Removed {
        Removal removal = Removal::kNotThis;
        QueuedMessage message;  // of kRemoved
    };
    Removed remove(std::int64_t number, std::uint32_t delivery, std::int64_t now_ms);

    enum class VisibilityChange { kChanged, kNotThis, kNotInFlight };
    struct Changed {
        VisibilityChange change = VisibilityChange::kNotThis;
        QueuedMessage message;  // of kChanged, as it is now
    };
    // The delivery ends in `visibility_s` seconds.
    Changed change_visibility(
        std::int64_t number, std::uint32_t delivery, std::uint32_t visibility_s, std::int64_t now_ms
    );

    // Removes what is older than the retention period.
    std::vector<QueuedMessage> expire(std::int64_t now_ms);
    std::vector<QueuedMessage> clear();

    bool has_visible(std::int64_t now_ms);
    QueueCounts counts(std::int64_t now_ms);
    std::size_t size() const { return entries_.size(); }
    std::size_t in_flight() const { return in_flight_; }
    // When the next message becomes visible by itself.
    std::optional<std::int64_t> next_visible_ms() const;

  private:
    enum class State { kVisible, kDelayed, kInFlight };
    struct Entry {
        QueuedMessage message;
        State state = State::kVisible;
    };
    struct Group {
        std::set<std::int64_t> messages;
        std::size_t in_flight = 0;
        std::optional<std::int64_t> head;  // as it stands in heads_
    };
    using Entries = std::unordered_map<std::int64_t, Entry>;

    bool is_fifo() const { return rules_.kind == QueueKind::kFifo; }
    void settle(std::int64_t now_ms);
    void enter(Entry& entry, State state);
    void leave(Entry& entry);
    QueuedMessage extract(std::int64_t number);
    void refresh(Group& group);
    std::optional<std::int64_t> next_to_deliver() const;
    void deliver(Entry& entry, const Take& take, std::int64_t now_ms);
    void take_standard(const Take& take, std::int64_t now_ms, Taken& taken);
    void take_fifo(const Take& take, std::int64_t now_ms, Taken& taken);
    void take_group(std::int64_t first, const Take& take, std::int64_t now_ms, Taken& taken);
    std::optional<std::int64_t> next_in_group(const std::string& group_id, std::int64_t after)
        const;

    QueueRules rules_;
    Entries entries_;                                         // by number
    std::set<std::int64_t> visible_;                          // standard: to be delivered
    std::map<std::string, Group> groups_;                     // FIFO
    std::map<std::int64_t, Group*> heads_;                    // of groups that may deliver
    std::set<std::pair<std::int64_t, std::int64_t>> timed_;   // (visible_ms, number)
    std::set<std::pair<std::int64_t, std::int64_t>> by_age_;  // (sent_ms, number)
    std::size_t in_flight_ = 0;
    std::size_t delayed_ = 0;
};

}  // namespace lambent::triggers
