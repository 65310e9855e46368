#include "triggers/timers/timetable.h"

#include "base/clock.h"
#include "base/time_format.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace lambent;
using triggers::Tick;
using triggers::TimerPlan;
using triggers::Timetable;

namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

std::int64_t utc_ms(int year, int month, int day, int hour = 0, int minute = 0) {
    return unix_ms(TimeZone::utc().moment({year, month, day, hour, minute, 0}).time);
}

TimerPlan plan(const std::string& expression, const std::string& zone = "") {
    TimerPlan made;
    made.expression = expression;
    made.zone = zone;
    made.anchor_ms = utc_ms(2026, 1, 1);
    return made;
}

std::string text(std::int64_t ms) {
    return iso8601_ms(from_unix_ms(ms)).substr(0, 16);
}

// The first so many ticks after `from_ms`, in UTC.
std::vector<std::string> ticks(const TimerPlan& of, std::int64_t from_ms, std::size_t count) {
    const Timetable timetable = Timetable::create(of).value();
    std::vector<std::string> found;
    for (auto tick = timetable.after(from_ms); tick && found.size() < count;
         tick = timetable.after(tick->scheduled_ms)) {
        found.push_back(text(tick->scheduled_ms));
    }
    return found;
}

std::vector<std::string> texts(const std::vector<Tick>& of) {
    std::vector<std::string> found;
    for (const Tick& tick : of) {
        found.push_back(text(tick.scheduled_ms));
    }
    return found;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("Timetable refuses a plan that there is not", "[triggers][Timetable]") {
    CHECK(Timetable::create(plan("every day")).error().subject() == "schedule");
    CHECK(Timetable::create(plan("cron(0 8 * * * *)")).error().code() == Code::kInvalidArgument);
    CHECK(Timetable::create(plan("rate(1 day)", "Mars/Olympus")).error().subject() == "zone");
}

TEST_CASE("Timetable leaves out the hour that clocks leave out", "[triggers][Timetable]") {
    // 2026-03-29: Berlin goes from 02:00 to 03:00.
    CHECK(
        ticks(plan("cron(30 2 * * ? *)", "Europe/Berlin"), utc_ms(2026, 3, 27, 12), 3) ==
        Texts{"2026-03-28T01:30", "2026-03-30T00:30", "2026-03-31T00:30"}
    );
    CHECK(
        ticks(plan("at(2026-03-29T02:30:00)", "Europe/Berlin"), utc_ms(2026, 1, 1), 3) ==
        Texts{"2026-03-29T01:00"}
    );
}

TEST_CASE("Timetable ticks once in the hour that comes twice", "[triggers][Timetable]") {
    // 2026-10-25: Berlin has 02:00 to 03:00 twice, first at UTC+2.
    CHECK(
        ticks(plan("cron(30 2 * * ? *)", "Europe/Berlin"), utc_ms(2026, 10, 24, 12), 2) ==
        Texts{"2026-10-25T00:30", "2026-10-26T01:30"}
    );
}

TEST_CASE("Timetable's rate takes no notice of clocks that go back", "[triggers][Timetable]") {
    CHECK(
        ticks(plan("rate(30 minutes)", "Europe/Berlin"), utc_ms(2026, 10, 25, 0, 1), 4) ==
        Texts{"2026-10-25T00:30", "2026-10-25T01:00", "2026-10-25T01:30", "2026-10-25T02:00"}
    );
}

TEST_CASE("Timetable keeps between start and end", "[triggers][Timetable]") {
    TimerPlan daily = plan("cron(0 8 * * ? *)");
    daily.start_ms = utc_ms(2026, 2, 1, 8);
    daily.end_ms = utc_ms(2026, 2, 3, 8);
    CHECK(
        ticks(daily, utc_ms(2026, 1, 1), 9) ==
        Texts{"2026-02-01T08:00", "2026-02-02T08:00", "2026-02-03T08:00"}
    );
    daily.end_ms = *daily.end_ms - 1;
    CHECK(ticks(daily, utc_ms(2026, 1, 1), 9).size() == 2);

    TimerPlan rate = plan("rate(12 hours)");
    rate.start_ms = utc_ms(2026, 2, 1, 8);
    rate.anchor_ms = *rate.start_ms;
    rate.end_ms = utc_ms(2026, 2, 2);
    CHECK(ticks(rate, utc_ms(2026, 1, 1), 9) == Texts{"2026-02-01T08:00", "2026-02-01T20:00"});

    TimerPlan once = plan("at(2026-02-01T08:00:00)");
    once.start_ms = utc_ms(2026, 3, 1);
    once.end_ms = utc_ms(2026, 1, 1);
    CHECK(ticks(once, utc_ms(2026, 1, 1), 9) == Texts{"2026-02-01T08:00"});
}

TEST_CASE("Timetable spreads ticks over the flexible window", "[triggers][Timetable]") {
    TimerPlan flexible = plan("rate(1 hour)");
    flexible.window_ms = 15 * kMinute;
    flexible.seed = 42;
    const Timetable timetable = Timetable::create(flexible).value();
    std::set<std::int64_t> delays;
    std::int64_t earliest = flexible.window_ms;
    std::int64_t latest = 0;
    auto tick = timetable.after(utc_ms(2026, 1, 1));
    for (int i = 0; i < 500; ++i) {
        const std::int64_t delay = tick->due_ms - tick->scheduled_ms;
        REQUIRE(delay >= 0);
        REQUIRE(delay < flexible.window_ms);
        earliest = std::min(earliest, delay);
        latest = std::max(latest, delay);
        delays.insert(delay);
        CHECK(timetable.after(tick->scheduled_ms - 1) == tick);  // the dice are thrown once
        tick = timetable.after(tick->scheduled_ms);
    }
    CHECK(delays.size() > 450);
    CHECK(earliest < kMinute);
    CHECK(latest > 14 * kMinute);
    TimerPlan other = flexible;
    other.seed = 43;
    const std::int64_t from = utc_ms(2026, 1, 1);
    CHECK(Timetable::create(other)->after(from)->due_ms != timetable.after(from)->due_ms);
}

TEST_CASE("Timetable's round takes what is due", "[triggers][Timetable]") {
    const Timetable timetable = Timetable::create(plan("rate(1 hour)")).value();
    const Tick pending = *timetable.after(utc_ms(2026, 1, 1));
    auto round = timetable.round(pending, pending.due_ms - 1, 9);
    CHECK(round.ticks.empty());
    CHECK(round.next == pending);
    round = timetable.round(pending, pending.due_ms, 9);
    CHECK(texts(round.ticks) == Texts{"2026-01-01T01:00"});
    CHECK(text(round.next->due_ms) == "2026-01-01T02:00");
    CHECK_FALSE(round.missed);
}

TEST_CASE("Timetable makes up for missed ticks within the maximum age", "[triggers][Timetable]") {
    TimerPlan hourly = plan("rate(1 hour)");
    hourly.late_ms_max = 3 * kHour;
    const Timetable timetable = Timetable::create(hourly).value();
    const Tick pending = *timetable.after(utc_ms(2026, 1, 1));
    // Down from before 01:00 until five past seven: 04:00 is over three hours ago.
    const auto round = timetable.round(pending, utc_ms(2026, 1, 1, 7, 5), 9);
    CHECK(texts(round.ticks) == Texts{"2026-01-01T05:00", "2026-01-01T06:00", "2026-01-01T07:00"});
    CHECK(round.missed);
    CHECK(text(round.next->due_ms) == "2026-01-01T08:00");
}

TEST_CASE("Timetable takes at most so many in one round", "[triggers][Timetable]") {
    const Timetable timetable = Timetable::create(plan("rate(1 minute)")).value();
    const Tick pending = *timetable.after(utc_ms(2026, 1, 1));
    const auto round = timetable.round(pending, utc_ms(2026, 1, 1, 1), 10);
    CHECK(round.ticks.size() == 10);
    CHECK(text(round.next->due_ms) == "2026-01-01T00:11");
    const auto rest = timetable.round(*round.next, utc_ms(2026, 1, 1, 1), 100);
    CHECK(rest.ticks.size() == 50);
}

TEST_CASE("Timetable has no tick that clocks cannot count", "[triggers][Timetable]") {
    constexpr std::int64_t kYear2286Ms = 10'000'000'000'000;
    const std::int64_t now = utc_ms(2026, 1, 1);
    TimerPlan late = plan("cron(0 8 * * ? *)");
    late.start_ms = kYear2286Ms;
    CHECK_FALSE(Timetable::create(late)->after(now));
    late = plan("rate(1 hour)");
    late.start_ms = kYear2286Ms;
    late.anchor_ms = kYear2286Ms;
    const Timetable timetable = Timetable::create(late).value();
    CHECK_FALSE(timetable.after(now));
    // As it was stored when such a start was still taken.
    const auto round = timetable.round({-8'446'744'073'709, -8'446'744'073'709}, now, 9);
    CHECK(round.ticks.empty());
    CHECK_FALSE(round.next);
    for (const char* expression : {"rate(100000 days)", "rate(1000000 days)"}) {
        CHECK_FALSE(Timetable::create(plan(expression))->after(now));
    }
    for (const char* expression : {"at(2200-01-01T00:00:00)", "at(9999-12-31T23:59:59)"}) {
        CHECK_FALSE(Timetable::create(plan(expression))->after(now));
    }
    CHECK(Timetable::create(plan("at(2199-12-31T23:59:59)"))->after(now).has_value());
}

TEST_CASE("Timetable skips years at once", "[triggers][Timetable]") {
    const Timetable timetable = Timetable::create(plan("cron(* * * * ? *)")).value();
    const Tick pending = *timetable.after(utc_ms(2026, 1, 1));
    const auto round = timetable.round(pending, utc_ms(2126, 1, 1), 5'000);
    CHECK(round.missed);
    CHECK(round.ticks.size() == 24 * 60 + 1);
    CHECK(text(round.ticks.front().due_ms) == "2125-12-31T00:00");
}

TEST_CASE("Timetable's one tick is made up for, or is over", "[triggers][Timetable]") {
    const Timetable timetable = Timetable::create(plan("at(2026-01-02T00:00:00)")).value();
    const Tick pending = *timetable.after(utc_ms(2026, 1, 1));
    auto round = timetable.round(pending, pending.due_ms + kDay, 9);
    CHECK(round.ticks.size() == 1);
    CHECK_FALSE(round.next);
    round = timetable.round(pending, pending.due_ms + kDay + 1, 9);
    CHECK(round.ticks.empty());
    CHECK(round.missed);
    CHECK_FALSE(round.next);
}

TEST_CASE("Timetable makes up for ticks in flexible windows too", "[triggers][Timetable]") {
    TimerPlan flexible = plan("rate(1 hour)");
    flexible.window_ms = 30 * kMinute;
    flexible.late_ms_max = 2 * kHour;
    const Timetable timetable = Timetable::create(flexible).value();
    const Tick pending = *timetable.after(utc_ms(2026, 1, 1));
    const std::int64_t now = utc_ms(2026, 1, 5);
    const auto round = timetable.round(pending, now, 9);
    CHECK(round.ticks.size() >= 1);
    CHECK(round.ticks.size() <= 3);
    for (const Tick& tick : round.ticks) {
        CHECK(tick.due_ms <= now);
        CHECK(tick.due_ms >= now - flexible.late_ms_max);
    }
    CHECK(round.next->due_ms > now);
}

TEST_CASE(
    "Timetable's rounds, however they are cut, take every tick once", "[triggers][Timetable]"
) {
    const std::vector<std::string> expressions = {
        "rate(7 minutes)", "cron(0/13 * * * ? *)", "cron(5 3,17 * * ? *)", "rate(1 hour)"};
    for (std::uint32_t seed = 1; seed <= 300; ++seed) {
        std::minstd_rand dice(seed);
        const auto upto = [&dice](std::uint32_t most) {
            return static_cast<std::int64_t>(dice() % (most + 1));
        };
        TimerPlan random = plan(expressions[seed % expressions.size()], "Europe/Berlin");
        random.window_ms = upto(1) * upto(90) * kMinute;
        random.seed = upto(1'000'000);
        random.late_ms_max = 1'000 * kDay;  // falling behind is not what is tested
        const Timetable timetable = Timetable::create(random).value();
        std::int64_t now = utc_ms(2026, 3, 28, 20);  // before clocks go forward
        const std::int64_t start = now;
        std::optional<Tick> next = timetable.after(start);
        std::vector<Tick> taken;
        for (int step = 0; step < 40; ++step) {
            now += upto(3) * upto(120) * kMinute;
            const auto round = timetable.round(*next, now, static_cast<std::size_t>(1 + upto(5)));
            REQUIRE_FALSE(round.missed);
            taken.insert(taken.end(), round.ticks.begin(), round.ticks.end());
            next = round.next;
        }
        const auto rest = timetable.round(*next, now, 100'000);
        taken.insert(taken.end(), rest.ticks.begin(), rest.ticks.end());
        std::vector<Tick> wanted;
        std::int64_t latest_ms = 0;
        for (auto tick = timetable.after(start); tick; tick = timetable.after(tick->scheduled_ms)) {
            latest_ms = std::max(latest_ms, tick->due_ms);
            if (latest_ms > now) {
                break;
            }
            wanted.push_back(*tick);
        }
        REQUIRE(taken == wanted);
    }
}
