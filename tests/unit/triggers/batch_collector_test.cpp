#include "triggers/sources/batch_collector.h"

#include <catch2/catch.hpp>

#include <random>
#include <string>

using namespace lambent;
using namespace lambent::triggers;
using namespace std::chrono_literals;

namespace {

const SteadyTime kStart{1h};

BatchItem item(const std::string& id, std::size_t bytes = 10) {
    BatchItem made;
    made.id = id;
    made.record = std::string(bytes, 'r');
    return made;
}

BatchCollector::Limits limits(std::size_t size, std::chrono::seconds window = 0s) {
    BatchCollector::Limits made;
    made.size_max = size;
    made.window = window;
    return made;
}

std::string ids(const std::optional<Batch>& batch) {
    std::string all;
    for (std::size_t i = 0; batch && i < batch->items.size(); ++i) {
        all += batch->items[i].id;
    }
    return batch ? all : "nothing";
}

}  // namespace

TEST_CASE("BatchCollector without a window waits for nothing", "[triggers][BatchCollector]") {
    BatchCollector collector(limits(10));
    collector.add(item("a"), kStart);
    collector.add(item("b"), kStart);
    collector.receive_ended();
    CHECK(ids(collector.take(kStart)) == "ab");
    CHECK(ids(collector.take(kStart)) == "nothing");
    CHECK_FALSE(collector.due());
}

TEST_CASE("BatchCollector cuts at the batch size", "[triggers][BatchCollector]") {
    BatchCollector collector(limits(2));
    for (const char* id : {"a", "b", "c"}) {
        collector.add(item(id), kStart);
    }
    collector.receive_ended();
    CHECK(ids(collector.take(kStart)) == "ab");
    CHECK(ids(collector.take(kStart)) == "c");
}

TEST_CASE("BatchCollector's window begins with the first message", "[triggers][BatchCollector]") {
    BatchCollector collector(limits(100, 5s));
    CHECK_FALSE(collector.due());
    collector.add(item("a"), kStart);
    collector.receive_ended();
    collector.add(item("b"), kStart + 4s);
    collector.receive_ended();
    CHECK(collector.collecting() == 2);
    CHECK(collector.due() == kStart + 5s);
    CHECK(ids(collector.take(kStart + 4999ms)) == "nothing");
    const auto batch = collector.take(kStart + 5s);
    CHECK(ids(batch) == "ab");
    CHECK(batch->received == kStart);
    collector.add(item("c"), kStart + 6s);
    CHECK(collector.due() == kStart + 11s);
}

TEST_CASE("BatchCollector does not wait for a window when full", "[triggers][BatchCollector]") {
    BatchCollector collector(limits(3, 300s));
    for (const char* id : {"a", "b", "c", "d"}) {
        collector.add(item(id), kStart);
    }
    CHECK(collector.has_complete(kStart));
    CHECK(ids(collector.take(kStart)) == "abc");
    CHECK(ids(collector.take(kStart)) == "nothing");
    CHECK(collector.collecting() == 1);
}

TEST_CASE("BatchCollector keeps an event within 6 MB", "[triggers][BatchCollector]") {
    BatchCollector collector(limits(10'000, 300s));
    const std::size_t mebibyte = 1U << 20;
    for (const char* id : {"a", "b", "c", "d", "e"}) {
        collector.add(item(id, mebibyte), kStart);
    }
    CHECK_FALSE(collector.has_complete(kStart));
    collector.add(item("f", mebibyte), kStart);
    CHECK(ids(collector.take(kStart)) == "abcde");
    CHECK(collector.collecting() == 1);
}

TEST_CASE("BatchCollector whose limits change waits no longer", "[triggers][BatchCollector]") {
    BatchCollector collector(limits(100, 60s));
    for (const char* id : {"a", "b", "c"}) {
        collector.add(item(id), kStart);
    }
    collector.change(limits(2, 60s));
    CHECK(ids(collector.take(kStart)) == "abc");
    for (const char* id : {"d", "e", "f"}) {
        collector.add(item(id), kStart);
    }
    CHECK(ids(collector.take(kStart)) == "de");
    CHECK(collector.collecting() == 1);
}

TEST_CASE("BatchCollector gives back what no batch has taken", "[triggers][BatchCollector]") {
    BatchCollector collector(limits(2, 10s));
    for (const char* id : {"a", "b", "c"}) {
        collector.add(item(id), kStart);
    }
    const auto items = collector.clear();
    REQUIRE(items.size() == 3);
    CHECK(items[0].id == "a");
    CHECK(items[2].id == "c");
    CHECK(ids(collector.take(kStart + 1h)) == "nothing");
}

TEST_CASE("BatchCollector loses, doubles and reorders nothing", "[triggers][BatchCollector]") {
    std::mt19937 random(7);
    const auto below = [&](int limit) {
        return std::uniform_int_distribution<int>(0, limit - 1)(random);
    };
    for (int round = 0; round < 500; ++round) {
        BatchCollector::Limits set = limits(static_cast<std::size_t>(1 + below(12)));
        set.window = std::chrono::seconds(below(3));
        set.bytes_max = 400;
        BatchCollector collector(set);
        SteadyTime now = kStart;
        int added = 0;
        int taken = 0;
        const auto take = [&] {
            while (const auto batch = collector.take(now)) {
                REQUIRE(batch->items.size() <= set.size_max);
                std::size_t bytes = 16;
                for (const BatchItem& one : batch->items) {
                    REQUIRE(one.id == std::to_string(taken++));
                    bytes += one.record.size() + 1;
                }
                REQUIRE((bytes <= set.bytes_max || batch->items.size() == 1));
            }
        };
        for (int step = 0; step < 40; ++step) {
            for (int left = below(11); left > 0; --left) {
                collector.add(
                    item(std::to_string(added++), static_cast<std::size_t>(below(500))), now
                );
            }
            collector.receive_ended();
            take();
            now += std::chrono::milliseconds(below(1'500));
        }
        now += 10s;
        take();
        REQUIRE(taken == added);
    }
}
