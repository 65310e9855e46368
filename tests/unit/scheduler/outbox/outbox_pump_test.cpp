#include "scheduler/outbox/outbox_pump.h"

#include "base/sql/passing_error.h"
#include "tests/unit/scheduler/outbox/outbox_fixture.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace std::chrono_literals;
using lambent::tests::OutboxFixture;

namespace {

const std::string kJobs = "arn:aws:sqs:us-east-1:000000000000:jobs";
const std::string kDead = "arn:aws:sqs:us-east-1:000000000000:dead";

Error busy() {
    return Error(Code::kUnavailable, "busy");
}

bool is_web(const std::string& target) {
    return target.starts_with("https:");
}

scheduler::Backlog::Limits with_slow_webs() {
    scheduler::Backlog::Limits limits;
    limits.is_slow = is_web;
    return limits;
}

}  // namespace

TEST_CASE("OutboxPump sends a message as it was given and forgets it", "[scheduler][OutboxPump]") {
    OutboxFixture f;
    f.pump->start();
    scheduler::TargetMessage message = OutboxFixture::message("m1", kJobs);
    message.body = std::string("\0\xff", 2);
    message.attributes = {{"kind", "large"}};
    message.deduplication_id = "d";
    message.group_id = "g";
    message.detail_type = "Order";
    message.source = "shop";
    message.resources = {"arn:a", "arn:b"};
    message.number_attributes = {{"size", "7"}};
    message.other_attributes["bytes"] = {"Binary", std::string("\0\xfe", 2)};
    message.trace_header = "Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=1:a87bd80c:1";
    f.add(message);
    f.until_sent(1);
    const scheduler::TargetMessage& sent = f.targets.sent.at(0);
    CHECK(sent.id == "m1");
    CHECK(sent.target_arn == kJobs);
    CHECK(sent.source_arn == message.source_arn);
    CHECK(sent.body == message.body);
    CHECK(sent.attributes == message.attributes);
    CHECK(sent.deduplication_id == "d");
    CHECK(sent.group_id == "g");
    CHECK(sent.detail_type == "Order");
    CHECK(sent.source == "shop");
    CHECK(sent.resources == message.resources);
    CHECK(sent.number_attributes == message.number_attributes);
    CHECK(sent.other_attributes == message.other_attributes);
    CHECK(sent.trace_header == message.trace_header);
    CHECK(f.rows() == 0);
    CHECK(f.number("SELECT count(*) FROM outbox_content") == 0);
    CHECK(f.pump->counters().delivered == 1);
}

TEST_CASE("OutboxPump has counted an attempt before it begins", "[scheduler][OutboxPump]") {
    OutboxFixture f;
    std::int64_t attempts = -1;
    f.targets.before_answer = [&] {
        attempts = f.number("SELECT attempts FROM outbox");
    };
    f.pump->start();
    f.add("m1", kJobs);
    f.until_sent(1);
    CHECK(attempts == 1);
}

TEST_CASE("OutboxPump repeats a write that fails until it is done", "[scheduler][OutboxPump]") {
    OutboxFixture f;
    f.targets.before_answer = [&] {
        f.failing->failures = 2;
        f.failing->failure = Error(Code::kUnavailable, "disk", "cannot open");
    };
    f.pump->start();
    f.add("m1", kJobs);
    f.until_sent(1);
    CHECK(f.rows() == 0);
    CHECK(f.targets.sent.size() == 1);
}

TEST_CASE(
    "OutboxPump leaves what it cannot write down to its next life", "[scheduler][OutboxPump]"
) {
    OutboxFixture f;
    f.targets.before_answer = [&] {
        f.failing->failures = 1'000'000;
        f.failing->failure = Error(Code::kUnavailable, sql::kFailedForGood, "gone");
    };
    f.pump->start();
    f.add("m1", kJobs);
    f.until_sent(1);
    CHECK(f.rows() == 1);
    f.targets.before_answer = nullptr;
    f.end_life();
    f.begin_life();
    f.pump->start();
    f.until([&] { return f.number("SELECT count(*) FROM outbox WHERE state = 0") == 1; });
    f.pass(1s);
    f.until_sent(2);
    CHECK(f.rows() == 0);
}

TEST_CASE("OutboxPump backs off from a target that fails", "[scheduler][OutboxPump]") {
    OutboxFixture f;
    for (int i = 0; i < 4; ++i) {
        f.targets.refusals[kJobs].push_back(busy());
    }
    f.pump->start();
    f.add("m1", kJobs);
    std::size_t sent = 1;
    f.until_sent(sent);
    for (const auto wait : {1'000ms, 2'000ms, 4'000ms, 8'000ms}) {
        CHECK(f.number("SELECT due_ms FROM outbox") == f.now_ms() + wait.count());
        f.pass(wait - 1ms);
        f.add("other", kDead);
        f.until_sent(++sent);
        CHECK(f.targets.sent.back().id == "other");
        f.pass(1ms);
        f.until_sent(++sent);
        CHECK(f.targets.sent.back().id == "m1");
    }
    CHECK(f.rows() == 0);
}

TEST_CASE(
    "OutboxPump hands a message over to its dead-letter queue after the last attempt",
    "[scheduler][OutboxPump]"
) {
    OutboxFixture f;
    f.rules.attempts_max = 1;
    f.rules.dead_letter_arn = kDead;
    f.rules.dead_letter_attributes = {{"RULE_ARN", "arn:rule"}};
    f.targets.refusals[kJobs] = {busy(), busy()};
    f.pump->start();
    f.add("m1", kJobs);
    f.until_sent(1);
    f.pass(1s);
    f.until_sent(3);
    const scheduler::TargetMessage& dead = f.targets.sent.at(2);
    CHECK(dead.target_arn == kDead);
    CHECK(dead.body == R"({"id":"m1"})");
    const std::map<std::string, std::string> expected{
        {"ERROR_CODE", "ERROR_FROM_TARGET"},
        {"ERROR_MESSAGE", "busy"},
        {"EXHAUSTED_RETRY_CONDITION", "MaximumRetryAttempts"},
        {"RETRY_ATTEMPTS", "1"},
        {"RULE_ARN", "arn:rule"},
        {"TARGET_ARN", kJobs}};
    CHECK(dead.attributes == expected);
    CHECK(f.rows() == 0);
    CHECK(f.pump->counters().dead_letters == 1);
}

TEST_CASE(
    "OutboxPump does not repeat what can never succeed, and writes another body if told to",
    "[scheduler][OutboxPump]"
) {
    OutboxFixture f;
    f.rules.dead_letter_arn = kDead;
    f.rules.dead_letter_body = "the event";
    f.targets.refusals[kJobs].emplace_back(Code::kNotFound, "There is no such queue.");
    f.pump->start();
    f.add("m1", kJobs);
    f.until_sent(2);
    const scheduler::TargetMessage& dead = f.targets.sent.at(1);
    CHECK(dead.body == "the event");
    CHECK(dead.attributes.at("ERROR_CODE") == "NO_RESOURCE");
    CHECK_FALSE(dead.attributes.contains("EXHAUSTED_RETRY_CONDITION"));
}

TEST_CASE("OutboxPump gives up a message that is too old", "[scheduler][OutboxPump]") {
    OutboxFixture f;
    f.rules.age_ms_max = 60'000;
    f.rules.dead_letter_arn = kDead;
    f.targets.refusals[kJobs] = {busy(), busy()};
    f.pump->start();
    f.add("m1", kJobs);
    f.until_sent(1);
    f.pass(60s);
    f.until_sent(2);
    const scheduler::TargetMessage& dead = f.targets.sent.at(1);
    CHECK(dead.target_arn == kDead);
    CHECK(dead.attributes.at("EXHAUSTED_RETRY_CONDITION") == "MaximumEventAgeInSeconds");
}

TEST_CASE("OutboxPump drops what has no dead-letter queue", "[scheduler][OutboxPump]") {
    OutboxFixture f;
    f.targets.refusals[kJobs].emplace_back(Code::kNotFound, "There is no such queue.");
    f.pump->start();
    f.add("m1", kJobs);
    f.until_sent(1);
    CHECK(f.rows() == 0);
    CHECK(f.pump->counters().dropped == 1);
}

TEST_CASE("OutboxPump repeats a dead letter that does not arrive", "[scheduler][OutboxPump]") {
    OutboxFixture f;
    f.rules.dead_letter_arn = kDead;
    f.targets.refusals[kJobs].emplace_back(Code::kNotFound, "There is no such queue.");
    f.targets.refusals[kDead].push_back(busy());
    f.pump->start();
    f.add("m1", kJobs);
    f.until_sent(2);
    CHECK(f.rows() == 1);
    f.pass(1s);
    f.until_sent(3);
    CHECK(f.targets.sent.at(2).target_arn == kDead);
    CHECK(f.rows() == 0);
}

TEST_CASE(
    "OutboxPump keeps the order of a group while one of it waits", "[scheduler][OutboxPump]"
) {
    OutboxFixture f;
    f.targets.refusals[kJobs].push_back(busy());
    const auto in_group = [](const std::string& id, const std::string& group) {
        scheduler::TargetMessage message = OutboxFixture::message(id, kJobs);
        message.group_id = group;
        return message;
    };
    f.add(in_group("a1", "a"));
    f.add(in_group("a2", "a"));
    f.add(in_group("b1", "b"));
    f.add(in_group("a3", "a"));
    f.pump->start();
    f.until_sent(2);
    f.pass(1s);
    f.until_sent(5);
    std::vector<std::string> ids;
    for (const scheduler::TargetMessage& message : f.targets.sent) {
        ids.push_back(message.id);
    }
    CHECK(ids == std::vector<std::string>{"a1", "b1", "a1", "a2", "a3"});
    CHECK(f.rows() == 0);
}

TEST_CASE("OutboxPump sends again what an earlier life has left", "[scheduler][OutboxPump]") {
    OutboxFixture f;
    f.add("waiting", kJobs);
    f.add("sending", kDead);
    sql::Work work = [](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(
            session.run("UPDATE outbox SET state = 1, attempts = attempts + 2 WHERE id = 'sending'")
        );
        return {};
    };
    tests::run_flow(f.loop, f.driver->write(std::move(work))).value();
    f.end_life();
    f.begin_life();
    f.pump->start();
    f.until_sent(1);
    CHECK(f.targets.sent.at(0).id == "waiting");
    CHECK(f.number("SELECT attempts FROM outbox") == 2);
    f.pass(1s);
    f.until_sent(2);
    CHECK(f.targets.sent.at(1).id == "sending");
    CHECK(f.rows() == 0);
}

TEST_CASE("OutboxPump sends one message of an id at a time", "[scheduler][OutboxPump]") {
    OutboxFixture f;
    f.add("m1", kJobs);
    f.add("m1", kJobs);
    f.pump->start();
    f.until_sent(1);
    CHECK(f.targets.sent.size() == 1);
    CHECK(f.rows() == 0);
}

TEST_CASE(
    "OutboxPump sends what came with another transaction once that is committed",
    "[scheduler][OutboxPump]"
) {
    OutboxFixture f;
    f.pump->start();
    const auto write = [&](const std::string& id, Result<void> end) {
        sql::Work work = [&f, id, end](sql::Session& session) -> Result<void> {
            LAMBENT_TRY(f.outbox->add_in(session, OutboxFixture::message(id, kJobs), f.rules));
            return end;
        };
        return tests::run_flow(f.loop, f.driver->write(std::move(work)));
    };
    CHECK(write("lost", Error(Code::kConflict, "no")).has_error());
    CHECK(write("kept", {}).has_value());
    f.outbox->wake();
    f.until_sent(1);
    CHECK(f.targets.sent.at(0).id == "kept");
    CHECK(f.rows() == 0);
}

TEST_CASE("OutboxPump takes turns among targets", "[scheduler][OutboxPump]") {
    OutboxFixture f;
    constexpr std::size_t kMany = 200;
    std::vector<scheduler::TargetMessage> messages;
    for (std::size_t i = 0; i < kMany; ++i) {
        messages.push_back(OutboxFixture::message("m" + std::to_string(i), kJobs));
    }
    messages.push_back(OutboxFixture::message("single", kDead));
    tests::run_flow(f.loop, f.outbox->add(std::move(messages), f.rules)).value();
    f.pump->start();
    f.until_sent(kMany + 1);
    const auto& sent = f.targets.sent;
    const auto single = std::find_if(sent.begin(), sent.end(), [](const auto& message) {
        return message.id == "single";
    });
    CHECK(single - sent.begin() <= 32);
    CHECK(sent.size() == kMany + 1);
}

TEST_CASE("OutboxPump's slow targets hold back no other", "[scheduler][OutboxPump]") {
    OutboxFixture f(with_slow_webs());
    f.targets.is_silent = is_web;
    constexpr int kWebs = 5;
    constexpr int kMany = 64;  // of each: more than there are places for all
    std::vector<scheduler::TargetMessage> messages;
    for (int i = 0; i < kWebs * kMany; ++i) {
        const std::string web = "https://" + std::to_string(i % kWebs);
        messages.push_back(OutboxFixture::message("w" + std::to_string(i), web));
    }
    tests::run_flow(f.loop, f.outbox->add(std::move(messages), f.rules)).value();
    f.pump->start();
    f.until([&] { return f.targets.waiting.size() >= 8; });
    f.add("m1", kJobs);
    f.until([&] { return f.pump->counters().delivered == 1; });
    CHECK(f.targets.waiting.size() == 8);
    CHECK(f.number("SELECT sum(attempts) FROM outbox WHERE id LIKE 'w%'") == 8);  // no more
    CHECK(f.number("SELECT max(attempts) FROM outbox") == 1);
}

TEST_CASE("OutboxPump counts no attempt that its stop has cut", "[scheduler][OutboxPump]") {
    OutboxFixture f(with_slow_webs());
    const std::string web = "https://0";
    f.rules.attempts_max = 0;
    f.targets.is_silent = is_web;
    f.add("m1", web);
    f.pump->start();
    f.until([&] { return f.targets.waiting.size() == 1; });
    CHECK(f.number("SELECT attempts FROM outbox") == 1);
    f.end_life();
    f.begin_life();
    CHECK(f.number("SELECT count(*) FROM outbox WHERE attempts = 0") == 1);
    f.targets.is_silent = nullptr;
    f.pump->start();
    f.until_sent(2);
    CHECK(f.targets.sent.at(1).id == "m1");
    CHECK(f.rows() == 0);
}
