#include "base/schedule/schedule_expression.h"
#include "base/time_format.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace lambent;

namespace {

// Unix time of a moment in UTC.
WallTime utc(int year, int month, int day, int hour = 0, int minute = 0, int second = 0) {
    return TimeZone::utc().moment({year, month, day, hour, minute, second}).time;
}

ScheduleExpression expression(const std::string& text) {
    return ScheduleExpression::parse(text).value();
}

// The next so many times after `after`, in UTC, without what is the same in all.
std::vector<std::string> times(
    const std::string& text, WallTime after, std::size_t count, const std::string& zone = "UTC"
) {
    const ScheduleExpression schedule = expression(text);
    const TimeZone place = TimeZone::find(zone).value();
    const WallTime anchor = after;
    std::vector<std::string> found;
    while (found.size() < count) {
        const auto next = schedule.next(after, place, anchor);
        if (!next) {
            break;
        }
        found.push_back(iso8601_ms(*next).substr(0, 16));
        after = *next;
    }
    return found;
}

using Times = std::vector<std::string>;

}  // namespace

TEST_CASE("ScheduleExpression at happens once", "[base][ScheduleExpression]") {
    const WallTime before = utc(2026, 11, 21);
    CHECK(times("at(2026-11-21T08:30:00)", before, 3) == Times{"2026-11-21T08:30"});
    CHECK(times("at(2026-11-21T08:30:00)", utc(2026, 11, 21, 8, 30), 3).empty());
    CHECK(times("at(2026-11-21T08:30:00)", before, 3, "Asia/Tokyo").empty()
    );  // which was 23:30 the day before
    CHECK(expression("at(2026-11-21T08:30:00)").is_once());
    CHECK_FALSE(expression("rate(1 day)").is_once());
}

TEST_CASE("ScheduleExpression rate counts from its anchor", "[base][ScheduleExpression]") {
    const ScheduleExpression rate = expression("rate(5 minutes)");
    const TimeZone zone = TimeZone::utc();
    const WallTime anchor = utc(2026, 1, 1, 10, 1, 30);
    CHECK(rate.next(utc(2026, 1, 1), zone, anchor) == anchor);
    CHECK(rate.next(anchor, zone, anchor) == anchor + std::chrono::minutes(5));
    CHECK(
        rate.next(anchor + std::chrono::hours(1) + std::chrono::seconds(1), zone, anchor) ==
        anchor + std::chrono::minutes(65)
    );
    CHECK(expression("rate(1 hour)").next(anchor, zone, anchor) == anchor + std::chrono::hours(1));
    CHECK(expression("rate(2 days)").next(anchor, zone, anchor) == anchor + std::chrono::hours(48));
}

TEST_CASE("ScheduleExpression cron finds AWS's own examples", "[base][ScheduleExpression]") {
    const WallTime from = utc(2026, 1, 1);  // a Thursday
    const auto [text, wanted] = GENERATE(table<std::string, Times>({
        {"cron(0 10 * * ? *)", {"2026-01-01T10:00", "2026-01-02T10:00"}},
        {"cron(15 12 * * ? *)", {"2026-01-01T12:15", "2026-01-02T12:15"}},
        {"cron(0 18 ? * MON-FRI *)", {"2026-01-01T18:00", "2026-01-02T18:00", "2026-01-05T18:00"}},
        {"cron(0 8 1 * ? *)", {"2026-01-01T08:00", "2026-02-01T08:00"}},
        {"cron(0/15 * * * ? *)", {"2026-01-01T00:15", "2026-01-01T00:30"}},
        {"cron(0/5 8-17 ? * MON-FRI *)", {"2026-01-01T08:00", "2026-01-01T08:05"}},
        {"cron(0 9 ? * 2#1 *)", {"2026-01-05T09:00", "2026-02-02T09:00"}},
        {"cron(0 22 ? * 6L *)", {"2026-01-30T22:00", "2026-02-27T22:00"}},
        {"cron(0 0 L * ? *)", {"2026-01-31T00:00", "2026-02-28T00:00"}},
        {"cron(0 0 LW * ? *)", {"2026-01-30T00:00", "2026-02-27T00:00"}},
        {"cron(0 0 15W 8 ? *)", {"2026-08-14T00:00", "2027-08-16T00:00"}},
        {"cron(0 0 1W 8 ? 2026)", {"2026-08-03T00:00"}},
        {"cron(0 0 29 2 ? *)", {"2028-02-29T00:00", "2032-02-29T00:00"}},
        {"cron(30 6 ? JAN,JUL SUN 2026-2027)", {"2026-01-04T06:30", "2026-01-11T06:30"}},
        {"cron(0 0 ? * FRI-MON *)",
         {"2026-01-02T00:00",
          "2026-01-03T00:00",
          "2026-01-04T00:00",
          "2026-01-05T00:00",
          "2026-01-09T00:00"}},
        {"cron(0 0 1,15 * ? *)", {"2026-01-15T00:00", "2026-02-01T00:00"}},
        {"cron(0 0 ? * L *)", {"2026-01-03T00:00", "2026-01-10T00:00"}},
        {"cron(59 23 31 12 ? 2199)", {"2199-12-31T23:59"}},
    }));
    INFO(text);
    CHECK(times(text, from, wanted.size()) == wanted);
}

TEST_CASE("ScheduleExpression cron ends with its years", "[base][ScheduleExpression]") {
    CHECK(times("cron(0 0 1 1 ? 2026)", utc(2026, 1, 1), 3).empty());
    CHECK(times("cron(0 0 30 2 ? *)", utc(2026, 1, 1), 1).empty());
}

TEST_CASE("ScheduleExpression follows the clocks of its zone", "[base][ScheduleExpression]") {
    SECTION("an hour that is left out has no calls") {
        // New York, 8 March 2026: 02:00 becomes 03:00.
        CHECK(
            times("cron(30 2 * * ? *)", utc(2026, 3, 7), 3, "America/New_York") ==
            Times{"2026-03-07T07:30", "2026-03-09T06:30", "2026-03-10T06:30"}
        );
        CHECK(
            times("at(2026-03-08T02:30:00)", utc(2026, 3, 7), 2, "America/New_York") ==
            Times{"2026-03-08T07:00"}
        );
    }
    SECTION("an hour that comes twice has its calls once") {
        // New York, 1 November 2026: 02:00 becomes 01:00.
        CHECK(
            times("cron(30 1 * * ? *)", utc(2026, 10, 31, 6), 3, "America/New_York") ==
            Times{"2026-11-01T05:30", "2026-11-02T06:30", "2026-11-03T06:30"}
        );
        CHECK(
            times("cron(0/30 * * * ? *)", utc(2026, 11, 1, 5, 15), 2, "America/New_York") ==
            Times{"2026-11-01T05:30", "2026-11-01T07:00"}
        );
    }
    SECTION("and its days") {
        CHECK(
            times("cron(0 9 ? * MON *)", utc(2026, 1, 1), 1, "Asia/Kolkata") ==
            Times{"2026-01-05T03:30"}
        );
    }
}

TEST_CASE("ScheduleExpression refuses what is none", "[base][ScheduleExpression]") {
    const std::string text = GENERATE(
        as<std::string>(),
        "",
        "at()",
        "at(2026-02-30T00:00:00)",
        "at(2026-01-01 00:00:00)",
        "at(2026-01-01T24:00:00)",
        "rate()",
        "rate(0 minutes)",
        "rate(-1 minutes)",
        "rate(5)",
        "rate(5 weeks)",
        "rate(5 minutes",
        "rate(99999999999 days)",
        "cron(* * * * * *)",
        "cron(0 0 ? * ? *)",
        "cron(0 10 * * ?)",
        "cron(60 * * * ? *)",
        "cron(* 24 * * ? *)",
        "cron(0 0 0 * ? *)",
        "cron(0 0 32 * ? *)",
        "cron(0 0 * 13 ? *)",
        "cron(0 0 ? * 8 *)",
        "cron(0 0 ? * 2#6 *)",
        "cron(0 0 ? * MOO *)",
        "cron(0 0 * * ? 2200)",
        "cron(0/0 0 * * ? *)",
        "cron(a 0 * * ? *)",
        "cron(, 0 * * ? *)",
        "cron(0 0 W * ? *)",
        "cron(0 0 * * ? *) ",
        "daily"
    );
    INFO(text);
    const auto parsed = ScheduleExpression::parse(text);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().code() == Code::kInvalidArgument);
}

TEST_CASE("TimeZone knows the names of the database only", "[base][TimeZone]") {
    CHECK(TimeZone::find("Europe/Paris").has_value());
    CHECK(TimeZone::find("Etc/GMT+5").has_value());
    for (const char* name : {"", "Mars/Olympus", "/etc/passwd", "../../../etc/passwd", "a b"}) {
        INFO(name);
        CHECK(TimeZone::find(name).has_error());
    }
    CHECK(
        TimeZone::find("Asia/Tokyo").value().civil(utc(2026, 1, 1)) ==
        CivilTime{2026, 1, 1, 9, 0, 0}
    );
}
