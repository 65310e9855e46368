#include "triggers/topics/topics.h"

#include "base/sql/sqlite_driver.h"
#include "scheduler/outbox/sql_outbox.h"
#include "tests/support/concurrently.h"
#include "tests/support/kept_outbox.h"
#include "tests/support/manual_clock.h"
#include "tests/support/outbox_table.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace lambent;
using namespace std::chrono_literals;
using lambent::tests::run_flow;
using triggers::Notification;
using triggers::PublishedMessage;
using triggers::Subscription;
using triggers::TopicMessage;
using triggers::Topics;
using triggers::TopicTexts;

namespace {

const std::string kTargetQueue = "arn:aws:sqs:us-east-1:000000000000:jobs";
const std::string kOther = "arn:aws:sqs:us-east-1:000000000000:others";
const std::string kTargetFunction = "arn:aws:lambda:us-east-1:000000000000:function:f";
const TopicTexts kFifoTopic{{"FifoTopic", "true"}, {"ContentBasedDeduplication", "true"}};

// Says who gets what.
class PlainWriter final : public triggers::NotificationWriter {
  public:
    std::string envelope(const Notification& of) const override {
        return "envelope of " + of.message.body_for(of.subscription.protocol);
    }
    std::string confirmation(
        const Subscription& subscription, const PublishedMessage& /*asked*/
    ) const override {
        return "question to " + subscription.endpoint;
    }
    std::string function_event(const Notification& of) const override {
        return "event of " + of.message.body_for(of.subscription.protocol);
    }
};

TopicMessage message_saying(const std::string& body) {
    TopicMessage message;
    message.body = body;
    return message;
}

TopicMessage grouped(const std::string& body, const std::string& group = "g") {
    TopicMessage message = message_saying(body);
    message.group_id = group;
    return message;
}

// Where deliveries lie as rows: what was committed, and nothing else.
struct Fixture {
    Fixture() { open(); }

    // As after a start of the daemon.
    void open() {
        topics.reset();
        driver.reset();
        driver = sql::SqliteDriver::open(directory.file("db"), sql::SqliteConfig()).value();
        std::vector<sql::Migration> all = Topics::migrations();
        for (const sql::Migration& one : tests::OutboxTable::migrations()) {
            all.push_back(one);
        }
        driver->migrate(all).value();
        outbox.driver = driver.get();
        topics =
            std::make_unique<Topics>("us-east-1", Topics::Ports{*driver, outbox, writer, clock});
        run(topics->load()).value();
    }
    template <class T>
    T run(Task<T> flow) {
        return run_flow(loop, std::move(flow));
    }
    std::string create(const std::string& name, TopicTexts attributes = {}) {
        return run(topics->create(name, std::move(attributes), {})).value().arn;
    }
    Subscription subscribe(
        const std::string& topic, const std::string& endpoint, TopicTexts attributes = {}
    ) {
        const bool is_queue = endpoint.starts_with("arn:aws:sqs");
        const std::string protocol = is_queue ? "sqs" : "lambda";
        return run(topics->subscribe(topic, protocol, endpoint, std::move(attributes))).value();
    }
    void set(const Subscription& of, const std::string& name, const std::string& value) {
        run(topics->set_subscription_attribute(of.arn, name, value)).value();
    }
    Task<> setting(std::string arn, std::string name, std::string value, std::vector<bool>& taken) {
        const auto done = co_await topics->set_subscription_attribute(arn, name, value);
        taken.push_back(done.has_value());
    }
    // The ARN, or the error's subject.
    Task<> subscribing(std::string topic, TopicTexts attributes, std::vector<std::string>& made) {
        const auto done =
            co_await topics->subscribe(topic, "sqs", kTargetQueue, std::move(attributes));
        made.push_back(done.has_value() ? done->arn : done.error().subject());
    }
    PublishedMessage publish(const std::string& topic, TopicMessage message) {
        return run(topics->publish(topic, std::move(message))).value();
    }
    std::vector<tests::OutboxTable::Kept> kept() { return outbox.all(loop); }

    tests::TempDir directory;
    tests::ManualClock clock;
    boost::asio::io_context loop;
    PlainWriter writer;
    tests::OutboxTable outbox;
    std::unique_ptr<sql::SqliteDriver> driver;
    std::unique_ptr<Topics> topics;
};

}  // namespace

TEST_CASE("Topics are created once and are there after a restart", "[triggers][Topics]") {
    Fixture room;
    const std::string arn = room.create("orders", {{"DisplayName", "Orders"}});
    CHECK(arn == "arn:aws:sns:us-east-1:000000000000:orders");
    CHECK(room.create("orders") == arn);
    CHECK(room.create("orders", {{"DisplayName", "Orders"}}) == arn);
    const auto differing = room.run(room.topics->create("orders", {{"DisplayName", "x"}}, {}));
    CHECK(
        differing.error().message() ==
        "Invalid parameter: Attributes Reason: Topic already exists with different attributes"
    );
    room.run(room.topics->set_attribute(arn, "DisplayName", "New")).value();
    room.run(room.topics->set_tags(arn, {{"team", "a"}})).value();
    const Subscription subscription = room.subscribe(arn, kTargetQueue);
    room.open();
    const auto topic = room.topics->topic(arn).value();
    CHECK(topic.has("DisplayName", "New"));
    CHECK(topic.tags == TopicTexts{{"team", "a"}});
    REQUIRE(room.topics->subscriptions().size() == 1);
    CHECK(room.topics->subscription(subscription.arn)->endpoint == kTargetQueue);
    room.run(room.topics->remove(arn)).value();
    room.run(room.topics->remove(arn)).value();
    CHECK(room.topics->topic(arn).error().code() == Code::kNotFound);
    room.open();
    CHECK(room.topics->topics().empty());
    CHECK(room.topics->subscriptions().empty());
}

TEST_CASE("Topics send what is published to every subscriber", "[triggers][Topics]") {
    Fixture room;
    const std::string arn = room.create("orders");
    room.subscribe(arn, kTargetQueue);
    room.subscribe(arn, kTargetFunction);
    room.subscribe(room.create("elsewhere"), kOther);
    const PublishedMessage published = room.publish(arn, message_saying("x"));
    CHECK(published.id.size() == 36);
    CHECK(published.sequence_number.empty());
    const auto kept = room.kept();
    REQUIRE(kept.size() == 2);
    CHECK(room.outbox.wakes == 1);
    for (const auto& [message, rules] : kept) {
        CHECK(message.source_arn == arn);
        CHECK(
            message.body == (message.target_arn == kTargetQueue ? "envelope of x" : "event of x")
        );
        CHECK(rules.attempts_max == 100'015);
        CHECK(rules.dead_letter_arn.empty());
    }
}

TEST_CASE("Topics acknowledge nothing that has not been written", "[triggers][Topics]") {
    Fixture room;
    const std::string arn = room.create("orders.fifo", kFifoTopic);
    room.subscribe(arn, kTargetQueue + ".fifo");
    room.outbox.refuses = true;
    const auto refused = room.run(room.topics->publish(arn, grouped("x")));
    CHECK(refused.error().code() == Code::kUnavailable);
    room.outbox.refuses = false;
    // Nor does the topic take it for a message that it knows.
    room.publish(arn, grouped("x"));
    CHECK(room.kept().size() == 1);
}

TEST_CASE("Topics send to those whose filter policy matches", "[triggers][Topics]") {
    Fixture room;
    const std::string arn = room.create("orders");
    const Subscription filtered =
        room.subscribe(arn, kTargetQueue, {{"FilterPolicy", R"({"kind": ["book"]})"}});
    room.subscribe(
        arn,
        kOther,
        {{"FilterPolicy", R"({"kind": ["toy"]})"}, {"FilterPolicyScope", "MessageBody"}}
    );
    TopicMessage book = message_saying(R"({"kind": "toy"})");
    book.attributes["kind"] = {"String", "book"};
    room.publish(arn, book);
    room.publish(arn, message_saying("neither"));
    const auto kept = room.kept();
    REQUIRE(kept.size() == 2);
    room.run(room.topics->set_subscription_attribute(filtered.arn, "FilterPolicy", "")).value();
    room.open();
    room.publish(arn, message_saying("to the first"));
    REQUIRE(room.kept().size() == 3);
    CHECK(room.kept()[2].message.target_arn == kTargetQueue);
}

TEST_CASE("Topics keep one subscription for an endpoint", "[triggers][Topics]") {
    Fixture room;
    const std::string arn = room.create("orders");
    const TopicTexts raw{{"RawMessageDelivery", "true"}};
    const Subscription first = room.subscribe(arn, kTargetQueue, raw);
    CHECK(room.subscribe(arn, kTargetQueue).arn == first.arn);
    CHECK(room.subscribe(arn, kTargetQueue, raw).arn == first.arn);
    const TopicTexts other{{"RawMessageDelivery", "false"}};
    CHECK(
        room.run(room.topics->subscribe(arn, "sqs", kTargetQueue, other)).error().message() ==
        "Invalid parameter: Attributes Reason: Subscription already exists with different "
        "attributes"
    );
    CHECK(room.topics->subscriptions_of(arn)->size() == 1);
    room.run(room.topics->unsubscribe(first.arn)).value();
    room.run(room.topics->unsubscribe(first.arn)).value();
    CHECK(room.topics->subscriptions().empty());
    CHECK(room.topics->subscription(first.arn).error().subject() == "subscription");
    CHECK(
        room.run(room.topics->subscribe("arn:x", "sqs", kTargetQueue, {})).error().subject() ==
        "topic"
    );
}

TEST_CASE(
    "Topics let no two changes at once make a subscription unreadable", "[triggers][Topics]"
) {
    Fixture room;
    const std::string arn = room.create("orders");
    const Subscription there = room.subscribe(arn, kTargetQueue);
    // Each is right alone: attributes of messages have no objects.
    const std::string nested = R"({"a": {"b": ["c"]}})";
    room.set(there, "FilterPolicyScope", "MessageBody");
    std::vector<Task<>> flows;
    std::vector<bool> taken;
    flows.push_back(room.setting(there.arn, "FilterPolicy", nested, taken));
    flows.push_back(room.setting(there.arn, "FilterPolicyScope", "MessageAttributes", taken));
    tests::run_concurrently(room.loop, std::move(flows));
    CHECK(std::count(taken.begin(), taken.end(), true) == 1);
    const TopicTexts before = room.topics->subscription(there.arn)->attributes;
    room.open();
    CHECK(room.topics->subscription(there.arn)->attributes == before);
}

TEST_CASE("Topics start without a subscription that they cannot read", "[triggers][Topics]") {
    Fixture room;
    const std::string arn = room.create("orders");
    const Subscription broken = room.subscribe(arn, kTargetQueue);
    const Subscription whole = room.subscribe(arn, kOther);
    sql::Work work = [&](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(session.run(
            "UPDATE topic_subscription SET attributes = '{\"FilterPolicy\": \"x\"}' WHERE arn = $1",
            {broken.arn}
        ));
        return {};
    };
    room.run(room.driver->write(std::move(work))).value();
    room.open();
    REQUIRE(room.topics->subscriptions().size() == 1);
    CHECK(room.topics->subscriptions()[0].arn == whole.arn);
    CHECK(room.subscribe(arn, kTargetQueue).arn != broken.arn);
    room.open();
    CHECK(room.topics->subscriptions().size() == 2);
}

TEST_CASE("Topics keep one subscription of two made at once", "[triggers][Topics]") {
    Fixture room;
    const std::string arn = room.create("orders");
    std::vector<Task<>> flows;
    std::vector<std::string> made;
    flows.push_back(room.subscribing(arn, {}, made));
    flows.push_back(room.subscribing(arn, {}, made));
    flows.push_back(room.subscribing(arn, {{"RawMessageDelivery", "true"}}, made));
    tests::run_concurrently(room.loop, std::move(flows));
    REQUIRE(made.size() == 3);
    CHECK(made[0] == made[1]);
    CHECK(std::count(made.begin(), made.end(), "parameter") == 1);  // it has other attributes
    CHECK(room.topics->subscriptions().size() == 1);
    room.open();
    REQUIRE(room.topics->subscriptions().size() == 1);
    CHECK(room.topics->subscriptions()[0].arn == made[0]);
}

TEST_CASE("Topics ask web endpoints, and remember who confirmed", "[triggers][Topics]") {
    Fixture room;
    const std::string arn = room.create("orders");
    const std::string url = "http://shop.example/orders";
    const Subscription pending = room.run(room.topics->subscribe(arn, "http", url, {})).value();
    room.publish(arn, message_saying("too early"));
    room.open();
    CHECK_FALSE(room.topics->subscription(pending.arn)->confirmed);
    CHECK(room.run(room.topics->confirm(arn, "x")).error().message() == "Invalid parameter: Token");
    room.run(room.topics->confirm(arn, pending.token)).value();
    room.open();
    CHECK(room.topics->subscription(pending.arn)->confirmed);
    room.publish(arn, message_saying("x"));
    const auto kept = room.kept();
    REQUIRE(kept.size() == 2);
    CHECK(kept[0].message.target_arn == pending.arn);
    CHECK(kept[0].message.body == "question to " + url);
    CHECK(kept[0].message.attributes.at("message-type") == "SubscriptionConfirmation");
    CHECK(kept[1].message.body == "envelope of x");
    CHECK(kept[1].rules.attempts_max == 3);
    CHECK(kept[1].rules.age_ms_max == 3'600'000);
}

TEST_CASE("Topics of kind FIFO take a message once in five minutes", "[triggers][Topics]") {
    Fixture room;
    const std::string arn = room.create("orders.fifo", kFifoTopic);
    room.subscribe(arn, kTargetQueue + ".fifo");
    const PublishedMessage first = room.publish(arn, grouped("x"));
    const PublishedMessage second = room.publish(arn, grouped("y"));
    CHECK(first.sequence_number == "10000000000000001000");
    CHECK(second.sequence_number == "10000000000000002000");
    room.clock.advance(299s);
    room.open();
    const PublishedMessage again = room.publish(arn, grouped("x", "another"));
    CHECK(again.id == first.id);
    CHECK(again.sequence_number == first.sequence_number);
    CHECK(room.kept().size() == 2);
    room.clock.advance(1s);
    CHECK(room.publish(arn, grouped("x")).sequence_number == "10000000000000003000");
    const auto kept = room.kept();
    REQUIRE(kept.size() == 3);
    CHECK(kept[0].message.group_id == "g");
    CHECK(kept[0].message.id != kept[2].message.id);
}

TEST_CASE("Topics of kind FIFO may know messages by their group", "[triggers][Topics]") {
    Fixture room;
    TopicTexts attributes = kFifoTopic;
    attributes["FifoThroughputScope"] = "MessageGroup";
    const std::string arn = room.create("orders.fifo", attributes);
    room.subscribe(arn, kTargetQueue + ".fifo");
    room.publish(arn, grouped("x", "a"));
    room.publish(arn, grouped("x", "b"));
    room.publish(arn, grouped("x", "a"));
    CHECK(room.kept().size() == 2);
}

TEST_CASE("Topics publish batches whose messages fail alone", "[triggers][Topics]") {
    Fixture room;
    const std::string arn = room.create("orders.fifo", kFifoTopic);
    room.subscribe(arn, kTargetQueue + ".fifo");
    std::vector<TopicMessage> batch{grouped("a"), message_saying("b"), grouped("c"), grouped("a")};
    const auto results = room.run(room.topics->publish_batch(arn, batch)).value();
    REQUIRE(results.size() == 4);
    CHECK(results[1].error().message().find("MessageGroupId") != std::string::npos);
    CHECK(results[3]->id == results[0]->id);
    const auto kept = room.kept();
    REQUIRE(kept.size() == 2);
    CHECK(kept[0].message.body == "envelope of a");
    CHECK(kept[1].message.body == "envelope of c");
    const std::string half(140'000, 'x');
    std::vector<TopicMessage> large{grouped(half), grouped(half + "y")};
    CHECK(room.run(room.topics->publish_batch(arn, large)).error().subject() == "batch");
}

TEST_CASE("Topics take once what another resource sends twice", "[triggers][Topics]") {
    Fixture room;
    const std::string arn = room.create("orders");
    room.subscribe(arn, kTargetQueue);
    scheduler::TargetMessage message;
    message.id = "m1";
    message.target_arn = arn;
    message.source_arn = "arn:aws:s3:::photos";
    message.body = "{}";
    message.attributes["ErrorMessage"] = "";
    room.run(room.topics->receive(message)).value();
    room.run(room.topics->receive(message)).value();
    CHECK(room.kept().size() == 1);
    message.target_arn = "arn:aws:sns:us-east-1:000000000000:none";
    CHECK(room.run(room.topics->receive(message)).error().code() == Code::kNotFound);
}

// Where deliveries lie as they were given.
TEST_CASE("Topics hand on attributes, groups and dead letters", "[triggers][Topics]") {
    Fixture room;
    tests::KeptOutbox outbox;
    Topics topics("us-east-1", Topics::Ports{*room.driver, outbox, room.writer, room.clock});
    const std::string arn = room.run(topics.create("orders", {}, {})).value().arn;
    const std::string redrive = R"({"deadLetterTargetArn": ")" + kOther + R"("})";
    const TopicTexts raw{{"RawMessageDelivery", "true"}, {"RedrivePolicy", redrive}};
    room.run(topics.subscribe(arn, "sqs", kTargetQueue, raw)).value();
    const TopicTexts to_function{{"RedrivePolicy", redrive}};
    room.run(topics.subscribe(arn, "lambda", kTargetFunction, to_function)).value();
    TopicMessage message = grouped("x");
    message.bodies["sqs"] = "for queues";
    message.trace_header = "Root=1-2-3";
    message.attributes["text"] = {"String", "t"};
    message.attributes["number"] = {"Number", "7"};
    message.attributes["bytes"] = {"Binary", std::string("\0\xff", 2)};
    room.run(topics.publish(arn, message)).value();
    REQUIRE(outbox.kept.size() == 2);
    const bool first_is_queue = outbox.kept[0].message.target_arn == kTargetQueue;
    const auto& queue = outbox.kept[first_is_queue ? 0 : 1];
    const auto& function = outbox.kept[first_is_queue ? 1 : 0];
    CHECK(queue.message.body == "for queues");
    CHECK(queue.message.attributes == TopicTexts{{"text", "t"}});
    CHECK(queue.message.number_attributes == TopicTexts{{"number", "7"}});
    CHECK(queue.message.other_attributes.at("bytes") == message.attributes.at("bytes"));
    CHECK(queue.message.group_id == "g");
    CHECK(queue.message.trace_header == "Root=1-2-3");
    CHECK(queue.rules.dead_letter_arn == kOther);
    CHECK(queue.rules.dead_letter_attributes == TopicTexts{{"text", "t"}});
    CHECK(function.message.body == "event of x");
    CHECK(function.message.attributes.empty());
    CHECK(function.message.group_id.empty());
    CHECK(function.message.trace_header == "Root=1-2-3");
    CHECK(function.rules.dead_letter_body == "envelope of x");
}
