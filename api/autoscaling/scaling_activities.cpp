#include "api/autoscaling/scaling_errors.h"
#include "api/autoscaling/scaling_fields.h"

namespace lambent::api::autoscaling {
namespace {

using scheduler::ScalingActivity;

nlohmann::json activity_json(const ScalingActivity& activity) {
    return {
        {"ActivityId", activity.id},
        {"ServiceNamespace", kNamespace},
        {"ResourceId", activity.resource},
        {"ScalableDimension", kDimension},
        {"Description", activity.description},
        {"Cause", activity.cause},
        {"StartTime", seconds_json(activity.start_ms)},
        {"EndTime", seconds_json(activity.end_ms)},
        {"StatusCode", activity.status},
        {"StatusMessage", activity.message},
    };
}

}  // namespace

// The latest first. A page's token says how many came before it.
Served describe_scaling_activities(Call call) {
    LAMBENT_CO_TRY(const Filter filter, read_filter(call.body, ""));
    const auto found = co_await call.scaling.activities(filter.resource);
    if (found.has_error()) {
        co_return from_error(found.error(), filter.resource);
    }
    nlohmann::json listed = nlohmann::json::array();
    nlohmann::json page = nlohmann::json::object();
    const auto begin = static_cast<std::size_t>(std::strtoul(filter.after.c_str(), nullptr, 10));
    for (std::size_t i = begin; i < found->size() && !filter.nothing; ++i) {
        if (listed.size() == filter.limit) {
            page["NextToken"] = std::to_string(i);
            break;
        }
        listed.push_back(activity_json((*found)[i]));
    }
    page["ScalingActivities"] = std::move(listed);
    co_return page;
}

}  // namespace lambent::api::autoscaling
