#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::triggers {

// What the owner of an event source mapping may set, with Lambda's defaults for queues.
struct MappingSettings {
    std::string source_arn;  // of a queue
    std::string function;    // as in Invocation: "name", "name:3", "name:alias"
    bool enabled = true;
    std::uint32_t batch_size = 10;     // 1 to 10,000; FIFO queues: to 10
    std::chrono::seconds window{0};    // how long a batch may wait to become full; 0 to 300
    std::vector<std::string> filters;  // event patterns; a message must match one; none: all pass
    std::optional<std::uint32_t> concurrency_max;  // 2 to 1,000
    bool reports_failures = false;                 // ReportBatchItemFailures
    friend bool operator==(const MappingSettings&, const MappingSettings&) = default;
};

// Where a mapping stands; the words are Lambda's.
enum class MappingState {
    kCreating,
    kEnabling,
    kEnabled,
    kDisabling,
    kDisabled,
    kUpdating,
    kDeleting,
};
std::string_view to_string(MappingState state);  // "Creating"

// From a queue to a function.
struct EventSourceMapping {
    std::string uuid;
    MappingSettings settings;
    MappingState state = MappingState::kCreating;
    std::int64_t modified_ms = 0;
};

// What an update changes; what is not given stays.
struct MappingChange {
    std::optional<std::string> function;
    std::optional<bool> enabled;
    std::optional<std::uint32_t> batch_size;
    std::optional<std::chrono::seconds> window;
    std::optional<std::vector<std::string>> filters;
    std::optional<std::optional<std::uint32_t>>
        concurrency_max;  // nothing inside: no limit any more
    std::optional<bool> reports_failures;

    MappingSettings applied_to(MappingSettings settings) const;
};

}  // namespace lambent::triggers
