#include "scheduler/pump/backlog.h"

#include <catch2/catch.hpp>

#include <deque>
#include <map>
#include <random>

using namespace lambent::scheduler;

namespace {

std::vector<std::string> names(const std::vector<DueClaim>& claims) {
    std::vector<std::string> result;
    for (const DueClaim& claim : claims) {
        result.push_back(claim.key);
    }
    return result;
}

}  // namespace

TEST_CASE("Backlog claims rows of a key that are due", "[scheduler][Backlog]") {
    Backlog backlog({});
    backlog.expect("a", 1'000);
    CHECK(backlog.next_claims(999).empty());
    CHECK(backlog.next_due_ms(999) == 1'000);

    const auto claims = backlog.next_claims(1'000);
    REQUIRE(claims.size() == 1);
    CHECK(claims[0].key == "a");
    CHECK(claims[0].count_max == 32);
    CHECK(backlog.in_flight() == 32);
    CHECK(backlog.next_claims(1'000).empty());
    CHECK_FALSE(backlog.next_due_ms(1'000).has_value());

    backlog.claimed(claims[0], 2, 5'000);
    CHECK(backlog.in_flight() == 2);
    CHECK(backlog.next_due_ms(1'000) == 5'000);
    backlog.ended("a");
    backlog.ended("a");
    CHECK(backlog.in_flight() == 0);
}

TEST_CASE("Backlog remembers what comes while a claim is under way", "[scheduler][Backlog]") {
    Backlog backlog({});
    backlog.expect("a", 0);
    const auto claims = backlog.next_claims(0);
    backlog.expect("a", 7);
    backlog.claimed(claims.at(0), 0, 9);
    CHECK(backlog.next_due_ms(0) == 7);
}

TEST_CASE("Backlog lets keys take turns", "[scheduler][Backlog]") {
    Backlog::Limits limits;
    limits.in_flight_max = 2;
    limits.claim_max = 1;
    Backlog backlog(limits);
    for (const char* name : {"a", "b", "c"}) {
        backlog.expect(name, 0);
    }
    auto claims = backlog.next_claims(0);
    CHECK(names(claims) == std::vector<std::string>{"a", "b"});
    for (const DueClaim& claim : claims) {
        backlog.claimed(claim, 1, 0);
    }
    CHECK(backlog.next_claims(0).empty());
    CHECK_FALSE(backlog.next_due_ms(0).has_value());
    backlog.ended("a");
    claims = backlog.next_claims(0);
    CHECK(names(claims) == std::vector<std::string>{"c"});
}

TEST_CASE("Backlog bounds what one key has in flight", "[scheduler][Backlog]") {
    Backlog::Limits limits;
    limits.in_flight_per_key_max = 3;
    limits.claim_max = 2;
    Backlog backlog(limits);
    backlog.expect("a", 0);
    auto claims = backlog.next_claims(0);
    CHECK(claims.at(0).count_max == 2);
    backlog.claimed(claims.at(0), 2, 0);
    claims = backlog.next_claims(0);
    CHECK(claims.at(0).count_max == 1);
    backlog.claimed(claims.at(0), 1, 0);
    CHECK(backlog.next_claims(0).empty());
    backlog.ended("a");
    CHECK(backlog.next_claims(0).at(0).count_max == 1);
}

TEST_CASE("Backlog leaves places that slow keys cannot take", "[scheduler][Backlog]") {
    Backlog::Limits limits;
    limits.is_slow = [](const std::string& key) {
        return key.starts_with("slow");
    };
    Backlog backlog(limits);
    for (const char* name : {"slow1", "slow2", "slow3", "slow4", "slow5", "a"}) {
        backlog.expect(name, 0);
    }
    const auto claims = backlog.next_claims(0);
    CHECK(names(claims) == std::vector<std::string>{"slow1", "slow2", "slow3", "slow4", "a"});
    for (const DueClaim& claim : claims) {
        CHECK(claim.count_max == (claim.key == "a" ? 32 : 2));
        backlog.claimed(claim, 2, 0);
    }
    CHECK(names(backlog.next_claims(0)) == std::vector<std::string>{"a"});
    CHECK_FALSE(backlog.next_due_ms(0).has_value());  // though there are rows of slow keys
    backlog.ended("slow2");
    const auto next = backlog.next_claims(0);  // whose turn it is
    REQUIRE(names(next) == std::vector<std::string>{"slow5"});
    CHECK(next.at(0).count_max == 1);
    backlog.claimed(next.at(0), 0, std::nullopt);
    CHECK(names(backlog.next_claims(0)) == std::vector<std::string>{"slow2"});
}

TEST_CASE("Backlog takes up what a clock set back has left in the future", "[scheduler][Backlog]") {
    Backlog backlog({});
    backlog.expect("a", 86'400'000);
    CHECK(backlog.next_due_ms(0) == 0);
    CHECK(backlog.next_claims(0).size() == 1);
}

TEST_CASE("Backlog forgets no row in a random run", "[scheduler][Backlog]") {
    Backlog::Limits limits;
    limits.in_flight_max = 7;
    limits.in_flight_per_key_max = 4;
    limits.claim_max = 3;
    Backlog backlog(limits);
    std::mt19937 random(4);
    std::map<std::string, int> waiting;  // the database
    std::map<std::string, int> running;
    std::deque<DueClaim> open;
    int added = 0;
    int done = 0;
    const auto step = [&](unsigned kind) {
        if (kind < 4 && added < 5'000) {
            const std::string key(1, static_cast<char>('a' + random() % 5));
            waiting[key] += 1;
            added += 1;
            backlog.expect(key, 0);
        } else if (kind < 6) {
            for (DueClaim& claim : backlog.next_claims(0)) {
                open.push_back(std::move(claim));
            }
        } else if (kind < 8 && !open.empty()) {
            const DueClaim claim = open.front();
            open.pop_front();
            int& left = waiting[claim.key];
            const int count = std::min(left, static_cast<int>(claim.count_max));
            left -= count;
            running[claim.key] += count;
            backlog.claimed(
                claim,
                static_cast<std::size_t>(count),
                left > 0 ? std::optional<std::int64_t>(0) : std::nullopt
            );
        } else {
            for (auto& [key, count] : running) {
                if (count > 0) {
                    count -= 1;
                    done += 1;
                    backlog.ended(key);
                    break;
                }
            }
        }
        std::size_t in_flight = 0;
        for (const auto& [key, count] : running) {
            REQUIRE(count <= 4);
            in_flight += static_cast<std::size_t>(count);
        }
        REQUIRE(in_flight <= 7);
        REQUIRE(backlog.in_flight() <= 7);
    };
    for (int i = 0; i < 20'000; ++i) {
        step(random() % 10);
    }
    for (int i = 0; i < 100'000 && done < added; ++i) {
        step(4 + random() % 6);
    }
    CHECK(done == added);
    CHECK(backlog.in_flight() == 0);
}
