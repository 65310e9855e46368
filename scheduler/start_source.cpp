#include "scheduler/invocation.h"

namespace lambent::scheduler {

std::string_view to_string(StartSource source) {
    switch (source) {
        case StartSource::kWarm:
            return "warm";
        case StartSource::kStem:
            return "stem";
        case StartSource::kProvisioned:
            return "provisioned";
        case StartSource::kBoot:
            break;
    }
    return "boot";
}

StartSource start_source_named(std::string_view name) {
    for (const StartSource source :
         {StartSource::kWarm, StartSource::kStem, StartSource::kProvisioned}) {
        if (to_string(source) == name) {
            return source;
        }
    }
    return StartSource::kBoot;
}

}  // namespace lambent::scheduler
