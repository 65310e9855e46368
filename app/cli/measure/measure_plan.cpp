#include "app/cli/measure/measure_plan.h"

#include "app/cli/terminal/format.h"

namespace lambent::cli {

const char* to_string(ColdFrom from) {
    switch (from) {
        case ColdFrom::kStem:
            return "stem";
        case ColdFrom::kBoot:
            return "boot";
        case ColdFrom::kBoth:
            break;
    }
    return "both";
}

const char* to_string(PageCache page_cache) {
    return page_cache == PageCache::kDropped ? "dropped" : "warm";
}

std::string command_of(const MeasurePlan& plan) {
    std::string command = "lambent measure " + plan.function + " --cold " +
                          std::to_string(plan.cold) + " --warm " + std::to_string(plan.warm);
    std::string sizes;
    for (const std::uint32_t mb : plan.memory_mb) {
        sizes += (sizes.empty() ? "" : ",") + std::to_string(mb);
    }
    command += sizes.empty() ? "" : " --memory " + sizes;
    command += plan.from == ColdFrom::kBoth ? "" : std::string(" --from ") + to_string(plan.from);
    if (plan.page_cache == PageCache::kDropped) {
        command += " --page-cache dropped";
    }
    if (plan.idle.count() > 0) {
        command += " --idle " + std::to_string(plan.idle.count()) + "ms --idle-calls " +
                   std::to_string(plan.idle_calls);
    }
    return command + (plan.payload == "{}" ? "" : " --payload …");
}

}  // namespace lambent::cli
