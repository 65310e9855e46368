#include "triggers/queue/queue_service.h"

#include "tests/unit/triggers/queue_room.h"

#include <catch2/catch.hpp>

#include <optional>

using namespace lambent;
using namespace lambent::triggers;
using namespace std::chrono_literals;
using lambent::tests::QueueRoom;
using Bodies = std::vector<std::string>;

namespace {

QueueSettings with_dead_letters(const std::string& arn, std::uint32_t receives_max) {
    QueueSettings settings;
    settings.redrive = RedrivePolicy{arn, receives_max};
    return settings;
}

Task<> receive_into(QueueService& queues, std::string queue, std::uint32_t wait_s, Bodies& into) {
    ReceiveOptions options;
    options.wait_s = wait_s;
    const auto received = co_await queues.receive(std::move(queue), options);
    for (const ReceivedMessage& message : received.value()) {
        into.push_back(message.body);
    }
}

Task<> send_one(QueueService& queues, std::string queue, std::string body) {
    NewMessage message;
    message.body = std::move(body);
    (void)(co_await queues.send(std::move(queue), std::move(message))).value();
}

Task<> send_into(QueueService& queues, NewMessage message, std::optional<Code>& refusal) {
    std::string queue = "jobs.fifo";
    const auto sent = co_await queues.send(std::move(queue), std::move(message));
    refusal = sent.has_error() ? std::optional(sent.error().code()) : std::nullopt;
}

Task<> create_into(QueueService& queues, std::string name, std::optional<Code>& refusal) {
    QueueSettings settings;
    QueueTags tags;
    const auto made = co_await queues.create(std::move(name), std::move(settings), std::move(tags));
    refusal = made.has_error() ? std::optional(made.error().code()) : std::nullopt;
}

Task<> move_clock(tests::ManualClock& clock, QueueService& queues, std::chrono::seconds by) {
    clock.advance(by);
    co_await queues.tick();
}

Task<> remove_queue(QueueService& queues, std::string queue) {
    (void)co_await queues.remove(std::move(queue));
}

Task<> receive_code(QueueService& queues, std::string queue, Code& code) {
    ReceiveOptions options;
    options.wait_s = 20;
    const auto received = co_await queues.receive(std::move(queue), options);
    code = received.error().code();
}

}  // namespace

TEST_CASE("QueueService delivers what was sent, until it is removed", "[triggers][QueueService]") {
    QueueRoom room;
    room.create("jobs");
    const auto sent = room.send("jobs", "hello");
    REQUIRE(sent.has_value());
    CHECK(sent->sequence_number.empty());
    const auto received = room.receive("jobs");
    REQUIRE(received.size() == 1);
    CHECK(received[0].id == sent->id);
    CHECK(received[0].body == "hello");
    CHECK(received[0].sent_ms == unix_ms(room.clock.wall_now()));
    CHECK(received[0].receive_count == 1);
    CHECK(received[0].sender_id == "000000000000");
    CHECK(room.receive("jobs").empty());
    CHECK(room.run(room.queues->remove_message("jobs", received[0].receipt_handle)).has_value());
    room.pass(31s);
    CHECK(room.receive("jobs").empty());
}

TEST_CASE("QueueService finds queues by name and ARN", "[triggers][QueueService]") {
    QueueRoom room;
    const QueueDescription made = room.create("jobs");
    CHECK(made.arn == "arn:aws:sqs:us-east-1:000000000000:jobs");
    CHECK(room.queues->find(made.arn)->name == "jobs");
    CHECK_FALSE(room.queues->find("arn:aws:sqs:eu-west-1:000000000000:jobs").has_value());
    CHECK(room.send("nothing", "x").error().code() == Code::kNotFound);
    room.create("jobs-2");
    room.create("other");
    CHECK(room.queues->list("jobs").size() == 2);
    CHECK(room.queues->list("").size() == 3);
}

TEST_CASE("QueueService remembers everything beyond a restart", "[triggers][QueueService]") {
    QueueRoom room;
    QueueSettings settings;
    settings.visibility_s = 77;
    settings.redrive_allow = RedriveAllowPolicy{
        RedriveAllowPolicy::Kind::kByQueue, {"arn:aws:sqs:us-east-1:000000000000:a"}};
    const QueueDescription made =
        room.run(room.queues->create("jobs", settings, {{"k", "v"}})).value();
    NewMessage message;
    message.body = "one";
    message.attributes["a"] = {"Binary", std::string("\0\1", 2)};
    message.trace_header = "Root=1";
    room.run(room.queues->send("jobs", message)).value();
    message.body = std::string(100'000, 'x');
    room.run(room.queues->send("jobs", message)).value();
    const auto before = room.receive("jobs", 1);
    room.restart();
    CHECK(room.queues->find("jobs")->settings == settings);
    CHECK(room.queues->find("jobs")->created_ms == made.created_ms);
    CHECK(room.queues->tags("jobs").value() == QueueTags{{"k", "v"}});
    CHECK(room.queues->counts("jobs")->in_flight == 1);
    CHECK(room.queues->counts("jobs")->visible == 1);
    const auto second = room.receive("jobs");
    REQUIRE(second.size() == 1);
    CHECK(second[0].body == std::string(100'000, 'x'));
    CHECK(second[0].attributes == message.attributes);
    CHECK(second[0].trace_header == "Root=1");
    CHECK(room.run(room.queues->remove_message("jobs", before[0].receipt_handle)).has_value());
    CHECK(room.run(room.queues->remove_message("jobs", second[0].receipt_handle)).has_value());
    room.restart();
    room.pass(100s);
    CHECK(room.receive("jobs").empty());
}

TEST_CASE("QueueService counts deliveries beyond a restart", "[triggers][QueueService]") {
    QueueRoom room;
    room.create("jobs");
    room.send("jobs", "x").value();
    const auto first = room.receive("jobs");
    room.restart();
    room.pass(31s);
    const auto again = room.receive("jobs");
    REQUIRE(again.size() == 1);
    CHECK(again[0].receive_count == 2);
    CHECK(again[0].first_received_ms == first[0].first_received_ms);
    // The older delivery's handle does nothing, and says so to nobody.
    CHECK(room.run(room.queues->remove_message("jobs", first[0].receipt_handle)).has_value());
    CHECK(room.queues->counts("jobs")->in_flight == 1);
}

TEST_CASE("QueueService reads bodies that it has no room for", "[triggers][QueueService]") {
    QueueRoom room(0);
    room.create("jobs");
    room.send("jobs", "first").value();
    room.send("jobs", std::string(5'000, 'y')).value();
    CHECK(room.bodies("jobs") == Bodies{"first", std::string(5'000, 'y')});
}

TEST_CASE("QueueService wakes a receive when a message arrives", "[triggers][QueueService]") {
    QueueRoom room;
    room.create("jobs");
    Bodies first;
    Bodies second;
    std::vector<Task<>> flows;
    flows.push_back(receive_into(*room.queues, "jobs", 20, first));
    flows.push_back(receive_into(*room.queues, "jobs", 20, second));
    flows.push_back(send_one(*room.queues, "jobs", "a"));
    flows.push_back(send_one(*room.queues, "jobs", "b"));
    room.run_together(std::move(flows));
    CHECK(first.size() == 1);
    CHECK(second.size() == 1);
    CHECK(first != second);
}

TEST_CASE("QueueService ends a receive when its time is over", "[triggers][QueueService]") {
    QueueRoom room;
    room.create("jobs");
    Bodies got;
    std::vector<Task<>> flows;
    flows.push_back(receive_into(*room.queues, "jobs", 20, got));
    flows.push_back(move_clock(room.clock, *room.queues, 20s));
    room.run_together(std::move(flows));
    CHECK(got.empty());
}

TEST_CASE("QueueService hands a delayed message to who waits", "[triggers][QueueService]") {
    QueueRoom room;
    QueueSettings settings;
    settings.delay_s = 5;
    room.create("jobs", settings);
    room.send("jobs", "later").value();
    CHECK(room.receive("jobs").empty());
    Bodies got;
    std::vector<Task<>> flows;
    flows.push_back(receive_into(*room.queues, "jobs", 20, got));
    flows.push_back(move_clock(room.clock, *room.queues, 5s));
    room.run_together(std::move(flows));
    CHECK(got == Bodies{"later"});
}

TEST_CASE("QueueService tells those who wait that the queue is gone", "[triggers][QueueService]") {
    QueueRoom room;
    room.create("jobs");
    Code code = Code::kInternal;
    std::vector<Task<>> flows;
    flows.push_back(receive_code(*room.queues, "jobs", code));
    flows.push_back(remove_queue(*room.queues, "jobs"));
    room.run_together(std::move(flows));
    CHECK(code == Code::kNotFound);
}

TEST_CASE("QueueService takes a FIFO message once in five minutes", "[triggers][QueueService]") {
    QueueRoom room;
    room.create("jobs.fifo");
    const auto first = room.send("jobs.fifo", "x", "g", "same").value();
    CHECK(first.sequence_number.size() == 20);
    const auto received = room.receive("jobs.fifo");
    CHECK(received[0].sequence_number == first.sequence_number);
    room.run(room.queues->remove_message("jobs.fifo", received[0].receipt_handle)).value();
    room.restart();
    const auto again = room.send("jobs.fifo", "y", "g", "same").value();
    CHECK(again.id == first.id);
    CHECK(again.sequence_number == first.sequence_number);
    CHECK(room.receive("jobs.fifo").empty());
    room.pass(300s);
    const auto later = room.send("jobs.fifo", "z", "g", "same").value();
    CHECK(later.sequence_number > first.sequence_number);
    CHECK(room.bodies("jobs.fifo") == Bodies{"z"});
}

TEST_CASE("QueueService knows FIFO messages by content and by group", "[triggers][QueueService]") {
    QueueRoom room;
    QueueSettings settings;
    settings.content_based_deduplication = true;
    room.create("by-content.fifo", settings);
    const auto first = room.send("by-content.fifo", "x", "g").value();
    CHECK(room.send("by-content.fifo", "x", "h").value().id == first.id);
    CHECK(room.send("by-content.fifo", "y", "g").value().id != first.id);
    settings.deduplication_scope = DeduplicationScope::kMessageGroup;
    room.create("by-group.fifo", settings);
    const auto in_g = room.send("by-group.fifo", "x", "g").value();
    CHECK(room.send("by-group.fifo", "x", "h").value().id != in_g.id);
    CHECK(room.send("by-group.fifo", "x", "g").value().id == in_g.id);
}

TEST_CASE("QueueService repeats a FIFO receive whose answer was lost", "[triggers][QueueService]") {
    QueueRoom room;
    room.create("jobs.fifo");
    room.send("jobs.fifo", "a", "g", "1").value();
    room.send("jobs.fifo", "b", "g", "2").value();
    ReceiveOptions options;
    options.attempt_id = "attempt";
    const auto first = room.run(room.queues->receive("jobs.fifo", options)).value();
    room.pass(20s);
    const auto again = room.run(room.queues->receive("jobs.fifo", options)).value();
    REQUIRE(again.size() == 1);
    CHECK(again[0].receipt_handle == first[0].receipt_handle);
    CHECK(again[0].receive_count == 1);
    room.pass(20s);
    CHECK(room.receive("jobs.fifo").empty());  // its time began anew
    room.run(room.queues->remove_message("jobs.fifo", first[0].receipt_handle)).value();
    const auto next = room.run(room.queues->receive("jobs.fifo", options)).value();
    REQUIRE(next.size() == 1);
    CHECK(next[0].body == "b");
    room.create("jobs");
    CHECK(room.run(room.queues->receive("jobs", options)).has_error());
}

TEST_CASE("QueueService answers each message of a batch", "[triggers][QueueService]") {
    QueueRoom room;
    room.create("jobs");
    std::vector<NewMessage> messages(3);
    messages[0].body = "good";
    messages[2].body = "too";
    const auto sent = room.run(room.queues->send_batch("jobs", messages)).value();
    CHECK(sent[0].has_value());
    CHECK(sent[1].error().subject() == "MissingParameter");
    CHECK(sent[2].has_value());
    const auto received = room.receive("jobs");
    const auto removed =
        room.run(room.queues->remove_batch("jobs", {received[0].receipt_handle, "junk"})).value();
    CHECK(removed[0].has_value());
    CHECK(removed[1].error().subject() == "receipt_handle");
    const auto changed = room.run(room.queues->change_visibility_batch(
        "jobs", {{received[1].receipt_handle, 0}, {received[0].receipt_handle, 0}}
    ));
    CHECK(changed.value()[0].has_value());
    CHECK(changed.value()[1].error().subject() == "ReceiptHandle");
    CHECK(room.bodies("jobs") == Bodies{"too"});
    messages.assign(2, NewMessage());
    messages[0].body = messages[1].body = std::string(600'000, 'x');
    CHECK(room.run(room.queues->send_batch("jobs", messages)).error().subject() == "batch");
}

TEST_CASE("QueueService gives up a message to the dead letter queue", "[triggers][QueueService]") {
    QueueRoom room;
    const std::string dead = room.create("dead").arn;
    const std::string jobs = room.create("jobs", with_dead_letters(dead, 2)).arn;
    const auto sent = room.send("jobs", "poison").value();
    for (int i = 0; i < 2; ++i) {
        CHECK(room.bodies("jobs") == Bodies{"poison"});
        room.pass(31s);
    }
    CHECK(room.receive("jobs").empty());
    room.restart();
    const auto found = room.receive("dead");
    REQUIRE(found.size() == 1);
    CHECK(found[0].id == sent.id);
    CHECK(found[0].dead_letter_source_arn == jobs);
    CHECK(found[0].receive_count == 3);
    CHECK(room.queues->sources_of("dead").size() == 1);

    SECTION("and a move brings it back as a new message") {
        room.pass(31s);
        const MoveTask task = room.run(room.queues->start_move(dead, "", std::nullopt)).value();
        CHECK(task.to_move == 1);
        room.pass(1s);
        const auto back = room.receive("jobs");
        REQUIRE(back.size() == 1);
        CHECK(back[0].id != sent.id);
        CHECK(back[0].body == "poison");
        CHECK(back[0].receive_count == 1);
        CHECK(back[0].dead_letter_source_arn.empty());
        const auto moves = room.queues->moves(dead).value();
        REQUIRE(moves.size() == 1);
        CHECK(moves[0].status == MoveTask::Status::kCompleted);
        CHECK(moves[0].moved == 1);
    }
    SECTION("and a move to another queue is known beyond a restart") {
        const std::string other = room.create("other").arn;
        room.pass(31s);
        room.run(room.queues->start_move(dead, other, 1)).value();
        room.pass(1s);
        room.restart();
        CHECK(room.queues->moves(dead).value()[0].status == MoveTask::Status::kCompleted);
        CHECK(room.bodies("other") == Bodies{"poison"});
    }
}

TEST_CASE("QueueService refuses moves that cannot be", "[triggers][QueueService]") {
    QueueRoom room;
    const std::string dead = room.create("dead").arn;
    CHECK(
        room.run(room.queues->start_move(dead, "", std::nullopt)).error().subject() == "SourceArn"
    );
    room.create("jobs", with_dead_letters(dead, 1));
    CHECK(
        room.run(room.queues->start_move(dead + "x", "", std::nullopt)).error().code() ==
        Code::kNotFound
    );
    CHECK(room.run(room.queues->start_move(dead, "", 501)).has_error());
    CHECK(room.run(room.queues->cancel_move("none")).error().code() == Code::kNotFound);
}

TEST_CASE("QueueService cancels a move that goes on", "[triggers][QueueService]") {
    QueueRoom room;
    const std::string dead = room.create("dead").arn;
    const std::string other = room.create("other").arn;
    room.create("jobs", with_dead_letters(dead, 1));
    for (int i = 0; i < 5; ++i) {
        room.send("dead", "x").value();
    }
    const MoveTask task = room.run(room.queues->start_move(dead, other, 1)).value();
    CHECK(room.run(room.queues->start_move(dead, other, 1)).error().subject() == "SourceArn");
    const auto cancelled = room.run(room.queues->cancel_move(task.handle)).value();
    CHECK(cancelled.status == MoveTask::Status::kCancelled);
    CHECK(room.run(room.queues->cancel_move(task.handle)).error().subject() == "task_over");
    CHECK(room.queues->counts("dead")->visible >= 4);
}

TEST_CASE("QueueService checks dead letter queues", "[triggers][QueueService]") {
    QueueRoom room;
    const auto subject = [&](const std::string& name, const std::string& arn) {
        const auto made = room.run(room.queues->create(name, with_dead_letters(arn, 1), {}));
        return made.has_error() ? made.error().subject() : "fine";
    };
    QueueSettings closed;
    closed.redrive_allow = RedriveAllowPolicy{RedriveAllowPolicy::Kind::kDenyAll, {}};
    QueueSettings listed;
    listed.redrive_allow =
        RedriveAllowPolicy{RedriveAllowPolicy::Kind::kByQueue, {room.queues->arn_of("good")}};
    CHECK(subject("a", room.queues->arn_of("none")) == "RedrivePolicy");
    CHECK(subject("a", room.create("f.fifo").arn) == "RedrivePolicy");
    CHECK(subject("a", room.create("closed", closed).arn) == "RedrivePolicy");
    const std::string arn = room.create("listed", listed).arn;
    CHECK(subject("a", arn) == "RedrivePolicy");
    CHECK(subject("good", arn) == "fine");
}

TEST_CASE("QueueService lets nobody purge or recreate too soon", "[triggers][QueueService]") {
    QueueRoom room;
    room.create("jobs");
    room.send("jobs", "x").value();
    room.send("jobs", std::string(5'000, 'x')).value();
    CHECK(room.run(room.queues->purge("jobs")).has_value());
    CHECK(room.run(room.queues->purge("jobs")).error().subject() == "purge_in_progress");
    CHECK(room.receive("jobs").empty());
    room.pass(60s);
    CHECK(room.run(room.queues->purge("jobs")).has_value());
    CHECK(room.run(room.queues->remove("jobs")).has_value());
    CHECK(room.run(room.queues->remove("jobs")).error().code() == Code::kNotFound);
    CHECK(room.run(room.queues->create("jobs", {}, {})).error().subject() == "deleted_recently");
    room.pass(60s);
    room.create("jobs");
    room.restart();
    CHECK(room.receive("jobs").empty());
}

TEST_CASE("QueueService creates a queue that is there as it is", "[triggers][QueueService]") {
    QueueRoom room;
    room.create("jobs");
    CHECK(room.run(room.queues->create("jobs", {}, {})).has_value());
    QueueSettings other;
    other.delay_s = 1;
    CHECK(room.run(room.queues->create("jobs", other, {})).error().subject() == "queue_exists");
    CHECK(room.run(room.queues->create("a b", {}, {})).error().subject() == "QueueName");
    CHECK(room.run(room.queues->change_settings("jobs", other)).has_value());
    CHECK(room.run(room.queues->change_tags("jobs", {{"a", "b"}})).has_value());
    room.restart();
    CHECK(room.queues->find("jobs")->settings == other);
    CHECK(room.queues->tags("jobs").value() == QueueTags{{"a", "b"}});
}

TEST_CASE("QueueService forgets messages after the retention", "[triggers][QueueService]") {
    QueueRoom room;
    QueueSettings settings;
    settings.retention_s = 60;
    room.create("jobs", settings);
    room.send("jobs", "old").value();
    room.pass(60s);
    CHECK(room.queues->counts("jobs")->visible == 0);
    room.restart();
    CHECK(room.receive("jobs").empty());
}

TEST_CASE("QueueService takes back what the disk refuses", "[triggers][QueueService]") {
    QueueRoom room;
    room.create("jobs");
    room.send("jobs", "kept").value();
    SECTION("a send") {
        room.failing->failures = 1;
        CHECK(room.send("jobs", "lost").error().code() == Code::kUnavailable);
        room.until_open("jobs");
        CHECK(room.bodies("jobs") == Bodies{"kept"});
    }
    SECTION("a receive") {
        room.failing->failures = 1;
        CHECK(room.run(room.queues->receive("jobs", {})).error().code() == Code::kUnavailable);
        room.until_open("jobs");
        const auto again = room.receive("jobs");
        REQUIRE(again.size() == 1);
        CHECK(again[0].receive_count == 1);
    }
    SECTION("a removal") {
        const auto received = room.receive("jobs");
        room.failing->failures = 1;
        CHECK(room.run(room.queues->remove_message("jobs", received[0].receipt_handle)).has_error()
        );
        room.until_open("jobs");
        room.pass(31s);
        CHECK(room.bodies("jobs") == Bodies{"kept"});
    }
    SECTION("a purge, and a deletion") {
        room.failing->failures = 1;
        CHECK(room.run(room.queues->purge("jobs")).has_error());
        room.until_open("jobs");
        room.failing->failures = 1;
        CHECK(room.run(room.queues->remove("jobs")).has_error());
        room.until_open("jobs");
        CHECK(room.bodies("jobs") == Bodies{"kept"});
    }
}

TEST_CASE("QueueService's duplicates fail with their original", "[triggers][QueueService]") {
    QueueRoom room;
    room.create("jobs.fifo");
    NewMessage message;
    message.body = "lost";
    message.group_id = "g";
    message.deduplication_id = "once";
    room.failing->failures = 1;
    std::optional<Code> first;
    std::optional<Code> second;
    std::vector<Task<>> flows;
    flows.push_back(send_into(*room.queues, message, first));
    flows.push_back(send_into(*room.queues, message, second));
    room.run_together(std::move(flows));
    CHECK(first == Code::kUnavailable);
    CHECK(second == Code::kUnavailable);
    room.until_open("jobs.fifo");
    CHECK(room.bodies("jobs.fifo").empty());
    CHECK(room.send("jobs.fifo", "kept", "g", "once").has_value());
    CHECK(room.bodies("jobs.fifo") == Bodies{"kept"});
}

TEST_CASE("QueueService's queue is not there before its row is", "[triggers][QueueService]") {
    QueueRoom room;
    room.create("other");
    room.failing->failures = 1;
    NewMessage message;
    message.body = "lost";
    message.group_id = "g";
    message.deduplication_id = "once";
    std::optional<Code> first;
    std::optional<Code> second;
    std::optional<Code> sent;
    std::vector<Task<>> flows;
    flows.push_back(create_into(*room.queues, "jobs.fifo", first));
    flows.push_back(create_into(*room.queues, "jobs.fifo", second));
    flows.push_back(send_into(*room.queues, message, sent));
    room.run_together(std::move(flows));
    CHECK(first == Code::kUnavailable);
    CHECK(second == Code::kUnavailable);
    CHECK(sent == Code::kUnavailable);
    CHECK_FALSE(room.queues->find("jobs.fifo").has_value());
    room.restart();
    CHECK(room.queues->list("jobs").empty());
    room.create("jobs.fifo");
    CHECK(room.send("jobs.fifo", "kept", "g", "once").has_value());
}

TEST_CASE("QueueService begins although rows have no queue", "[triggers][QueueService]") {
    QueueRoom room;
    room.create("jobs.fifo");
    room.send("jobs.fifo", "kept", "g", "a").value();
    room.send("jobs.fifo", "stray", "h", "b").value();
    sql::Work work = [](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(session.run(
            "UPDATE queue_message SET queue = $1 WHERE group_id = $2",
            {std::int64_t{7}, std::string("h")}
        ));
        LAMBENT_TRY(session.run("UPDATE queue_duplicate SET queue = $1", {std::int64_t{7}}));
        return {};
    };
    room.run(room.driver->write(std::move(work))).value();
    room.restart();
    CHECK(room.bodies("jobs.fifo") == Bodies{"kept"});
}

TEST_CASE("QueueService as a target takes each message once", "[triggers][QueueService]") {
    QueueRoom room;
    scheduler::TargetMessage message;
    message.id = "event-1";
    message.target_arn = room.create("jobs").arn;
    message.body = "{}";
    message.attributes["kind"] = "test";
    message.number_attributes = {{"size", "7"}};
    message.trace_header = "Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=1:a87bd80c:1";
    CHECK(room.run(room.queues->send(message)).has_value());
    CHECK(room.run(room.queues->send(message)).has_value());
    const auto received = room.receive("jobs");
    REQUIRE(received.size() == 1);
    const MessageAttributes expected{{"kind", {"String", "test"}}, {"size", {"Number", "7"}}};
    CHECK(received[0].attributes == expected);
    CHECK(received[0].trace_header == message.trace_header);
    message.target_arn = room.create("jobs.fifo").arn;
    message.group_id = "g";
    CHECK(room.run(room.queues->send(message)).has_value());
    CHECK(room.receive("jobs.fifo").size() == 1);
    message.target_arn += "x";
    CHECK(room.run(room.queues->send(message)).error().code() == Code::kNotFound);
}
