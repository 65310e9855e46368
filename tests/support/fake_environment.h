#pragma once

#include "base/async/one_shot.h"
#include "runtime/environment/environment.h"
#include "runtime/logs/log_store.h"
#include "tests/support/manual_clock.h"

#include <boost/asio/any_io_executor.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace lambent::tests {

// A log stream that keeps its lines.
class FakeLogStream final : public runtime::LogStream {
  public:
    explicit FakeLogStream(std::string name) : name_(std::move(name)) {}
    const std::string& name() const override { return name_; }
    void append(std::string_view line) override {
        lines.emplace_back(line);
        tail_ += std::string(line) + "\n";
    }
    void begin_tail(std::size_t bytes) override {
        tail_.clear();
        tail_bytes_ = bytes;
    }
    std::string take_tail() override {
        const std::size_t cut = tail_.size() - std::min(tail_.size(), tail_bytes_);
        return std::exchange(tail_, std::string()).substr(cut);
    }

    std::vector<std::string> lines;

  private:
    std::string name_;
    std::string tail_;
    std::size_t tail_bytes_ = 0;
};

// Log streams in memory; only what the scheduler uses.
class FakeLogStore final : public runtime::LogStore {
  public:
    std::shared_ptr<runtime::LogStream> open(const std::string& group, const std::string& stream)
        override {
        groups_opened.push_back(group);
        streams_opened.push_back(std::make_shared<FakeLogStream>(stream));
        return streams_opened.back();
    }
    Task<Result<void>> create_group(std::string) override { return unused<Result<void>>(); }
    Task<Result<void>> remove_group(std::string) override { return unused<Result<void>>(); }
    Task<Result<std::vector<runtime::LogGroup>>> groups(std::string) override {
        return unused<Result<std::vector<runtime::LogGroup>>>();
    }
    Task<Result<std::vector<runtime::LogStreamInfo>>> streams(std::string) override {
        return unused<Result<std::vector<runtime::LogStreamInfo>>>();
    }
    Task<Result<std::vector<runtime::LogEvent>>> query(runtime::LogQuery) override {
        return unused<Result<std::vector<runtime::LogEvent>>>();
    }
    Task<> flush() override { co_return; }

    std::vector<std::string> groups_opened;
    std::vector<std::shared_ptr<FakeLogStream>> streams_opened;

  private:
    template <class T>
    static Task<T> unused() {
        throw std::logic_error("not part of the fake");
        co_return Error();
    }
};

// What the fakes do and saw, shared by a factory and its environments. A held boot or invocation
// waits until the test lets it go on; time passes only when the clock is moved.
struct FakeWorld {
    explicit FakeWorld(boost::asio::any_io_executor ex, ManualClock& c)
        : executor(std::move(ex)), clock(c) {}

    boost::asio::any_io_executor executor;
    ManualClock& clock;
    std::chrono::microseconds thaw_takes{0};
    bool hold_boots = false;
    bool hold_invocations = false;
    // What the next boots end with, one each; then successes.
    std::deque<Result<runtime::InitOutcome>> inits;
    // What an invocation ends with; by default the payload comes back after 2 ms.
    std::function<Result<runtime::InvokeOutcome>(const runtime::InvokeRequest&)> behaviour;

    using Gate = OneShot<bool>;
    std::deque<std::shared_ptr<Gate>> boots_held;        // also by the flow that waits
    std::deque<std::shared_ptr<Gate>> invocations_held;  // also by the flow that waits
    void release_boot(std::size_t index = 0) { open(boots_held, index); }
    void release_invocation(std::size_t index = 0) { open(invocations_held, index); }

    std::vector<runtime::StartRequest> starts;
    std::vector<runtime::InvokeRequest> invoked;
    int alive = 0;    // environments that are not closed
    int serving = 0;  // invocations that run now
    int freezes = 0;

  private:
    static void open(std::deque<std::shared_ptr<Gate>>& gates, std::size_t index) {
        gates.at(index)->set(true);
        gates.erase(gates.begin() + static_cast<std::ptrdiff_t>(index));
    }
};

// An environment without a cell. Throws when it is asked to do two things at once.
class FakeEnvironment final : public runtime::Environment {
  public:
    FakeEnvironment(
        FakeWorld& world, runtime::FunctionPtr function, std::shared_ptr<runtime::LogStream> log
    )
        : world_(world), function_(std::move(function)), log_(std::move(log)) {
        world_.alive += 1;
    }
    ~FakeEnvironment() override {
        if (!closed_) {
            world_.alive -= 1;
        }
    }

    const runtime::FunctionPtr& function() const override { return function_; }
    runtime::LogStream& log() override { return *log_; }

    Task<Result<runtime::InvokeOutcome>> invoke(runtime::InvokeRequest request) override {
        if (busy_ || closed_) {
            throw std::logic_error("an environment serves one invocation at a time");
        }
        busy_ = true;
        world_.serving += 1;
        world_.invoked.push_back(request);
        if (std::exchange(frozen_, false)) {
            world_.clock.advance(world_.thaw_takes);
        }
        log_->append("guest " + request.request_id);
        if (world_.hold_invocations) {
            gate_ = std::make_shared<FakeWorld::Gate>(world_.executor);
            world_.invocations_held.push_back(gate_);
            co_await gate_->wait();
        }
        busy_ = false;
        world_.serving -= 1;
        co_return outcome_of(request);
    }

    bool alive() const override { return !dead_ && !closed_; }
    std::chrono::microseconds freeze() override {
        world_.freezes += 1;
        frozen_ = true;
        return std::chrono::microseconds(70);
    }
    Task<> close() override {
        if (!closed_) {
            closed_ = true;
            world_.alive -= 1;
        }
        if (gate_) {
            std::erase(world_.invocations_held, gate_);
            gate_->set(true);
        }
        co_return;
    }
    void die() { dead_ = true; }

  private:
    Result<runtime::InvokeOutcome> outcome_of(const runtime::InvokeRequest& request) {
        runtime::InvokeOutcome outcome;
        outcome.memory_peak_bytes = 30 * runtime::kMebibyte;
        if (closed_) {
            outcome.kind = runtime::OutcomeKind::kExited;
            outcome.error_type = "Runtime.ExitError";
            outcome.reusable = false;
            return outcome;
        }
        if (world_.behaviour) {
            return world_.behaviour(request);
        }
        world_.clock.advance(std::chrono::milliseconds(2));
        outcome.payload = request.payload;
        outcome.handler = std::chrono::microseconds(1'900);
        outcome.response_transfer = std::chrono::microseconds(100);
        return outcome;
    }

    FakeWorld& world_;
    runtime::FunctionPtr function_;
    std::shared_ptr<runtime::LogStream> log_;  // shared with the scheduler
    std::shared_ptr<FakeWorld::Gate> gate_;    // shared with the world
    bool busy_ = false;
    bool dead_ = false;
    bool frozen_ = false;
    bool closed_ = false;
};

// Boots FakeEnvironments: 1 ms claim, 2 ms mounts, 20 ms runtime, 30 ms function init.
class FakeEnvironmentFactory final : public runtime::EnvironmentFactory {
  public:
    explicit FakeEnvironmentFactory(FakeWorld& world) : world_(world) {}

    Task<Result<runtime::StartedEnvironment>> start(runtime::StartRequest request) override {
        world_.starts.push_back(request);
        if (world_.hold_boots) {
            const auto gate = std::make_shared<FakeWorld::Gate>(world_.executor);
            world_.boots_held.push_back(gate);
            co_await gate->wait();
        }
        co_return finish(std::move(request));
    }

    static runtime::InitOutcome good_init() {
        runtime::InitOutcome init;
        init.cell_claim = std::chrono::milliseconds(1);
        init.mount_and_limits = std::chrono::milliseconds(2);
        init.runtime_boot = std::chrono::milliseconds(20);
        init.function_init = std::chrono::milliseconds(30);
        init.memory_peak_bytes = 20 * runtime::kMebibyte;
        return init;
    }
    static runtime::InitOutcome failed_init(runtime::OutcomeKind kind, std::string error_type) {
        runtime::InitOutcome init = good_init();
        init.kind = kind;
        init.error_type = std::move(error_type);
        return init;
    }

    std::vector<FakeEnvironment*> made;  // borrowed; dangling once closed

  private:
    Result<runtime::StartedEnvironment> finish(runtime::StartRequest request) {
        Result<runtime::InitOutcome> init = good_init();
        if (!world_.inits.empty()) {
            init = std::move(world_.inits.front());
            world_.inits.pop_front();
        }
        LAMBENT_TRY(runtime::InitOutcome ended, std::move(init));
        world_.clock.advance(
            ended.cell_claim + ended.mount_and_limits + ended.runtime_boot + ended.function_init
        );
        runtime::StartedEnvironment started;
        started.init = std::move(ended);
        started.init.payload = started.init.error_type + " of " + request.request_id;
        if (started.init.kind == runtime::OutcomeKind::kSuccess) {
            auto environment = std::make_unique<FakeEnvironment>(
                world_, std::move(request.function), std::move(request.log)
            );
            made.push_back(environment.get());
            started.environment = std::move(environment);
        }
        return started;
    }

    FakeWorld& world_;
};

}  // namespace lambent::tests
