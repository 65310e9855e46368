// Dispatch against the rules it must keep, in random runs of everything that can happen.
#include "scheduler/dispatch.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>

using namespace lambent;
using namespace lambent::scheduler;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t kBootsMax = 3;
constexpr std::uint64_t kBudgetMb = 1'000;

// The world outside Dispatch, and what must be true in it.
class World {
  public:
    World(unsigned seed, std::uint64_t overlap_mb)
        : random_(seed), overlap_mb_(overlap_mb), dispatch_(limits(overlap_mb)) {
        for (const char* name : {"a", "b", "c", "d"}) {
            deploy(name);
        }
    }

    void step() {
        now_ += std::chrono::milliseconds(random_() % 50);
        switch (random_() % 16) {
            case 0:
            case 1:
            case 2:
            case 3:
                return call();
            case 4:
            case 5:
            case 6:
                return end_boot();
            case 7:
            case 8:
            case 9:
            case 10:
                return end_call();
            case 11:
            case 12:
                return end_close();
            case 13:
                dispatch_.tick(now_);
                return carry_out();
            case 14:
                return change();
            default:
                return mishap();
        }
    }

    void check() {
        REQUIRE(booting_.size() <= kBootsMax);
        std::uint64_t memory_mb = 0;
        std::uint64_t closing_mb = 0;
        for (const auto& [id, environment] : environments_) {
            const auto one = std::min<std::uint64_t>(environment.function->memory_mb, kBudgetMb);
            memory_mb += one;
            closing_mb += dispatch_.state(id) == EnvironmentState::kClosing ? one : 0;
        }
        REQUIRE(memory_mb == dispatch_.memory_used_mb());
        REQUIRE(memory_mb - closing_mb <= kBudgetMb);
        REQUIRE(memory_mb <= kBudgetMb + overlap_mb_);
        check_nobody_waits_in_vain(memory_mb, closing_mb);
    }

    // Lets everything end; then nobody may be left.
    void wind_up() {
        for (int i = 0; i < 10'000 && !(waiting_.empty() && serving_.empty()); ++i) {
            end_boot();
            end_call();
            end_close();
            now_ += 10ms;
            dispatch_.tick(now_);
            carry_out();
        }
        REQUIRE(waiting_.empty());
        REQUIRE(serving_.empty());
        while (!booting_.empty()) {
            end_boot();
        }
        for (const auto& [name, function] : functions_) {
            dispatch_.evict(name);
        }
        dispatch_.close_replaced();
        carry_out();
        while (!closing_.empty()) {
            end_close();
        }
        REQUIRE(environments_.empty());
        REQUIRE(dispatch_.memory_used_mb() == 0);
        REQUIRE_FALSE(dispatch_.next_due().has_value());
        REQUIRE(served_ + refused_ == called_);
        REQUIRE(served_ > called_ / 2);
        REQUIRE(patient_ > 0);
    }

  private:
    struct Environment {
        runtime::FunctionPtr function;
        bool fresh = true;
    };
    struct Call {
        std::string function;
        StartPreference start;
        SteadyTime arrived;
    };

    static DispatchLimits limits(std::uint64_t overlap_mb) {
        DispatchLimits made;
        made.boots_max = kBootsMax;
        made.memory_budget_mb = kBudgetMb;
        made.memory_overlap_mb = overlap_mb;
        made.capacity_wait = 2s;
        made.pool = {FixedKeepAlive{3s}, 100ms};
        return made;
    }

    void deploy(const std::string& name) {
        static constexpr std::uint32_t kSizes[] = {100, 128, 300, 2'000};
        auto function = std::make_shared<runtime::Function>();
        function->name = name;
        function->memory_mb = kSizes[random_() % std::size(kSizes)];
        function->revision_id = std::to_string(++revisions_);
        functions_[name] = function;
    }

    std::string any_name() { return std::string(1, static_cast<char>('a' + random_() % 4)); }

    template <class Container>
    auto any_of(Container& container) {
        auto it = container.begin();
        std::advance(it, static_cast<std::ptrdiff_t>(random_() % container.size()));
        return it;
    }

    void call() {
        const auto found = functions_.find(any_name());
        if (found == functions_.end()) {
            return;
        }
        const runtime::FunctionPtr& function = found->second;
        const bool cold = random_() % 10 == 0;
        const CallId id = ++called_;
        const auto idle = cold ? std::nullopt : dispatch_.take_idle(function, now_);
        if (!cold) {
            check_is_most_recent(function, idle);
        }
        if (idle) {
            serve(id, *idle);
        } else {
            const auto start = cold ? StartPreference::kForceCold : StartPreference::kAny;
            waiting_.emplace(id, Call{function->name, start, now_});
            dispatch_.wait(id, function, start, now_);
        }
        carry_out();
    }

    void check_is_most_recent(
        const runtime::FunctionPtr& function, std::optional<EnvironmentId> taken
    ) {
        std::vector<EnvironmentId>& idle = idle_[function->name];
        REQUIRE(taken.has_value() == !idle.empty());
        if (taken) {
            REQUIRE(*taken == idle.back());
            idle.pop_back();
        }
    }

    void serve(CallId call, EnvironmentId id) {
        const Environment& environment = environments_.at(id);
        REQUIRE(functions_.at(environment.function->name) == environment.function);
        REQUIRE(serving_.emplace(id, call).second);  // one call at a time
        served_ += 1;
    }

    void end_boot() {
        if (booting_.empty()) {
            return;
        }
        const auto it = any_of(booting_);
        const EnvironmentId id = *it;
        booting_.erase(it);
        if (random_() % 8 == 0) {
            if (const auto call = dispatch_.boot_failed(id)) {
                REQUIRE(waiting_.erase(*call) == 1);
                REQUIRE(serving_.emplace(id, *call).second);
                served_ += 1;  // it is answered, one way or the other
                if (random_() % 2 == 0) {
                    dispatch_.repeat_succeeded(id);
                } else {
                    serving_.erase(id);
                    dispatch_.discard(id);
                }
            }
        } else {
            dispatch_.boot_succeeded(id, now_);
            note_if_idle(id);
        }
        carry_out();
    }

    void end_call() {
        if (serving_.empty()) {
            return;
        }
        const auto it = any_of(serving_);
        const EnvironmentId id = it->first;
        serving_.erase(it);
        environments_.at(id).fresh = false;
        if (random_() % 10 == 0) {
            dispatch_.discard(id);
        } else {
            dispatch_.release(id, now_);
            note_if_idle(id);
        }
        carry_out();
    }

    // Eviction may follow in the same breath; then it is not idle, or a Close comes for it.
    void note_if_idle(EnvironmentId id) {
        const auto state = dispatch_.state(id);
        const std::string& name = environments_.at(id).function->name;
        if (state == EnvironmentState::kIdle) {
            idle_[name].push_back(id);
        }
    }

    void end_close() {
        if (closing_.empty()) {
            return;
        }
        const auto it = any_of(closing_);
        const EnvironmentId id = *it;
        closing_.erase(it);
        environments_.erase(id);
        dispatch_.closed(id);
        carry_out();
    }

    void change() {
        const std::string name = any_name();
        if (random_() % 4 == 0) {
            functions_.erase(name);
            dispatch_.set_current(name, nullptr, now_);
            for (const auto& [id, call] : waiting_) {
                if (call.function == name) {
                    doomed_.insert(id);
                }
            }
        } else {
            deploy(name);
            dispatch_.set_current(name, functions_.at(name), now_);
        }
        carry_out();
        for (const CallId id : doomed_) {
            REQUIRE_FALSE(waiting_.contains(id));
        }
        doomed_.clear();
        REQUIRE(idle_[name].empty());
    }

    void mishap() {
        std::vector<EnvironmentId> idle;
        for (const auto& [name, ids] : idle_) {
            idle.insert(idle.end(), ids.begin(), ids.end());
        }
        if (!idle.empty()) {
            dispatch_.discard(*any_of(idle));  // it died
            carry_out();
        }
    }

    void carry_out() {
        while (const auto action = dispatch_.next_action()) {
            if (const auto* boot = std::get_if<StartBoot>(&*action)) {
                REQUIRE(environments_.emplace(boot->environment, Environment{boot->function}).second
                );
                booting_.insert(boot->environment);
            } else if (const auto* given = std::get_if<Serve>(&*action)) {
                carry_out_serve(*given);
            } else if (const auto* close = std::get_if<Close>(&*action)) {
                carry_out_close(close->environment);
            } else if (const auto* refuse = std::get_if<Refuse>(&*action)) {
                REQUIRE(waiting_.erase(refuse->call) == 1);
                refused_ += 1;
            }
        }
        forget_replaced();
    }

    // What made room for another is no longer idle, and its Close may come later.
    void forget_replaced() {
        for (auto& [name, ids] : idle_) {
            std::erase_if(ids, [this](EnvironmentId id) {
                return dispatch_.state(id) != EnvironmentState::kIdle;
            });
        }
    }

    void carry_out_serve(const Serve& given) {
        const auto found = waiting_.find(given.call);
        REQUIRE(found != waiting_.end());
        const Environment& environment = environments_.at(given.environment);
        REQUIRE(environment.function->name == found->second.function);
        if (found->second.start == StartPreference::kForceCold) {
            REQUIRE(environment.fresh);
        }
        for (const auto& [id, other] : waiting_) {  // nobody who came earlier could have had it
            const bool earlier = id < given.call && other.function == found->second.function;
            const bool accepts = environment.fresh || other.start == StartPreference::kAny;
            REQUIRE_FALSE((earlier && accepts));
        }
        waiting_.erase(found);
        serve(given.call, given.environment);
    }

    void carry_out_close(EnvironmentId id) {
        REQUIRE_FALSE(serving_.contains(id));
        REQUIRE(closing_.insert(id).second);
        std::erase(idle_[environments_.at(id).function->name], id);
    }

    // A call whose function could boot at once must not be waiting without a boot.
    void check_nobody_waits_in_vain(std::uint64_t memory_mb, std::uint64_t closing_mb) {
        std::map<std::string, std::size_t> waiting;
        std::map<std::string, std::size_t> booting;
        for (const auto& [id, call] : waiting_) {
            waiting[call.function] += 1;
        }
        for (const EnvironmentId id : booting_) {
            const auto& function = environments_.at(id).function;
            const auto current = functions_.find(function->name);
            if (current != functions_.end() && current->second == function) {
                booting[function->name] += 1;
            }
        }
        for (const auto& [name, count] : waiting) {
            const std::uint64_t needs =
                std::min<std::uint64_t>(functions_.at(name)->memory_mb, kBudgetMb);
            // Those who count on running calls are looked at again, soon.
            const std::size_t patient = dispatch_.patient(name);
            REQUIRE((patient == 0 || dispatch_.next_due().has_value()));
            patient_ += patient;
            const bool uncovered = count > booting[name] + patient;
            const bool could = booting_.size() < kBootsMax && memory_mb + needs <= kBudgetMb;
            // Unless memory is being made free for the one whose turn it is.
            REQUIRE_FALSE((uncovered && could && closing_mb == 0));
        }
    }

    std::mt19937 random_;
    std::uint64_t overlap_mb_;
    Dispatch dispatch_;
    SteadyTime now_{1h};
    std::map<std::string, runtime::FunctionPtr> functions_;
    std::map<EnvironmentId, Environment> environments_;
    std::set<EnvironmentId> booting_;
    std::set<EnvironmentId> closing_;
    std::map<EnvironmentId, CallId> serving_;
    std::map<std::string, std::vector<EnvironmentId>> idle_;  // most recent last
    std::map<CallId, Call> waiting_;
    std::set<CallId> doomed_;
    CallId called_ = 0;
    CallId served_ = 0;
    CallId refused_ = 0;
    std::size_t patient_ = 0;
    int revisions_ = 0;
};

}  // namespace

TEST_CASE("Dispatch keeps its rules in random runs", "[scheduler][Dispatch]") {
    const unsigned seed = GENERATE(1U, 2U, 3U, 4U, 5U);
    const std::uint64_t overlap_mb = GENERATE(0U, 150U);
    World world(seed, overlap_mb);
    for (int i = 0; i < 10'000; ++i) {
        world.step();
        world.check();
    }
    world.wind_up();
}
