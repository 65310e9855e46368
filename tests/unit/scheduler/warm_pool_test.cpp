#include "scheduler/warm_pool.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <random>

using namespace lambent;
using namespace lambent::scheduler;
using namespace std::chrono_literals;

namespace {

runtime::FunctionPtr function(const std::string& name, const std::string& revision = "1") {
    auto made = std::make_shared<runtime::Function>();
    made->name = name;
    made->revision_id = revision;
    return made;
}

const SteadyTime kStart{1h};
using PoolIds = std::vector<EnvironmentId>;

}  // namespace

TEST_CASE("WarmPool takes the most recently used environment first", "[scheduler][WarmPool]") {
    WarmPool pool({});
    const auto f = function("f");
    pool.put(1, f, kStart);
    pool.put(2, f, kStart + 1s);
    CHECK(pool.take(f, kStart + 1h) == 2);
    CHECK(pool.take(f, kStart + 1h) == 1);
    CHECK_FALSE(pool.take(f, kStart + 1h).has_value());
}

TEST_CASE("WarmPool never mixes functions or revisions", "[scheduler][WarmPool]") {
    WarmPool pool({});
    pool.put(1, function("f", "1"), kStart);
    CHECK_FALSE(pool.take(function("g", "1"), kStart + 1h).has_value());
    CHECK_FALSE(pool.take(function("f", "2"), kStart + 1h).has_value());
    CHECK(pool.take(function("f", "1"), kStart + 1h) == 1);
}

TEST_CASE("WarmPool evicts the longest idle of all functions", "[scheduler][WarmPool]") {
    WarmPool pool({});
    const auto f = function("f");
    const auto g = function("g");
    pool.put(1, f, kStart);
    pool.put(2, g, kStart + 1s);
    pool.put(3, f, kStart + 2s);
    CHECK(pool.evict_longest_idle() == 1);
    pool.put(1, f, kStart + 3s);
    CHECK(pool.evict_longest_idle() == 2);
    CHECK(pool.evict_longest_idle() == 3);
    CHECK(pool.evict_longest_idle() == 1);
    CHECK_FALSE(pool.evict_longest_idle().has_value());
}

TEST_CASE("WarmPool lets environments go that are idle too long", "[scheduler][WarmPool]") {
    WarmPool pool({FixedKeepAlive{10min}, 100ms});
    const auto f = function("f");
    pool.put(1, f, kStart);
    pool.put(2, f, kStart + 1min);
    CHECK(pool.evict_expired(kStart + 10min - 1ms).empty());
    CHECK(pool.evict_expired(kStart + 10min) == PoolIds{1});
    CHECK(pool.evict_expired(kStart + 11min) == PoolIds{2});
    CHECK(pool.size() == 0);
}

TEST_CASE("WarmPool reports each environment to freeze once", "[scheduler][WarmPool]") {
    WarmPool pool({FixedKeepAlive{10min}, 100ms});
    const auto f = function("f");
    pool.put(1, f, kStart);
    pool.put(2, f, kStart + 50ms);
    CHECK(pool.next_due() == kStart + 100ms);
    CHECK(pool.due_to_freeze(kStart + 99ms).empty());
    CHECK(pool.due_to_freeze(kStart + 100ms) == PoolIds{1});
    CHECK(pool.next_due() == kStart + 150ms);
    CHECK(pool.due_to_freeze(kStart + 1s) == PoolIds{2});
    CHECK(pool.due_to_freeze(kStart + 2s).empty());
    CHECK(pool.next_due() == kStart + 10min);

    CHECK(pool.take(f, kStart + 1h) == 2);
    pool.put(2, f, kStart + 3s);
    CHECK(pool.next_due() == kStart + 3s + 100ms);
}

TEST_CASE("WarmPool has nothing due when it is empty", "[scheduler][WarmPool]") {
    WarmPool pool({});
    CHECK_FALSE(pool.next_due().has_value());
}

TEST_CASE("WarmPool gives up all of a function, or its old revisions", "[scheduler][WarmPool]") {
    WarmPool pool({});
    pool.put(1, function("f", "1"), kStart);
    pool.put(2, function("f", "2"), kStart);
    pool.put(3, function("g", "1"), kStart);
    SECTION("old revisions") {
        CHECK(pool.evict_stale(function("f", "2")) == PoolIds{1});
        CHECK(pool.take(function("f", "2"), kStart + 1h) == 2);
    }
    SECTION("all") {
        CHECK(pool.evict_all("f") == PoolIds{1, 2});
        CHECK(pool.evict_all("f").empty());
    }
    CHECK(pool.take(function("g", "1"), kStart + 1h) == 3);
}

TEST_CASE("WarmPool removes one that died", "[scheduler][WarmPool]") {
    WarmPool pool({});
    const auto f = function("f");
    pool.put(1, f, kStart);
    pool.put(2, f, kStart);
    CHECK(pool.remove(2));
    CHECK_FALSE(pool.remove(2));
    CHECK(pool.take(f, kStart + 1h) == 1);
}

namespace {

// Says what the test wants.
class ScriptedPolicy final : public IdlePolicy {
  public:
    void called(const std::string& function, SteadyTime) override { calls.push_back(function); }
    IdlePlan idle(const std::string&, SteadyTime) override { return next; }
    void forget(const std::string& function) override { forgotten.push_back(function); }
    std::uint64_t idle_memory_max_mb() const override { return memory_mb; }

    IdlePlan next;
    std::uint64_t memory_mb = 1'000'000;
    std::vector<std::string> calls;
    std::vector<std::string> forgotten;
};

struct ScriptedPool {
    ScriptedPool() : pool({{}, 100h}, std::unique_ptr<IdlePolicy>(policy)) {}
    ScriptedPolicy* policy = new ScriptedPolicy;  // owned by the pool
    WarmPool pool;
};

}  // namespace

TEST_CASE("WarmPool lets each environment go when its policy says", "[scheduler][WarmPool]") {
    ScriptedPool s;
    const auto f = function("f");
    s.policy->next.keep = 30min;
    s.pool.put(1, f, kStart);
    s.policy->next.keep = 1min;
    s.pool.put(2, f, kStart);
    s.policy->next.keep = IdlePlan::kForever;
    s.pool.put(3, f, kStart);
    s.policy->next.keep = 0min;
    s.pool.put(4, f, kStart);
    CHECK(s.pool.evict_expired(kStart) == PoolIds{4});
    CHECK(s.pool.next_due() == kStart + 1min);
    CHECK(s.pool.evict_expired(kStart + 30min) == PoolIds{2, 1});
    CHECK(s.pool.evict_expired(kStart + 90h).empty());
    CHECK(s.pool.size() == 1);
}

TEST_CASE("WarmPool keeps no more memory idle than it may", "[scheduler][WarmPool]") {
    ScriptedPool s;
    s.policy->memory_mb = 300;
    const auto f = function("f");  // 128 MB
    s.pool.put(1, f, kStart);
    s.pool.put(2, f, kStart);
    CHECK(s.pool.evict_expired(kStart).empty());
    s.pool.put(3, f, kStart + 1s);
    CHECK(s.pool.evict_expired(kStart + 1s) == PoolIds{1});
    CHECK(s.pool.take(f, kStart + 2s) == 3);
    s.pool.put(3, f, kStart + 3s);
    s.pool.put(4, f, kStart + 4s);
    CHECK(s.pool.evict_expired(kStart + 4s) == PoolIds{2});
}

TEST_CASE("WarmPool tells each boot ahead of a call once", "[scheduler][WarmPool]") {
    ScriptedPool s;
    s.policy->next = IdlePlan{0ms, Prewarm{kStart + 9min, 2min}};
    s.pool.put(1, function("f"), kStart);
    s.policy->next = IdlePlan{0ms, Prewarm{kStart + 5min, 3min}};
    s.pool.put(2, function("g"), kStart);
    CHECK(s.pool.evict_expired(kStart) == PoolIds{1, 2});
    CHECK(s.pool.next_prewarm() == kStart + 5min);
    CHECK_FALSE(s.pool.take_due_prewarm(kStart + 5min - 1ms).has_value());
    CHECK(s.pool.take_due_prewarm(kStart + 10min)->function == "g");
    const auto of_f = s.pool.take_due_prewarm(kStart + 10min);
    CHECK(of_f->function == "f");
    CHECK(of_f->keep == 2min);
    CHECK_FALSE(s.pool.next_prewarm().has_value());

    s.pool.put_prewarmed(3, function("f"), of_f->keep, kStart + 10min);
    CHECK(s.pool.next_due() == kStart + 12min);
    CHECK(s.pool.take(function("f"), kStart + 11min) == 3);
    CHECK(s.policy->calls == std::vector<std::string>{"f"});
}

TEST_CASE("WarmPool boots nothing ahead of a call that came early", "[scheduler][WarmPool]") {
    ScriptedPool s;
    s.policy->next = IdlePlan{0ms, Prewarm{kStart + 9min, 2min}};
    s.pool.put(1, function("f"), kStart);
    s.pool.put(2, function("f"), kStart);
    s.pool.evict_expired(kStart);
    s.pool.missed("f", kStart + 1min);
    CHECK(s.policy->calls == std::vector<std::string>{"f"});
    SECTION("but does for the next") {
        CHECK(s.pool.take_due_prewarm(kStart + 9min).has_value());
        CHECK_FALSE(s.pool.take_due_prewarm(kStart + 9min).has_value());
    }
    SECTION("nor after an eviction") {
        s.pool.evict_all("f");
        CHECK_FALSE(s.pool.next_prewarm().has_value());
        CHECK(s.policy->forgotten.empty());
    }
    SECTION("nor of a function that is gone") {
        s.pool.forget("f");
        CHECK_FALSE(s.pool.next_prewarm().has_value());
        CHECK(s.policy->forgotten == std::vector<std::string>{"f"});
    }
}

namespace {

// The same pool, written for reading: a vector in the order of idling.
struct SlowPool {
    struct Entry {
        EnvironmentId id;
        std::string name;
        SteadyTime since;
        bool reported = false;
    };
    std::vector<Entry> entries;

    std::optional<EnvironmentId> take(const std::string& name) {
        for (auto it = entries.rbegin(); it != entries.rend(); ++it) {
            if (it->name == name) {
                const EnvironmentId id = it->id;
                entries.erase(std::next(it).base());
                return id;
            }
        }
        return std::nullopt;
    }
    PoolIds expired(SteadyTime now) {
        PoolIds ids;
        std::erase_if(entries, [&](const Entry& e) {
            const bool gone = e.since + 1s <= now;
            if (gone) {
                ids.push_back(e.id);
            }
            return gone;
        });
        return ids;
    }
    PoolIds to_freeze(SteadyTime now) {
        PoolIds ids;
        for (Entry& e : entries) {
            if (!e.reported && e.since + 100ms <= now) {
                e.reported = true;
                ids.push_back(e.id);
            }
        }
        return ids;
    }
    std::optional<SteadyTime> next_due() const {
        std::optional<SteadyTime> due;
        for (const Entry& e : entries) {
            const SteadyTime at = e.since + (e.reported ? 1s : 100ms);
            due = due ? std::min(*due, at) : at;
        }
        return due;
    }
};

}  // namespace

TEST_CASE("WarmPool does as a slow and simple pool does", "[scheduler][WarmPool]") {
    WarmPool pool({FixedKeepAlive{1s}, 100ms});
    SlowPool model;
    std::vector<runtime::FunctionPtr> functions;
    for (const char* name : {"a", "b", "c"}) {
        functions.push_back(function(name));
    }
    std::mt19937 random(11);
    SteadyTime now = kStart;
    EnvironmentId last = 0;
    for (int i = 0; i < 20'000; ++i) {
        now += std::chrono::milliseconds(random() % 40);
        const auto& f = functions[random() % functions.size()];
        switch (random() % 6) {
            case 0:
            case 1:
                pool.put(++last, f, now);
                model.entries.push_back({last, f->name, now});
                break;
            case 2:
                REQUIRE(pool.take(f, now) == model.take(f->name));
                break;
            case 3:
                REQUIRE(pool.due_to_freeze(now) == model.to_freeze(now));
                break;
            case 4:
                REQUIRE(pool.evict_expired(now) == model.expired(now));
                break;
            case 5:
                if (!model.entries.empty()) {
                    const std::size_t at = random() % model.entries.size();
                    REQUIRE(pool.remove(model.entries[at].id));
                    model.entries.erase(model.entries.begin() + static_cast<std::ptrdiff_t>(at));
                }
                break;
        }
        REQUIRE(pool.size() == model.entries.size());
        REQUIRE(pool.next_due() == model.next_due());
    }
}
