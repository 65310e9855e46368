#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <compare>
#include <memory>
#include <string>

namespace lambent {

// A time as a calendar and a clock on the wall show it, somewhere.
struct CivilTime {
    int year = 1970;
    int month = 1;  // 1 to 12
    int day = 1;    // 1 to 31
    int hour = 0;
    int minute = 0;
    int second = 0;
    friend auto operator<=>(const CivilTime&, const CivilTime&) = default;
};

// A place's rules of time, from the machine's tz database (/usr/share/zoneinfo, read by cctz). A
// value; copies share the rules. Any thread.
class TimeZone {
  public:
    static TimeZone utc();
    // "Europe/Paris"; kInvalidArgument for a name that the database does not have.
    static Result<TimeZone> find(const std::string& name);

    CivilTime civil(WallTime time) const;

    // When it is `civil` here: the first time of two where clocks go back. Where they go forward
    // over it, `exists` is false and `time` the moment of that.
    struct Moment {
        WallTime time;
        bool exists = true;
    };
    Moment moment(const CivilTime& civil) const;

  private:
    struct Rules;
    explicit TimeZone(std::shared_ptr<const Rules> rules) : rules_(std::move(rules)) {}
    std::shared_ptr<const Rules> rules_;  // shared by copies
};

}  // namespace lambent
