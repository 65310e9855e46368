#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "scheduler/pump/backlog.h"
#include "scheduler/targets.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lambent::scheduler {

// The rows of messages on their way, inside a transaction of the caller's. A message is waiting,
// being sent, or behind an earlier one of its group to the same target. What it says lies in a row
// of its own, so that counting an attempt does not rewrite it.
struct OutboxRows {
    sql::Session& session;

    static std::vector<sql::Migration> migrations();

    struct Entry {
        TargetMessage message;
        DeliveryRules rules;
        std::uint32_t attempts = 0;  // when taken: the one that begins now included
        std::int64_t accepted_ms = 0;
    };

    // Nothing happens when a message with that id is there already.
    Result<void> insert(const Entry& entry);

    struct Taken {
        std::vector<Entry> entries;
        std::optional<std::int64_t> next_due_ms;  // of those left waiting
    };
    // Takes up what is due of one target (DueClaim::key), the longest due first, and counts
    // the attempt.
    Result<Taken> claim(const DueClaim& claim, std::int64_t now_ms, std::int64_t wait_max_ms);

    Result<void> put_back(const std::string& id, std::int64_t due_ms);
    // As `put_back`, and the attempt does not count.
    Result<void> give_back(const std::string& id, std::int64_t due_ms);
    // Lets the next one of its group go ahead.
    Result<void> remove(const std::string& id);

    // What was being sent in a former life of the daemon waits again, as after a failure, so that a
    // message that ends the daemon comes back ever more slowly; each target with messages, and when
    // the first of them is due.
    Result<std::vector<std::pair<std::string, std::int64_t>>> recover(std::int64_t now_ms);

  private:
    Result<void> take_back_attempts(std::int64_t now_ms);
    Result<std::int64_t> next_position();
    Result<bool> has_group(const TargetMessage& message);
    Result<void> read_content(Entry& entry);
};

}  // namespace lambent::scheduler
