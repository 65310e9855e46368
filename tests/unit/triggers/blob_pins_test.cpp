#include "triggers/objects/blob_pins.h"

#include "tests/support/concurrently.h"
#include "tests/support/run_flow.h"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace lambent;
using namespace lambent::tests;
using namespace lambent::triggers;

namespace {

Task<> pin_and_note(BlobPins& pins, std::string name, std::vector<std::string>& notes) {
    const BlobPins::Pin pin = co_await pins.pin("b");
    notes.push_back(std::move(name));
}

Task<> end_removal(BlobPins& pins, std::vector<std::string>& notes) {
    notes.emplace_back("removed");
    pins.end_removal("b");
    co_return;
}

}  // namespace

TEST_CASE("A pinned blob is not removed until the last pin has gone", "[triggers][BlobPins]") {
    boost::asio::io_context loop;
    BlobPins pins;
    {
        const BlobPins::Pin first = run_flow(loop, pins.pin("b"));
        BlobPins::Pin second = run_flow(loop, pins.pin("b"));
        CHECK_FALSE(pins.begin_removal("b"));
        CHECK(pins.begin_removal("other"));
        pins.end_removal("other");
        second = BlobPins::Pin();
        CHECK_FALSE(pins.begin_removal("b"));
    }
    CHECK(pins.begin_removal("b"));
    CHECK_FALSE(pins.end_removal("b"));
}

TEST_CASE("The last pin says whether a removal was refused", "[triggers][BlobPins]") {
    boost::asio::io_context loop;
    BlobPins pins;
    BlobPins::Pin alone = run_flow(loop, pins.pin("b"));
    CHECK_FALSE(pins.unpin(std::move(alone)));

    BlobPins::Pin first = run_flow(loop, pins.pin("b"));
    BlobPins::Pin second = run_flow(loop, pins.pin("b"));
    CHECK_FALSE(pins.begin_removal("b"));
    CHECK_FALSE(pins.unpin(std::move(first)));
    CHECK(pins.unpin(std::move(second)));
}

TEST_CASE("A removal goes on when another was refused meanwhile", "[triggers][BlobPins]") {
    BlobPins pins;
    CHECK(pins.begin_removal("b"));
    CHECK_FALSE(pins.begin_removal("b"));
    CHECK_FALSE(pins.begin_removal("b"));
    CHECK(pins.end_removal("b"));
    CHECK_FALSE(pins.end_removal("b"));
    CHECK(pins.begin_removal("b"));
    CHECK_FALSE(pins.end_removal("b"));
}

TEST_CASE("A pin waits for the end of a removal", "[triggers][BlobPins]") {
    boost::asio::io_context loop;
    BlobPins pins;
    std::vector<std::string> notes;
    REQUIRE(pins.begin_removal("b"));
    std::vector<Task<>> flows;
    flows.push_back(pin_and_note(pins, "one", notes));
    flows.push_back(pin_and_note(pins, "two", notes));
    flows.push_back(end_removal(pins, notes));
    run_concurrently(loop, std::move(flows));
    REQUIRE(notes.size() == 3);
    CHECK(notes.front() == "removed");
    CHECK(pins.begin_removal("b"));
    pins.end_removal("b");
}
