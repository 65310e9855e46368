#include "api/wire/record_json.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/scheduler/scheduler_fixture.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <map>
#include <random>

#include "lab/simulate/listed_trace.h"
#include "lab/simulate/simulation.h"
#include "lab/simulate/trace_files.h"

using namespace lambent;
using namespace lambent::lab;
using namespace std::chrono_literals;
using std::chrono::microseconds;

namespace {

constexpr std::int64_t kLiveMinuteUs = 60'000'000;

// What became of a call: 'c' cold, 'w' warm, '-' throttled.
using Fates = std::map<std::uint64_t, char>;

// Drives the live Scheduler over fake environments, whose boots and calls take what the trace says,
// and moves the clock from one thing that happens to the next.
class LiveRun {
  public:
    LiveRun(scheduler::SchedulerConfig config, const std::vector<TraceFunction>& functions)
        : functions_(functions), live_(config), begin_(live_.clock.steady_now()) {
        live_.world.hold_boots = true;
        live_.world.hold_invocations = true;
        live_.world.behaviour = [](const runtime::InvokeRequest&) {
            return runtime::InvokeOutcome();
        };
        for (std::size_t i = 0; i < functions.size(); ++i) {
            live_.deploy("f" + std::to_string(i), functions[i].memory_mb);
        }
    }

    Fates play(const std::vector<TraceCall>& calls) {
        for (const TraceCall& call : calls) {
            pass_until(begin_ + microseconds(call.at_us));
            const auto request = live_.request("f" + std::to_string(call.function));
            durations_[request.request_id] = call.duration_us;
            pending_.push_back(live_.call(request));
            note_starts();
        }
        pass_until(live_.clock.steady_now() + 1h);
        Fates fates;
        for (std::uint64_t number = 0; number < pending_.size(); ++number) {
            const auto& pending = *pending_[number];
            REQUIRE(pending.done());
            if (pending.result->has_error()) {
                fates[number] = '-';
            } else {
                const auto source = pending.value().record.source;
                fates[number] = source == scheduler::StartSource::kBoot ? 'c' : 'w';
            }
        }
        return fates;
    }

    // What `lambent records` would print of it.
    std::string record_lines() const {
        std::string lines;
        for (const auto& pending : pending_) {
            lines += api::record_json(pending->value().record).dump() + "\n";
        }
        return lines;
    }

  private:
    using Gate = std::shared_ptr<tests::FakeWorld::Gate>;
    // In the order of the simulation: ends of calls before those of boots.
    using Key = std::tuple<SteadyTime, bool, std::uint64_t>;

    // Gates that were closed since the last look end when the trace says.
    void note_starts() {
        tests::FakeWorld& world = live_.world;
        const SteadyTime now = live_.clock.steady_now();
        for (; boots_seen_ < world.starts.size(); ++boots_seen_) {
            const std::size_t back = world.starts.size() - boots_seen_;
            const Gate gate = world.boots_held.at(world.boots_held.size() - back);
            const auto index = std::stoul(world.starts[boots_seen_].function->name.substr(1));
            events_[{now + microseconds(functions_[index].boot_us), true, ++last_}] = gate;
        }
        for (; calls_seen_ < world.invoked.size(); ++calls_seen_) {
            const std::size_t back = world.invoked.size() - calls_seen_;
            const Gate gate = world.invocations_held.at(world.invocations_held.size() - back);
            const auto took = microseconds(durations_.at(world.invoked[calls_seen_].request_id));
            events_[{now + took, false, ++last_}] = gate;
        }
    }

    void pass_until(SteadyTime end) {
        for (;;) {
            const auto due = live_.subject->next_due();
            const bool event_next =
                !events_.empty() && !(due && *due < std::get<0>(events_.begin()->first));
            if (event_next && std::get<0>(events_.begin()->first) <= end) {
                end_event();
            } else if (!event_next && due && *due <= end) {
                move_clock(*due);
                live_.subject->tick();
            } else {
                break;
            }
            live_.poll();
            note_starts();
        }
        move_clock(end);
    }

    void end_event() {
        const auto [key, gate] = *events_.begin();
        events_.erase(events_.begin());
        move_clock(std::get<0>(key));
        if (std::get<1>(key)) {
            live_.world.inits.emplace_back(runtime::InitOutcome());  // its time has passed
            std::erase(live_.world.boots_held, gate);
        } else {
            std::erase(live_.world.invocations_held, gate);
        }
        gate->set(true);
    }

    void move_clock(SteadyTime to) {
        if (to > live_.clock.steady_now()) {
            live_.clock.advance(to - live_.clock.steady_now());
        }
    }

    std::vector<TraceFunction> functions_;
    tests::SchedulerFixture live_;
    SteadyTime begin_;
    std::map<Key, Gate> events_;
    std::map<std::string, std::uint32_t> durations_;
    std::vector<std::shared_ptr<tests::SchedulerFixture::Pending>> pending_;
    std::size_t boots_seen_ = 0;
    std::size_t calls_seen_ = 0;
    std::uint64_t last_ = 0;
};

std::vector<TraceFunction> some_functions() {
    return {{128, 80'000}, {256, 150'000}, {512, 300'000}, {128, 50'000}, {1'024, 900'000}};
}

// An hour and more: a timer, a busy function with bursts, and some that are called at random.
std::vector<TraceCall> an_hour(unsigned seed) {
    std::mt19937 random(seed);
    std::vector<TraceCall> calls;
    const auto add = [&](std::int64_t at_us, std::uint32_t function, std::uint32_t longest_us) {
        calls.push_back({at_us, function, 1'000 + static_cast<std::uint32_t>(random()) % longest_us}
        );
    };
    for (int i = 0; i < 14; ++i) {
        add(i * 5 * kLiveMinuteUs, 0, 2'000'000);
    }
    for (int i = 0; i < 900; ++i) {
        add(random() % (70 * kLiveMinuteUs), 1, 400'000);
    }
    for (int burst = 0; burst < 6; ++burst) {
        const std::int64_t begin = random() % (70 * kLiveMinuteUs);
        for (int i = 0; i < 40; ++i) {
            add(begin + random() % 500'000, 1, 400'000);
        }
    }
    for (std::uint32_t function = 2; function < 5; ++function) {
        for (int i = 0; i < 30; ++i) {
            add(random() % (70 * kLiveMinuteUs), function, 5'000'000);
        }
    }
    std::sort(calls.begin(), calls.end());
    const std::int64_t begin = calls.front().at_us;
    for (TraceCall& call : calls) {
        call.at_us -= begin;
    }
    return calls;
}

std::string text_of(const Fates& fates) {
    std::string text;
    for (const auto& [number, fate] : fates) {
        text += fate;
    }
    return text;
}

}  // namespace

TEST_CASE("Simulation decides as the live scheduler did", "[lab][Simulation][Scheduler]") {
    const auto policy = GENERATE(as<std::string>(), "fixed:120", "lru:600MB", "hybrid", "hybrid:7");
    const unsigned seed = GENERATE(1U, 2U);
    CAPTURE(policy, seed);
    SimulationConfig config;
    config.scheduler.keep_alive = scheduler::parse_keep_alive(policy).value();
    config.scheduler.memory_budget_mb = 3'000;
    config.scheduler.boots_max = 3;
    config.scheduler.capacity_wait = 700ms;
    config.scheduler.account_concurrency = 30;

    const std::vector<TraceCall> calls = an_hour(seed);
    const Fates live = LiveRun(config.scheduler, some_functions()).play(calls);

    Fates simulated;
    for (std::uint64_t number = 0; number < calls.size(); ++number) {
        simulated[number] = '-';
    }
    ListedTrace trace(some_functions(), calls);
    simulate(trace, config, [&](std::uint64_t number, const TraceCall&, Start start) {
        simulated[number] = start == Start::kCold ? 'c' : 'w';
    });
    const std::string text = text_of(live);
    CHECK(text == text_of(simulated));
    // The hour was no easy one.
    CHECK(std::count(text.begin(), text.end(), 'c') > 50);
    CHECK(std::count(text.begin(), text.end(), 'w') > 500);
    CHECK(std::count(text.begin(), text.end(), '-') > 5);
}

namespace {

// Records tell the begin of a call in milliseconds.
std::vector<TraceCall> in_whole_milliseconds(std::vector<TraceCall> calls) {
    std::int64_t last_us = -1'000;
    for (TraceCall& call : calls) {
        call.at_us = std::max(call.at_us / 1'000 * 1'000, last_us + 1'000);
        call.duration_us = call.duration_us / 1'000 * 1'000 + 1'000;
        last_us = call.at_us;
    }
    return calls;
}

}  // namespace

TEST_CASE("Simulation of a recorded hour starts the calls cold that did", "[lab][Simulation]") {
    const auto policy = GENERATE(as<std::string>(), "fixed:120", "lru:600MB", "hybrid:7");
    CAPTURE(policy);
    SimulationConfig config;
    config.scheduler.keep_alive = scheduler::parse_keep_alive(policy).value();
    config.scheduler.memory_budget_mb = 6'000;
    config.scheduler.boots_max = 100;

    TraceDefaults defaults;
    std::vector<TraceFunction> functions = some_functions();
    for (TraceFunction& function : functions) {
        function.boot_us = defaults.function.boot_us;
    }
    LiveRun live(config.scheduler, functions);
    const std::string hour = text_of(live.play(in_whole_milliseconds(an_hour(3))));
    REQUIRE(hour.find('-') == std::string::npos);

    const tests::TempDir directory;
    const std::string file = directory.path() + "/records.jsonl";
    std::ofstream(file) << live.record_lines();
    const auto trace = read_trace({file}, defaults);
    REQUIRE(trace.has_value());
    std::string replayed(hour.size(), '-');
    simulate(**trace, config, [&](std::uint64_t number, const TraceCall&, Start start) {
        replayed.at(number) = start == Start::kCold ? 'c' : 'w';
    });
    CHECK(replayed == hour);
    CHECK(std::count(hour.begin(), hour.end(), 'c') > 50);
}
