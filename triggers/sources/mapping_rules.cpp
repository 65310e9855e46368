#include "triggers/sources/mapping_rules.h"

#include "triggers/patterns/event_pattern.h"

#include <string>

namespace lambent::triggers {
namespace {

Error refused(std::string message) {
    return {Code::kInvalidArgument, "mapping", std::move(message)};
}

Result<void> check_batch(const MappingSettings& settings, const MappingEnds& ends) {
    if (ends.is_fifo && settings.window.count() > 0) {
        return refused("Batching window is not supported for FIFO queues");
    }
    if (ends.is_fifo && settings.batch_size > kPlainBatchMax) {
        return refused("Batch size must be less than or equal to 10 for FIFO queues");
    }
    if (settings.batch_size > kPlainBatchMax && settings.window.count() == 0) {
        return refused(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is "
            "greater than 10"
        );
    }
    return {};
}

Result<void> check_filters(const MappingSettings& settings) {
    if (settings.filters.size() > kFiltersMax) {
        return refused(
            "The number of filters must be less than or equal to " + std::to_string(kFiltersMax)
        );
    }
    for (const std::string& filter : settings.filters) {
        if (EventPattern::parse(filter).has_error()) {
            return refused("Invalid filter pattern definition.");
        }
    }
    return {};
}

}  // namespace

Result<void> check_settings(const MappingSettings& settings, const MappingEnds& ends) {
    LAMBENT_TRY(check_batch(settings, ends));
    LAMBENT_TRY(check_filters(settings));
    if (ends.visibility < ends.timeout) {
        return refused(
            "Queue visibility timeout: " + std::to_string(ends.visibility.count()) +
            " seconds is less than Function timeout: " + std::to_string(ends.timeout.count()) +
            " seconds"
        );
    }
    return {};
}

std::chrono::seconds visibility_of(std::chrono::seconds window, const MappingEnds& ends) {
    constexpr std::chrono::seconds kSpare(30);
    const std::chrono::seconds needed = window + ends.timeout;
    return needed > ends.visibility ? needed + kSpare : ends.visibility;
}

}  // namespace lambent::triggers
