#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace lambent::triggers {

inline constexpr char kDefaultGroup[] = "default";

// Whom a schedule calls, with what, and how long delivery is tried.
struct ScheduleTarget {
    std::string arn;
    std::string role;
    std::optional<std::string> input;  // none: the event that says which schedule it was
    std::int64_t age_s_max = 86'400;
    std::int64_t retries_max = 185;
    std::string dead_letter_arn;  // may be empty, like what follows
    std::string group_id;         // of a FIFO queue's message
    std::string detail_type;      // of an event on a bus
    std::string source;           // the same
    friend bool operator==(const ScheduleTarget&, const ScheduleTarget&) = default;
};

// A schedule of EventBridge Scheduler, as it was asked for. Named within its group.
struct Schedule {
    std::string group = kDefaultGroup;
    std::string name;
    std::string expression;
    std::string zone = "UTC";
    std::optional<std::int64_t> start_ms;
    std::optional<std::int64_t> end_ms;
    std::int64_t window_minutes = 0;  // flexible time window; 0: off
    bool enabled = true;
    bool delete_after = false;  // once there is no tick to come
    std::string description;    // may be empty
    std::string kms_key;        // kept as given
    ScheduleTarget target;
    std::string client_token;  // of the request that created it
    std::int64_t created_ms = 0;
    std::int64_t modified_ms = 0;
    std::int64_t anchor_ms = 0;  // what a rate counts from
};

struct ScheduleGroup {
    std::string name;
    std::map<std::string, std::string> tags;
    std::string client_token;
    std::int64_t created_ms = 0;
    std::int64_t modified_ms = 0;
};

}  // namespace lambent::triggers
