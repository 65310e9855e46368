#include "scheduler/packed_records.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace lambent::scheduler;
using namespace std::chrono_literals;

namespace {

InvocationRecord record_of(const std::string& id, runtime::OutcomeKind outcome) {
    InvocationRecord record;
    record.request_id = id;
    record.function = "f";
    record.source = StartSource::kStem;
    record.outcome = outcome;
    record.duration = 12'345us;
    record.cost_usd = 0.25;
    record.phases.freeze = 7us;
    return record;
}

}  // namespace

TEST_CASE("Packed records come back in their order", "[scheduler][packed_records]") {
    std::string packed;
    pack(record_of("one", runtime::OutcomeKind::kTimeout), packed);
    pack(record_of("", runtime::OutcomeKind::kTooLarge), packed);
    const auto records = unpack_records(packed).value();
    REQUIRE(records.size() == 2);
    CHECK(records[0].request_id == "one");
    CHECK(records[0].outcome == runtime::OutcomeKind::kTimeout);
    CHECK(records[0].source == StartSource::kStem);
    CHECK(records[0].duration == 12'345us);
    CHECK(records[0].cost_usd == 0.25);
    CHECK(records[0].phases.freeze == 7us);
    CHECK(records[1].request_id.empty());
    CHECK(records[1].outcome == runtime::OutcomeKind::kTooLarge);
}

TEST_CASE("Packed records that were cut short are corrupted", "[scheduler][packed_records]") {
    std::string packed;
    pack(record_of("one", runtime::OutcomeKind::kSuccess), packed);
    for (std::size_t size = 1; size < packed.size(); ++size) {
        const auto records = unpack_records(packed.substr(0, size));
        REQUIRE(records.has_error());
        CHECK(records.error().code() == Code::kCorrupted);
    }
    CHECK(unpack_records("").value().empty());
}

TEST_CASE("Packed records with an unknown outcome are corrupted", "[scheduler][packed_records]") {
    std::string packed;
    pack(record_of("", static_cast<runtime::OutcomeKind>(99)), packed);
    CHECK(unpack_records(packed).has_error());
}
