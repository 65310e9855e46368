#include "base/schedule/time_zone.h"

#include <algorithm>

#include <cctz/civil_time.h>
#include <cctz/time_zone.h>

namespace lambent {
namespace {

// Names of the database look so; anything else could be a path.
bool is_zone_name(const std::string& name) {
    const auto fits = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '/' || c == '_' || c == '-' || c == '+';
    };
    return !name.empty() && name.front() != '/' && std::all_of(name.begin(), name.end(), fits);
}

}  // namespace

struct TimeZone::Rules {
    cctz::time_zone zone;
};

TimeZone TimeZone::utc() {
    return TimeZone(std::make_shared<const Rules>(Rules{cctz::utc_time_zone()}));
}

Result<TimeZone> TimeZone::find(const std::string& name) {
    Rules rules;
    if (!is_zone_name(name) || !cctz::load_time_zone(name, &rules.zone)) {
        return Error(Code::kInvalidArgument, "timezone", "There is no time zone " + name + ".");
    }
    return TimeZone(std::make_shared<const Rules>(rules));
}

CivilTime TimeZone::civil(WallTime time) const {
    const auto seconds = std::chrono::floor<cctz::seconds>(time);
    const cctz::civil_second civil = cctz::convert(seconds, rules_->zone);
    return {
        static_cast<int>(civil.year()),
        civil.month(),
        civil.day(),
        civil.hour(),
        civil.minute(),
        civil.second()};
}

TimeZone::Moment TimeZone::moment(const CivilTime& civil) const {
    const cctz::civil_second asked(
        civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second
    );
    const auto found = rules_->zone.lookup(asked);
    const bool exists = found.kind != cctz::time_zone::civil_lookup::SKIPPED;
    return {WallTime(exists ? found.pre : found.trans), exists};
}

}  // namespace lambent
