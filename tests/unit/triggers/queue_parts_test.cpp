#include "triggers/queue/duplicates.h"
#include "triggers/queue/message_content.h"
#include "triggers/queue/message_digest.h"
#include "triggers/queue/queue_rules.h"
#include "triggers/queue/receipt_handle.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace lambent::triggers;

TEST_CASE("ReceiptHandle is read back as it was written", "[triggers][ReceiptHandle]") {
    const ReceiptHandle handle{1'852'345'678'901'234'567, 42, 7};
    const std::string text = handle.encode();
    CHECK(ReceiptHandle::decode(text) == handle);
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string wrong = text;
        wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
        CHECK(ReceiptHandle::decode(wrong) != handle);
    }
    CHECK_FALSE(ReceiptHandle::decode("").has_value());
    CHECK_FALSE(ReceiptHandle::decode("junk").has_value());
    CHECK_FALSE(ReceiptHandle::decode(text + "AAAA").has_value());
}

TEST_CASE("Duplicates remember for five minutes", "[triggers][Duplicates]") {
    Duplicates duplicates;
    duplicates.add("a", {"id", 7, 300'000});
    CHECK(duplicates.find("a", 299'999)->message_id == "id");
    CHECK_FALSE(duplicates.find("b", 0).has_value());
    CHECK_FALSE(duplicates.find("a", 300'000).has_value());
    CHECK(duplicates.size() == 0);
}

TEST_CASE("Duplicates do not outlive a clock that was wrong", "[triggers][Duplicates]") {
    constexpr std::int64_t kHour = 3'600'000;
    Duplicates duplicates;
    duplicates.add("future", {"id", 1, kHour + Duplicates::kRememberedMs});
    CHECK_FALSE(duplicates.find("future", 0).has_value());  // an hour was taken back
    duplicates.add("now", {"id", 2, Duplicates::kRememberedMs});
    CHECK(duplicates.find("now", Duplicates::kRememberedMs - 1).has_value());
    CHECK_FALSE(duplicates.find("now", Duplicates::kRememberedMs).has_value());
    duplicates.add("step", {"id", 3, 1'000 + Duplicates::kRememberedMs});
    CHECK(duplicates.find("step", 0).has_value());  // a second was taken back
}

TEST_CASE("Duplicates keep the newer of two ends", "[triggers][Duplicates]") {
    Duplicates duplicates;
    duplicates.add("a", {"first", 1, 100});
    duplicates.add("a", {"second", 2, 200});
    CHECK(duplicates.find("a", 150)->message_id == "second");
    CHECK_FALSE(duplicates.find("a", 200).has_value());
}

TEST_CASE("Digests are those that SQS clients compute", "[triggers][message_digest]") {
    CHECK(body_md5("This is a test message") == "fafb00f5732ab283681e124bf8747ed1");
    CHECK(attributes_md5({}).empty());
    // Computed with botocore's rules in Python: names sorted, lengths big-endian, 1 for text.
    const MessageAttributes attributes{
        {"City", {"String", "Any City"}},
        {"Greeting", {"Binary", "Hello, World!"}},
        {"Population", {"Number", "1250800"}}};
    CHECK(attributes_md5(attributes) == "28eb0e573cf8e8a77e349a2f968eac4a");
}

TEST_CASE("Attributes are read back as they were written", "[triggers][message_content]") {
    const MessageAttributes attributes{
        {"a", {"String", "x"}}, {"b", {"Binary", std::string("\0\1\2", 3)}}};
    const std::string bytes = encode_attributes(attributes);
    CHECK(decode_attributes(bytes).value() == attributes);
    CHECK(decode_attributes("").value().empty());
    CHECK(decode_attributes(bytes.substr(0, bytes.size() - 1)).error().code() == Code::kCorrupted);
    CHECK(bytes_of("four", attributes) == 4 + 1 + 6 + 1 + 1 + 6 + 3);
}

TEST_CASE("HeldContents count until a content is dropped", "[triggers][HeldContents]") {
    HeldContents held(1'000);
    MessageContentPtr content = held.count({std::string(2'000, 'x'), {}, "", "", ""});
    CHECK(held.is_full());
    content.reset();
    CHECK_FALSE(held.is_full());
}

TEST_CASE("Queue names are those of SQS", "[triggers][queue_rules]") {
    for (const char* name : {"a", "A-b_9", "orders.fifo"}) {
        CHECK(check_queue_name(name).has_value());
    }
    CHECK(check_queue_name(std::string(80, 'x')).has_value());
    for (const char* name : {"", ".fifo", "a b", "a.b", "a/b", "ä"}) {
        CHECK(check_queue_name(name).has_error());
    }
    CHECK(check_queue_name(std::string(81, 'x')).has_error());
    CHECK(kind_of("x.fifo") == QueueKind::kFifo);
    CHECK(kind_of("xfifo") == QueueKind::kStandard);
}

TEST_CASE("Settings are kept within SQS's bounds", "[triggers][queue_rules]") {
    const auto subject = [](auto change, QueueKind kind = QueueKind::kStandard) {
        QueueSettings settings;
        change(settings);
        const auto checked = check_settings(kind, settings);
        return checked.has_error() ? checked.error().subject() : "fine";
    };
    CHECK(subject([](QueueSettings&) {}) == "fine");
    CHECK(subject([](QueueSettings& s) { s.visibility_s = 43'200; }) == "fine");
    CHECK(subject([](QueueSettings& s) { s.visibility_s = 43'201; }) == "VisibilityTimeout");
    CHECK(subject([](QueueSettings& s) { s.delay_s = 901; }) == "DelaySeconds");
    CHECK(subject([](QueueSettings& s) { s.retention_s = 59; }) == "MessageRetentionPeriod");
    CHECK(subject([](QueueSettings& s) { s.bytes_max = 1'023; }) == "MaximumMessageSize");
    CHECK(subject([](QueueSettings& s) { s.bytes_max = 1'048'577; }) == "MaximumMessageSize");
    CHECK(subject([](QueueSettings& s) { s.wait_s = 21; }) == "ReceiveMessageWaitTimeSeconds");
    const auto by_content = [](QueueSettings& s) {
        s.content_based_deduplication = true;
    };
    CHECK(subject(by_content) == "attribute_name");
    CHECK(subject(by_content, QueueKind::kFifo) == "fine");
    const auto fast = [](QueueSettings& s) {
        s.throughput_limit = ThroughputLimit::kPerMessageGroup;
    };
    CHECK(subject(fast, QueueKind::kFifo) == "FifoThroughputLimit");
}

TEST_CASE("Messages are checked as SQS checks them", "[triggers][queue_rules]") {
    const auto subject = [](auto change, QueueKind kind = QueueKind::kStandard) {
        NewMessage message;
        message.body = "x";
        change(message);
        QueueSettings settings;
        settings.bytes_max = 1'024;
        const auto checked = check_message(kind, settings, message);
        return checked.has_error() ? checked.error().subject() : "fine";
    };
    CHECK(subject([](NewMessage&) {}) == "fine");
    CHECK(subject([](NewMessage& m) { m.body = ""; }) == "MissingParameter");
    CHECK(subject([](NewMessage& m) { m.body = "tab\tnewline\r\n\xF0\x9F\x98\x80"; }) == "fine");
    CHECK(subject([](NewMessage& m) { m.body = "\x01"; }) == "contents");
    CHECK(subject([](NewMessage& m) { m.body = "\xEF\xBF\xBF"; }) == "contents");
    CHECK(subject([](NewMessage& m) { m.body = std::string(1'024, 'x'); }) == "fine");
    CHECK(subject([](NewMessage& m) { m.body = std::string(1'025, 'x'); }) == "message");
    CHECK(subject([](NewMessage& m) { m.delay_s = 901; }) == "DelaySeconds");
    CHECK(subject([](NewMessage& m) { m.group_id = "tenant"; }) == "fine");
    CHECK(subject([](NewMessage& m) { m.deduplication_id = "d"; }) == "MessageDeduplicationId");
    const auto with = [](std::string name, std::string type, std::string value) {
        return [=](NewMessage& m) {
            m.attributes[name] = {type, value};
        };
    };
    CHECK(subject(with("a", "String", "x")) == "fine");
    CHECK(subject(with("a", "String.label", "x")) == "fine");
    CHECK(subject(with("a", "Number", "1.5e3")) == "fine");
    CHECK(subject(with("a", "Number", "many")) == "MessageAttributes");
    CHECK(subject(with("a", "Text", "x")) == "MessageAttributes");
    CHECK(subject(with("a", "String", "")) == "MessageAttributes");
    CHECK(subject(with("AWS.a", "String", "x")) == "MessageAttributes");
    CHECK(subject(with("amazon.a", "String", "x")) == "MessageAttributes");
    CHECK(subject(with("aws", "String", "x")) == "fine");
    CHECK(subject(with(".a", "String", "x")) == "MessageAttributes");
    CHECK(subject(with("a..b", "String", "x")) == "MessageAttributes");
    const auto fifo = [&](auto change) {
        return subject(change, QueueKind::kFifo);
    };
    CHECK(fifo([](NewMessage&) {}) == "MissingParameter");
    CHECK(fifo([](NewMessage& m) { m.group_id = "g"; }) == "MessageDeduplicationId");
    CHECK(fifo([](NewMessage& m) { m.group_id = m.deduplication_id = "g"; }) == "fine");
    CHECK(fifo([](NewMessage& m) { m.group_id = "a b"; }) == "MessageGroupId");
    const auto delayed = [](NewMessage& m) {
        m.group_id = m.deduplication_id = "g";
        m.delay_s = 1;
    };
    CHECK(fifo(delayed) == "DelaySeconds");
}
