#include "scheduler/record_ring.h"

#include <catch2/catch.hpp>

using namespace lambent::scheduler;

namespace {

InvocationRecord record(const std::string& id, const std::string& function = "f") {
    InvocationRecord made;
    made.request_id = id;
    made.function = function;
    return made;
}

std::vector<std::string> ids(const std::vector<InvocationRecord>& records) {
    std::vector<std::string> result;
    for (const InvocationRecord& one : records) {
        result.push_back(one.request_id);
    }
    return result;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("RecordRing shows the newest records first", "[scheduler][RecordRing]") {
    RecordRing ring(10, 1);
    ring.add(record("a"));
    ring.add(record("b", "g"));
    ring.add(record("c"));
    CHECK(ids(ring.recent({"", "", 10})) == Ids{"c", "b", "a"});
    CHECK(ids(ring.recent({"f", "", 10})) == Ids{"c", "a"});
    CHECK(ids(ring.recent({"f", "", 1})) == Ids{"c"});
    CHECK(ids(ring.recent({"", "b", 10})) == Ids{"b"});
    CHECK(ring.recent({"f", "b", 10}).empty());
}

TEST_CASE("RecordRing overwrites the oldest when it is full", "[scheduler][RecordRing]") {
    RecordRing ring(3, 1);
    std::vector<std::uint64_t> numbers;
    for (const char* id : {"a", "b", "c", "d", "e"}) {
        numbers.push_back(ring.add(record(id)));
    }
    CHECK(numbers == std::vector<std::uint64_t>{1, 2, 3, 4, 5});
    CHECK(ids(ring.recent({"", "", 10})) == Ids{"e", "d", "c"});
    CHECK(ring.oldest() == 3);
    CHECK(ring.next() == 6);
    CHECK(ring.at(2) == nullptr);
    CHECK(ring.at(3)->request_id == "c");
    CHECK(ring.at(5)->request_id == "e");
    CHECK(ring.at(6) == nullptr);
}

TEST_CASE("RecordRing may begin at any number", "[scheduler][RecordRing]") {
    RecordRing ring(4, 1'234'567);
    CHECK(ring.recent({"", "", 10}).empty());
    CHECK(ring.add(record("a")) == 1'234'567);
    CHECK(ring.at(1'234'567)->request_id == "a");
    CHECK(ring.at(1'234'566) == nullptr);
}
