#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace lambent::scheduler {

// What Application Auto Scaling keeps of provisioned concurrency. A resource is named as AWS names
// it: "function:<name>:<alias or version>".

// A resource whose capacity may be changed, and within what bounds.
struct ScalableTarget {
    struct Suspended {
        bool scale_in = false;
        bool scale_out = false;
        bool scheduled = false;
        friend bool operator==(const Suspended&, const Suspended&) = default;
    };
    std::string resource;
    std::uint32_t slots_min = 0;
    std::uint32_t slots_max = 0;
    std::string role;
    Suspended suspended;
    std::int64_t created_ms = 0;
};

// "Keep the utilisation at `target`": target tracking on LambdaProvisionedConcurrencyUtilization.
struct ScalingPolicy {
    std::string resource;
    std::string name;
    double target = 0;  // 0.7 is 70 %
    std::chrono::seconds out_cooldown{0};
    std::chrono::seconds in_cooldown{0};
    bool scale_in = true;
    std::string id;  // random, as are the alarms'
    std::string high_id;
    std::string low_id;
    std::int64_t created_ms = 0;

    std::string high_alarm() const { return alarm("High", high_id); }
    std::string low_alarm() const { return alarm("Low", low_id); }

  private:
    std::string alarm(const char* kind, const std::string& of) const {
        return "TargetTracking-" + resource + "-Alarm" + kind + "-" + of;
    }
};

// New bounds at a time, or again and again.
struct ScheduledAction {
    std::string resource;
    std::string name;
    std::string schedule;  // at(…), rate(…), cron(…)
    std::string zone;      // empty: UTC
    std::optional<std::int64_t> start_ms;
    std::optional<std::int64_t> end_ms;
    std::optional<std::uint32_t> slots_min;
    std::optional<std::uint32_t> slots_max;
    std::string id;  // random
    std::int64_t created_ms = 0;
    std::int64_t seen_ms = 0;  // its times until then are over
};

// What was changed, or should have been, and why.
struct ScalingActivity {
    std::string id;
    std::string resource;
    std::string description;
    std::string cause;
    std::int64_t start_ms = 0;
    std::int64_t end_ms = 0;
    std::string status;  // "Successful" or "Failed"
    std::string message;
};

}  // namespace lambent::scheduler
