#include "triggers/queue/message_queue.h"

#include <catch2/catch.hpp>

using namespace lambent::triggers;
using Removal = MessageQueue::Removal;
using VisibilityChange = MessageQueue::VisibilityChange;

namespace {

constexpr std::int64_t kStart = 1'000'000;

// A queue at a time of its own.
struct Bench {
    explicit Bench(QueueKind kind, std::uint32_t delay_s = 0)
        : queue(QueueRules{kind, delay_s, 60}) {}

    std::int64_t send(std::string group = "", std::uint32_t delay_s = 0) {
        QueuedMessage message;
        message.number = ++last;
        message.id = std::to_string(last);
        message.sent_ms = now;
        message.visible_ms = now + delay_s * 1'000;
        message.group_id = std::move(group);
        queue.add(std::move(message), now);
        return last;
    }
    // The numbers of what is delivered.
    std::vector<std::int64_t> take(std::size_t count = 10, std::uint32_t receives_max = 0) {
        taken = queue.take({count, 30, receives_max}, now);
        std::vector<std::int64_t> numbers;
        for (const QueuedMessage& message : taken.delivered) {
            numbers.push_back(message.number);
        }
        return numbers;
    }
    void pass(std::int64_t seconds) { now += seconds * 1'000; }

    MessageQueue queue;
    MessageQueue::Taken taken;
    std::int64_t now = kStart;
    std::int64_t last = 0;
};

using Numbers = std::vector<std::int64_t>;

}  // namespace

TEST_CASE(
    "MessageQueue delivers a message once until its visibility ends", "[triggers][MessageQueue]"
) {
    Bench b(QueueKind::kStandard);
    b.send();
    CHECK(b.take() == Numbers{1});
    b.now += 29'999;
    CHECK(b.take().empty());
    b.now += 1;
    CHECK(b.take() == Numbers{1});
    CHECK(b.taken.delivered[0].receives == 2);
    CHECK(b.taken.delivered[0].first_received_ms == kStart);
}

TEST_CASE(
    "MessageQueue counts what is visible, in flight and delayed", "[triggers][MessageQueue]"
) {
    Bench b(QueueKind::kStandard);
    b.send();
    b.send();
    b.send("", 5);
    CHECK(b.take(1) == Numbers{1});
    const QueueCounts counts = b.queue.counts(b.now);
    CHECK(counts.visible == 1);
    CHECK(counts.in_flight == 1);
    CHECK(counts.delayed == 1);
    CHECK(b.queue.next_visible_ms() == kStart + 5'000);
}

TEST_CASE("MessageQueue keeps a delayed message back", "[triggers][MessageQueue]") {
    Bench b(QueueKind::kStandard);
    b.send("", 5);
    CHECK(b.take().empty());
    b.pass(5);
    CHECK(b.take() == Numbers{1});
}

TEST_CASE("MessageQueue removes by the last delivery only", "[triggers][MessageQueue]") {
    Bench b(QueueKind::kStandard);
    b.send();
    b.take();
    b.pass(30);
    b.take();
    CHECK(b.queue.remove(1, 1, b.now).removal == Removal::kNotThis);
    CHECK(b.queue.size() == 1);
    CHECK(b.queue.remove(1, 2, b.now).removal == Removal::kRemoved);
    CHECK(b.queue.remove(1, 2, b.now).removal == Removal::kNotThis);
    CHECK(b.queue.size() == 0);
}

TEST_CASE(
    "MessageQueue removes a standard message that is visible again", "[triggers][MessageQueue]"
) {
    Bench b(QueueKind::kStandard);
    b.send();
    b.take();
    b.pass(31);
    CHECK(b.queue.remove(1, 1, b.now).removal == Removal::kRemoved);
}

TEST_CASE("MessageQueue refuses an expired delivery of a FIFO queue", "[triggers][MessageQueue]") {
    Bench b(QueueKind::kFifo);
    b.send("a");
    b.take();
    b.pass(30);
    CHECK(b.queue.remove(1, 1, b.now).removal == Removal::kExpired);
    CHECK(b.queue.size() == 1);
}

TEST_CASE("MessageQueue changes how long a delivery lasts", "[triggers][MessageQueue]") {
    Bench b(QueueKind::kStandard);
    b.send();
    b.take();
    const auto longer = b.queue.change_visibility(1, 1, 100, b.now);
    CHECK(longer.change == VisibilityChange::kChanged);
    CHECK(longer.message.visible_ms == kStart + 100'000);
    b.pass(99);
    CHECK(b.take().empty());
    CHECK(b.queue.change_visibility(1, 1, 0, b.now).change == VisibilityChange::kChanged);
    CHECK(b.queue.change_visibility(1, 1, 9, b.now).change == VisibilityChange::kNotInFlight);
    CHECK(b.take() == Numbers{1});
    CHECK(b.queue.change_visibility(1, 1, 9, b.now).change == VisibilityChange::kNotThis);
    CHECK(b.queue.change_visibility(7, 1, 9, b.now).change == VisibilityChange::kNotThis);
}

TEST_CASE("MessageQueue gives up what was received too often", "[triggers][MessageQueue]") {
    Bench b(QueueKind::kStandard);
    b.send();
    b.send();
    CHECK(b.take(1, 2) == Numbers{1});
    b.pass(30);
    CHECK(b.take(1, 2) == Numbers{1});
    b.pass(30);
    CHECK(b.take(1, 2) == Numbers{2});
    REQUIRE(b.taken.given_up.size() == 1);
    CHECK(b.taken.given_up[0].number == 1);
    CHECK(b.taken.given_up[0].receives_here == 2);
    CHECK(b.queue.size() == 1);
}

TEST_CASE("MessageQueue forgets what is older than the retention", "[triggers][MessageQueue]") {
    Bench b(QueueKind::kStandard);
    b.send();
    b.pass(10);
    b.send();
    b.pass(49);
    CHECK(b.queue.expire(b.now).empty());
    b.pass(1);
    REQUIRE(b.queue.expire(b.now).size() == 1);
    CHECK(b.take() == Numbers{2});
}

TEST_CASE("MessageQueue keeps a FIFO group's order", "[triggers][MessageQueue]") {
    Bench b(QueueKind::kFifo);
    b.send("a");
    b.send("b");
    b.send("a");
    CHECK(b.take(1) == Numbers{1});
    SECTION("and blocks the group while something of it is in flight") {
        CHECK(b.take() == Numbers{2});
        CHECK(b.take().empty());
        CHECK(b.queue.remove(1, 1, b.now).removal == Removal::kRemoved);
        CHECK(b.take() == Numbers{3});
    }
    SECTION("and delivers the first again before the second") {
        b.pass(30);
        CHECK(b.take() == Numbers{1, 3, 2});
    }
    SECTION("and goes on behind a message that is given up") {
        b.pass(30);
        CHECK(b.take(1, 1) == Numbers{3});
        REQUIRE(b.taken.given_up.size() == 1);
        CHECK(b.taken.given_up[0].number == 1);
    }
}

TEST_CASE("MessageQueue waits for all of a group's deliveries", "[triggers][MessageQueue]") {
    Bench b(QueueKind::kFifo);
    b.send("a");
    b.send("a");
    b.send("a");
    CHECK(b.take(2) == Numbers{1, 2});
    b.queue.change_visibility(1, 1, 0, b.now);
    CHECK(b.take().empty());
    CHECK(b.queue.remove(2, 1, b.now).removal == Removal::kRemoved);
    CHECK(b.take() == Numbers{1, 3});
}

TEST_CASE("MessageQueue applies a FIFO queue's delay to what waits", "[triggers][MessageQueue]") {
    Bench b(QueueKind::kFifo, 10);
    b.send("a");
    b.pass(5);
    CHECK(b.take().empty());
    b.queue.change_rules({QueueKind::kFifo, 5, 60}, b.now);
    CHECK(b.take() == Numbers{1});
    b.send("b");
    b.queue.change_rules({QueueKind::kFifo, 0, 60}, b.now);
    b.queue.change_rules({QueueKind::kFifo, 20, 60}, b.now);
    CHECK(b.queue.counts(b.now).delayed == 1);
    CHECK(b.queue.counts(b.now).in_flight == 1);
}

TEST_CASE("MessageQueue hands over what is visible in order", "[triggers][MessageQueue]") {
    Bench b(QueueKind::kFifo);
    b.send("a");
    b.send("b");
    b.send("a");
    CHECK(b.take(1) == Numbers{1});
    const auto away = b.queue.take_away(10, b.now);
    REQUIRE(away.size() == 1);
    CHECK(away[0].number == 2);
    CHECK(b.queue.size() == 2);
}

TEST_CASE("MessageQueue clears everything", "[triggers][MessageQueue]") {
    Bench b(QueueKind::kFifo);
    b.send("a");
    b.send("a");
    b.take(1);
    CHECK(b.queue.clear().size() == 2);
    CHECK(b.queue.size() == 0);
    CHECK_FALSE(b.queue.next_visible_ms().has_value());
    b.send("a");
    CHECK(b.take() == Numbers{3});
}
