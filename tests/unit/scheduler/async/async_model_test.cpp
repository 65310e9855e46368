// Asynchronous events on a real database and clock, compared with a model that follows AWS's rules
// for each event alone. Sequences: LAMBENT_SEQUENCES, 2,000 by default; each seed can be run again.
#include "tests/unit/scheduler/async/async_model.h"

#include "base/sql/sqlite_driver.h"
#include "base/stepped_clock.h"
#include "base/time_format.h"
#include "scheduler/async/async_pump.h"
#include "scheduler/async/async_settings.h"
#include "scheduler/async/sql_async_queue.h"
#include "tests/support/kept_outbox.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <utility>

using namespace lambent;
using tests::AsyncFate;
using tests::AsyncHistory;

namespace {

constexpr std::int64_t kStartMs = 1'767'225'600'000;
const std::string kModelWon = "arn:aws:sqs:us-east-1:000000000000:won";
const std::string kModelLost = "arn:aws:sqs:us-east-1:000000000000:lost";
const std::string kModelDead = "arn:aws:sqs:us-east-1:000000000000:dead";

// "17/2": the third event of the history of seed 17.
std::string id_of(std::uint64_t seed, std::size_t event) {
    return std::to_string(seed) + "/" + std::to_string(event);
}

// Answers as the histories have it, and notes when it was asked.
class HistoricInvoker final : public scheduler::Invoker {
  public:
    explicit HistoricInvoker(const Clock& clock) : clock_(clock) {}

    Task<Result<scheduler::InvocationResult>> invoke(scheduler::Invocation invocation) override {
        const std::string& id = invocation.request_id;
        const std::size_t slash = id.find('/');
        std::vector<std::int64_t>& tried = tried_ms[id];
        const AsyncHistory::Outcome outcome = AsyncHistory::outcome(
            std::stoull(id), std::stoull(id.substr(slash + 1)), static_cast<int>(tried.size())
        );
        tried.push_back(unix_ms(clock_.wall_now()));
        if (outcome == AsyncHistory::Outcome::kRefused) {
            co_return Error(Code::kThrottled, "Rate Exceeded.");
        }
        scheduler::InvocationResult result;
        if (outcome == AsyncHistory::Outcome::kError) {
            result.outcome.kind = runtime::OutcomeKind::kFunctionError;
        }
        co_return result;
    }

    std::map<std::string, std::vector<std::int64_t>> tried_ms;  // by event

  private:
    const Clock& clock_;
};

// Many histories at once, each with a function of its own, through several lives of the daemon.
class AsyncWorld {
  public:
    AsyncWorld(std::uint64_t first, std::uint64_t count)
        : clock_(loop_.get_executor(), from_unix_ms(kStartMs - 1'000)), invoker_(clock_) {
        for (std::uint64_t seed = first; seed < first + count; ++seed) {
            histories_.push_back(AsyncHistory::drawn(seed, kStartMs));
        }
        begin_life();
        for (const AsyncHistory& history : histories_) {
            deploy(history);
            put(history, history.settings);
        }
    }
    ~AsyncWorld() { end_life(); }
    AsyncWorld(const AsyncWorld&) = delete;
    AsyncWorld& operator=(const AsyncWorld&) = delete;

    // What differs; empty: nothing.
    std::string live() {
        constexpr std::int64_t kSevenHoursMs = 7 * 3'600'000;
        std::size_t steps = 0;
        for (const auto& [at_ms, acts] : timetable()) {
            advance_to(at_ms);
            for (const std::function<void()>& act : acts) {
                act();
            }
            if (++steps % 20 == 0) {
                settle();
                end_life();
                begin_life();
            }
        }
        advance_to(kStartMs + kSevenHoursMs);
        return compared();
    }

  private:
    using Timetable = std::map<std::int64_t, std::vector<std::function<void()>>>;

    Timetable timetable() {
        Timetable all;
        for (const AsyncHistory& history : histories_) {
            for (std::size_t event = 0; event < history.accepted_ms.size(); ++event) {
                all[history.accepted_ms[event]].emplace_back([this, &history, event] {
                    enqueue(history, event);
                });
            }
            for (const AsyncHistory::Change& change : history.changes) {
                all[change.at_ms].emplace_back([this, &history, &change] { apply(history, change); }
                );
            }
        }
        return all;
    }

    void begin_life() {
        sql::SqliteConfig config;
        config.durability = sql::SqliteConfig::Durability::kRelaxed;
        driver_ = sql::SqliteDriver::open(directory_.file("main.db"), config).value();
        driver_->migrate(migrations()).value();
        queue_ = std::make_unique<scheduler::SqlAsyncQueue>(*driver_, clock_);
        settings_ = std::make_unique<scheduler::AsyncSettings>(*driver_, clock_);
        run(settings_->load([](const std::string&) { return true; })).value();
        scheduler::AsyncPorts ports{
            *queue_,
            invoker_,
            [this](const std::string& name) {
                const auto found = functions_.find(name);
                return found == functions_.end() ? runtime::FunctionPtr() : found->second;
            },
            *settings_,
            outbox_,
            [this](const std::string& name) { return off_.contains(name); },
            clock_,
            "us-east-1"};
        pump_ = std::make_unique<scheduler::AsyncPump>(
            loop_.get_executor(), std::move(ports), Logger::silent()
        );
        pump_->start();
    }
    static std::vector<sql::Migration> migrations() {
        std::vector<sql::Migration> steps = scheduler::SqlAsyncQueue::migrations();
        for (sql::Migration& step : scheduler::AsyncSettings::migrations()) {
            steps.push_back(std::move(step));
        }
        return steps;
    }
    void end_life() {
        tests::run_flow(loop_, pump_->stop());
        pump_.reset();
        settings_.reset();
        queue_.reset();
        driver_.reset();
    }

    template <class T>
    T run(Task<T> flow) {
        return tests::run_flow(loop_, std::move(flow));
    }
    void advance_to(std::int64_t at_ms) {
        run(clock_.advance(std::chrono::milliseconds(at_ms - unix_ms(clock_.wall_now())))).value();
    }
    void settle() { run(clock_.advance(std::chrono::milliseconds(0))).value(); }

    void deploy(const AsyncHistory& history) {
        auto function = std::make_shared<runtime::Function>();
        function->name = history.function;
        function->dead_letter_arn = history.has_dead_letters ? kModelDead : "";
        functions_[history.function] = function;
    }
    void put(const AsyncHistory& history, const AsyncHistory::Settings& settings) {
        scheduler::EventInvokeConfig config;
        config.function = history.function;
        config.qualifier = "$LATEST";
        config.retries_max = settings.retries_max;
        config.age_max_s = settings.age_max_s;
        config.on_success = settings.on_success ? kModelWon : "";
        config.on_failure = settings.on_failure ? kModelLost : "";
        run(settings_->put(std::move(config))).value();
    }
    void enqueue(const AsyncHistory& history, std::size_t event) {
        scheduler::AsyncEvent accepted;
        accepted.function = history.function;
        accepted.request_id = id_of(history.seed, event);
        accepted.payload = "{}";
        run(queue_->enqueue(std::move(accepted))).value();
    }
    void apply(const AsyncHistory& history, const AsyncHistory::Change& change) {
        switch (change.kind) {
            case AsyncHistory::Change::Kind::kSettings:
                return put(history, change.settings);
            case AsyncHistory::Change::Kind::kSwitchOff:
                off_.insert(history.function);
                return;
            case AsyncHistory::Change::Kind::kSwitchOn:
                off_.erase(history.function);
                return;
            case AsyncHistory::Change::Kind::kDelete:
                functions_.erase(history.function);
                return;
        }
    }

    // What became of every event, by its id.
    std::map<std::string, AsyncFate> fates() {
        std::map<std::string, AsyncFate> fates;
        for (auto& [id, tried_ms] : invoker_.tried_ms) {
            fates[id].tried_ms = tried_ms;
        }
        for (const tests::KeptOutbox::Kept& kept : outbox_.kept) {
            if (kept.message.target_arn == kModelDead) {
                fates[kept.message.attributes.at("RequestID")].dead_letter = true;
                continue;
            }
            const auto record = nlohmann::json::parse(kept.message.body);
            const auto& context = record.at("requestContext");
            AsyncFate& fate = fates[context.at("requestId")];
            fate.told = true;
            fate.condition = context.at("condition");
            fate.invocations = context.at("approximateInvokeCount");
            ended_texts_[context.at("requestId")] = record.at("timestamp");
        }
        return fates;
    }

    std::string compared() {
        std::map<std::string, AsyncFate> found = fates();
        for (const AsyncHistory& history : histories_) {
            for (std::size_t event = 0; event < history.accepted_ms.size(); ++event) {
                const std::string id = id_of(history.seed, event);
                const AsyncFate expected = tests::expected_fate(history, event);
                AsyncFate& fate = found[id];
                const bool same_end =
                    !expected.told ||
                    ended_texts_[id] == iso8601_ms(from_unix_ms(*expected.ended_ms));
                fate.ended_ms = expected.ended_ms;
                if (fate != expected || !same_end) {
                    return id + ": " + text_of(fate) + " " + ended_texts_[id] + ", not " +
                           text_of(expected);
                }
            }
        }
        return "";
    }

    boost::asio::io_context loop_{1};
    SteppedClock clock_;
    HistoricInvoker invoker_;
    tests::KeptOutbox outbox_;
    std::vector<AsyncHistory> histories_;
    std::map<std::string, runtime::FunctionPtr> functions_;
    std::set<std::string> off_;
    std::map<std::string, std::string> ended_texts_;  // by event
    tests::TempDir directory_;
    std::unique_ptr<sql::SqliteDriver> driver_;
    std::unique_ptr<scheduler::SqlAsyncQueue> queue_;
    std::unique_ptr<scheduler::AsyncSettings> settings_;
    std::unique_ptr<scheduler::AsyncPump> pump_;
};

std::uint64_t async_sequences() {
    const char* const wanted = std::getenv("LAMBENT_SEQUENCES");
    return wanted == nullptr ? 2'000 : std::strtoull(wanted, nullptr, 10);
}

}  // namespace

TEST_CASE("Asynchronous events do what a simple model does", "[scheduler][AsyncPump][model]") {
    constexpr std::uint64_t kAtOnce = 250;
    const std::uint64_t wanted = async_sequences();
    for (std::uint64_t first = 1; first <= wanted; first += kAtOnce) {
        const std::uint64_t count = std::min(kAtOnce, wanted - first + 1);
        REQUIRE(AsyncWorld(first, count).live() == "");
    }
}
