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
using Ids = std::vector<EnvironmentId>;

}  // namespace

TEST_CASE("WarmPool takes the most recently used environment first", "[scheduler][WarmPool]") {
    WarmPool pool({});
    const auto f = function("f");
    pool.put(1, f, kStart);
    pool.put(2, f, kStart + 1s);
    CHECK(pool.take(f) == 2);
    CHECK(pool.take(f) == 1);
    CHECK_FALSE(pool.take(f).has_value());
}

TEST_CASE("WarmPool never mixes functions or revisions", "[scheduler][WarmPool]") {
    WarmPool pool({});
    pool.put(1, function("f", "1"), kStart);
    CHECK_FALSE(pool.take(function("g", "1")).has_value());
    CHECK_FALSE(pool.take(function("f", "2")).has_value());
    CHECK(pool.take(function("f", "1")) == 1);
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
    WarmPool pool({10min, 100ms});
    const auto f = function("f");
    pool.put(1, f, kStart);
    pool.put(2, f, kStart + 1min);
    CHECK(pool.evict_expired(kStart + 10min - 1ms).empty());
    CHECK(pool.evict_expired(kStart + 10min) == Ids{1});
    CHECK(pool.evict_expired(kStart + 11min) == Ids{2});
    CHECK(pool.size() == 0);
}

TEST_CASE("WarmPool reports each environment to freeze once", "[scheduler][WarmPool]") {
    WarmPool pool({10min, 100ms});
    const auto f = function("f");
    pool.put(1, f, kStart);
    pool.put(2, f, kStart + 50ms);
    CHECK(pool.next_due() == kStart + 100ms);
    CHECK(pool.due_to_freeze(kStart + 99ms).empty());
    CHECK(pool.due_to_freeze(kStart + 100ms) == Ids{1});
    CHECK(pool.next_due() == kStart + 150ms);
    CHECK(pool.due_to_freeze(kStart + 1s) == Ids{2});
    CHECK(pool.due_to_freeze(kStart + 2s).empty());
    CHECK(pool.next_due() == kStart + 10min);

    CHECK(pool.take(f) == 2);
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
        CHECK(pool.evict_stale(function("f", "2")) == Ids{1});
        CHECK(pool.take(function("f", "2")) == 2);
    }
    SECTION("all") {
        CHECK(pool.evict_all("f") == Ids{1, 2});
        CHECK(pool.evict_all("f").empty());
    }
    CHECK(pool.take(function("g", "1")) == 3);
}

TEST_CASE("WarmPool removes one that died", "[scheduler][WarmPool]") {
    WarmPool pool({});
    const auto f = function("f");
    pool.put(1, f, kStart);
    pool.put(2, f, kStart);
    CHECK(pool.remove(2));
    CHECK_FALSE(pool.remove(2));
    CHECK(pool.take(f) == 1);
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
    Ids expired(SteadyTime now) {
        Ids ids;
        std::erase_if(entries, [&](const Entry& e) {
            const bool gone = e.since + 1s <= now;
            if (gone) {
                ids.push_back(e.id);
            }
            return gone;
        });
        return ids;
    }
    Ids to_freeze(SteadyTime now) {
        Ids ids;
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
    WarmPool pool({1s, 100ms});
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
                REQUIRE(pool.take(f) == model.take(f->name));
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
