#include "triggers/events/event_buses.h"

#include "base/sql/sqlite_driver.h"
#include "tests/support/manual_clock.h"
#include "tests/support/outbox_table.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace lambent;
using namespace std::chrono_literals;
using lambent::tests::run_flow;
using nlohmann::json;
using triggers::Event;
using triggers::EventBus;
using triggers::EventBuses;
using triggers::Rule;
using triggers::RuleTarget;
using triggers::Timers;

namespace {

const std::string kFunction = "arn:aws:lambda:us-east-1:000000000000:function:report";
const std::string kOrders = R"({"source":["shop"],"detail-type":["Order"]})";

Rule rule_of(const std::string& name, const std::string& pattern, const char* bus = "default") {
    Rule rule;
    rule.name = name;
    rule.bus = bus;
    rule.pattern = pattern;
    return rule;
}

Rule scheduled(const std::string& name, const std::string& schedule) {
    Rule rule;
    rule.name = name;
    rule.schedule = schedule;
    return rule;
}

RuleTarget target_of(const std::string& id, const std::string& arn = kFunction) {
    RuleTarget target;
    target.id = id;
    target.arn = arn;
    return target;
}

Event order(const std::string& id, const char* bus = "default") {
    Event event;
    event.id = id;
    event.bus = bus;
    event.source = "shop";
    event.detail_type = "Order";
    event.detail = R"({"n":1})";
    event.resources = {"r1"};
    event.time_ms = 1'767'225'600'999;
    return event;
}

// Midnight of 2026-01-01, UTC.
struct Fixture {
    Fixture() { open(); }

    // As after a start of the daemon.
    void open() {
        buses.reset();
        timers.reset();
        driver.reset();
        driver = sql::SqliteDriver::open(directory.file("db"), sql::SqliteConfig()).value();
        std::vector<sql::Migration> all = Timers::migrations();
        for (const auto& room : {EventBuses::migrations(), tests::OutboxTable::migrations()}) {
            all.insert(all.end(), room.begin(), room.end());
        }
        driver->migrate(all).value();
        outbox.driver = driver.get();
        timers = std::make_unique<Timers>(loop.get_executor(), *driver, clock, Logger::silent());
        buses = std::make_unique<EventBuses>("us-east-1", *driver, *timers, outbox, clock);
        run_flow(loop, buses->load()).value();
    }
    template <class T>
    T run(Task<T> flow) {
        return run_flow(loop, std::move(flow));
    }
    void make_bus(const std::string& name) {
        EventBus bus;
        bus.name = name;
        run(buses->create_bus(bus)).value();
    }
    void put(const Rule& rule, std::vector<RuleTarget> targets) {
        run(buses->put_rule(rule)).value();
        run(buses->put_targets(rule.bus, rule.name, std::move(targets))).value();
    }
    void send(const Event& event) { run(buses->put_events({event})).value(); }
    void after(std::chrono::nanoseconds time) {
        clock.advance(time);
        run_flow(loop, timers->tick());
    }
    std::vector<tests::OutboxTable::Kept> kept() { return outbox.all(loop); }

    tests::TempDir directory;
    tests::ManualClock clock;
    boost::asio::io_context loop;
    tests::OutboxTable outbox;
    std::unique_ptr<sql::SqliteDriver> driver;
    std::unique_ptr<Timers> timers;
    std::unique_ptr<EventBuses> buses;
};

}  // namespace

TEST_CASE("EventBuses send an event to the rules that ask for it", "[triggers][EventBuses]") {
    Fixture room;
    room.put(rule_of("orders", kOrders), {target_of("a"), target_of("b")});
    room.put(rule_of("others", R"({"source":["bank"]})"), {target_of("c")});
    room.send(order("e1"));
    const auto kept = room.kept();
    REQUIRE(kept.size() == 2);
    CHECK(kept[0].message.id != kept[1].message.id);
    CHECK(kept[0].message.source_arn == "arn:aws:events:us-east-1:000000000000:rule/orders");
    CHECK(
        kept[0].message.body ==
        R"({"version":"0","id":"e1","detail-type":"Order","source":"shop",)"
        R"("account":"000000000000","time":"2026-01-01T00:00:00Z","region":"us-east-1",)"
        R"("resources":["r1"],"detail":{"n":1}})"
    );
    CHECK(kept[0].rules.attempts_max == 185);
    CHECK(kept[0].rules.age_ms_max == 86'400'000);
    CHECK(room.outbox.wakes == 1);
}

TEST_CASE("EventBuses send what a target asks for", "[triggers][EventBuses]") {
    Fixture room;
    RuleTarget constant = target_of("a");
    constant.input = R"({"fixed":true})";
    constant.retries_max = 3;
    constant.age_s_max = 60;
    constant.dead_letter_arn = "arn:aws:sqs:us-east-1:000000000000:dead";
    RuleTarget path = target_of("b");
    path.input_path = "$.detail";
    RuleTarget filled = target_of("c");
    filled.transformer = triggers::InputTransformer{{{"n", "$.detail.n"}}, R"({"count": <n>})"};
    RuleTarget queue = target_of("d", "arn:aws:sqs:us-east-1:000000000000:work.fifo");
    queue.group_id = "g";
    queue.input_path = "$.nowhere";
    room.put(rule_of("orders", kOrders), {constant, path, filled, queue});
    room.send(order("e1"));
    const auto kept = room.kept();
    REQUIRE(kept.size() == 4);
    CHECK(kept[0].message.body == R"({"fixed":true})");
    CHECK(kept[0].rules.attempts_max == 3);
    CHECK(kept[0].rules.age_ms_max == 60'000);
    CHECK(kept[0].rules.dead_letter_arn == constant.dead_letter_arn);
    CHECK(kept[1].message.body == R"({"n":1})");
    CHECK(kept[2].message.body == R"({"count": 1})");
    CHECK(kept[3].message.body == "null");
    CHECK(kept[3].message.group_id == "g");
}

TEST_CASE("EventBuses' disabled rules send nothing", "[triggers][EventBuses]") {
    Fixture room;
    room.put(rule_of("orders", kOrders), {target_of("a")});
    Rule timed = scheduled("minutes", "rate(1 minute)");
    room.put(timed, {target_of("a")});
    for (const char* name : {"orders", "minutes"}) {
        room.run(room.buses->set_state("default", name, triggers::RuleState::kDisabled)).value();
    }
    room.send(order("e1"));
    room.after(10min);
    CHECK(room.kept().empty());
    for (const char* name : {"orders", "minutes"}) {
        room.run(room.buses->set_state("default", name, triggers::RuleState::kEnabled)).value();
    }
    room.send(order("e2"));
    room.after(1min);
    CHECK(room.kept().size() == 2);
}

TEST_CASE("EventBuses' rules with a schedule say when", "[triggers][EventBuses]") {
    Fixture room;
    room.put(scheduled("nightly", "cron(30 2 * * ? *)"), {target_of("a"), target_of("b")});
    room.after(2h + 29min);
    CHECK(room.kept().empty());
    room.after(1min + 3s);
    const auto kept = room.kept();
    REQUIRE(kept.size() == 2);
    const json event = json::parse(kept[0].message.body);
    CHECK(event["source"] == "aws.events");
    CHECK(event["detail-type"] == "Scheduled Event");
    CHECK(event["time"] == "2026-01-01T02:30:00Z");
    CHECK(event["resources"][0] == "arn:aws:events:us-east-1:000000000000:rule/nightly");
    CHECK(event["detail"] == json::object());
    CHECK(json::parse(kept[1].message.body)["id"] == event["id"]);
    room.after(24h);
    CHECK(room.kept().size() == 4);
}

TEST_CASE("EventBuses' rates begin one rate after they were put", "[triggers][EventBuses]") {
    Fixture room;
    room.put(scheduled("a", "rate(5 minutes)"), {target_of("a")});
    room.after(4min + 59s);
    CHECK(room.kept().empty());
    room.after(1s);
    CHECK(room.kept().size() == 1);
    room.after(2min);
    Rule described = scheduled("a", "rate(5 minutes)");
    described.description = "the same beat";
    room.run(room.buses->put_rule(described)).value();
    room.after(3min);
    CHECK(room.kept().size() == 2);
}

TEST_CASE("EventBuses keep all they have beyond a restart", "[triggers][EventBuses]") {
    Fixture room;
    room.make_bus("orders");
    Rule rule = rule_of("r", kOrders, "orders");
    rule.description = "d";
    rule.tags = {{"team", "a"}};
    RuleTarget target = target_of("t");
    target.transformer = triggers::InputTransformer{{{"n", "$.detail.n"}}, "<n>"};
    target.retries_max = 0;
    room.put(rule, {target, target_of("u")});
    room.put(scheduled("s", "rate(1 hour)"), {target_of("t")});
    room.clock.advance(90min);
    room.open();
    CHECK(room.buses->buses().size() == 2);
    const Rule kept = room.buses->rule("orders", "r").value();
    CHECK(kept.pattern == kOrders);
    CHECK(kept.description == "d");
    CHECK(kept.tags == rule.tags);
    const auto targets = room.buses->targets("orders", "r").value();
    REQUIRE(targets.size() == 2);
    CHECK(targets[0].transformer->paths.at("n") == "$.detail.n");
    CHECK(targets[0].retries_max == 0);
    CHECK_FALSE(targets[1].retries_max);
    room.send(order("e1", "orders"));
    CHECK(room.kept().size() == 2);
    room.after(0s);
    CHECK(room.kept().size() == 3);
}

TEST_CASE("EventBuses give a late tick to targets that still want it", "[triggers][EventBuses]") {
    Fixture room;
    RuleTarget impatient = target_of("a");
    impatient.age_s_max = 60;
    room.put(scheduled("s", "rate(1 hour)"), {impatient, target_of("b")});
    room.after(2h + 30min);
    const auto kept = room.kept();
    REQUIRE(kept.size() == 2);
    CHECK(kept[0].rules.age_ms_max == 86'400'000 - 90 * 60'000);
    CHECK(kept[1].rules.age_ms_max == 86'400'000 - 30 * 60'000);
}

TEST_CASE("EventBuses accept nothing that the outbox does not take", "[triggers][EventBuses]") {
    Fixture room;
    room.put(rule_of("orders", kOrders), {target_of("a")});
    room.put(scheduled("s", "rate(1 minute)"), {target_of("t")});
    room.outbox.refuses = true;
    CHECK(room.run(room.buses->put_events({order("e1")})).has_error());
    room.after(1min);
    CHECK(room.kept().empty());
    room.outbox.refuses = false;
    room.after(1s);
    CHECK(room.kept().size() == 1);
}

TEST_CASE("EventBuses pass events from bus to bus once", "[triggers][EventBuses]") {
    Fixture room;
    room.make_bus("second");
    const std::string second = "arn:aws:events:us-east-1:000000000000:event-bus/second";
    const std::string first = "arn:aws:events:us-east-1:000000000000:event-bus/default";
    room.put(rule_of("on", kOrders), {target_of("bus", second)});
    room.put(rule_of("there", kOrders, "second"), {target_of("f"), target_of("back", first)});
    room.send(order("e1"));
    auto kept = room.kept();
    REQUIRE(kept.size() == 1);
    CHECK(kept[0].message.detail_type == "Order");
    CHECK(kept[0].message.body == R"({"n":1})");
    room.run(room.buses->receive(kept[0].message)).value();
    room.run(room.buses->receive(kept[0].message)).value();  // delivered twice
    kept = room.kept();
    REQUIRE(kept.size() == 2);
    const json event = json::parse(kept[1].message.body);
    CHECK(event["id"] == "e1");
    CHECK(event["time"] == "2026-01-01T00:00:00Z");
    CHECK(event["resources"] == json::array({"r1"}));
    CHECK(kept[1].message.source_arn == "arn:aws:events:us-east-1:000000000000:rule/second/there");
}

TEST_CASE("EventBuses take what a schedule sends", "[triggers][EventBuses]") {
    Fixture room;
    room.put(rule_of("orders", kOrders), {target_of("a")});
    scheduler::TargetMessage message;
    message.id = "m1";
    message.target_arn = "arn:aws:events:us-east-1:000000000000:event-bus/default";
    message.source = "shop";
    message.detail_type = "Order";
    message.body = R"({"n":7})";
    room.run(room.buses->receive(message)).value();
    REQUIRE(room.kept().size() == 1);
    CHECK(json::parse(room.kept()[0].message.body)["detail"]["n"] == 7);
    message.body = "no JSON";
    CHECK(room.run(room.buses->receive(message)).error().code() == Code::kInvalidArgument);
    const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
    message.body = R"({"n":)" + deep + "}";
    CHECK(room.run(room.buses->receive(message)).error().code() == Code::kInvalidArgument);
    CHECK(room.kept().size() == 1);
    message.target_arn += "s";
    CHECK(room.run(room.buses->receive(message)).error().code() == Code::kNotFound);
}

TEST_CASE("EventBuses refuse what cannot be", "[triggers][EventBuses]") {
    Fixture room;
    room.make_bus("second");
    const auto subject = [&](const Rule& rule) {
        return room.run(room.buses->put_rule(rule)).error().subject();
    };
    CHECK(subject(rule_of("a", kOrders, "none")) == "bus");
    CHECK(subject(rule_of("a", R"({"source":"shop"})")) == "event_pattern");
    for (const char* schedule :
         {"rate(1 minutes)", "rate(5 minute)", "at(2027-01-01T00:00:00)", "cron(0 8 * * *)"}) {
        CAPTURE(schedule);
        CHECK(subject(scheduled("a", schedule)) == "schedule");
    }
    Rule elsewhere = scheduled("a", "rate(1 minute)");
    elsewhere.bus = "second";
    CHECK(subject(elsewhere) == "bus");
    EventBus again;
    again.name = "second";
    CHECK(room.run(room.buses->create_bus(again)).error().code() == Code::kConflict);
    CHECK(
        room.run(room.buses->put_targets("default", "a", {target_of("t")})).error().subject() ==
        "rule"
    );
    CHECK(room.run(room.buses->remove_bus("default")).has_error());
}

TEST_CASE("EventBuses have limits", "[triggers][EventBuses]") {
    Fixture room;
    std::vector<RuleTarget> targets;
    for (int i = 0; i < 5; ++i) {
        targets.push_back(target_of("t" + std::to_string(i)));
    }
    room.put(rule_of("full", kOrders), targets);
    room.run(room.buses->put_targets("default", "full", {target_of("t0")})).value();
    CHECK(
        room.run(room.buses->put_targets("default", "full", {target_of("t5")})).error().subject() ==
        "limit"
    );
    for (int i = 1; i < 300; ++i) {
        room.run(room.buses->put_rule(rule_of("r" + std::to_string(i), kOrders))).value();
    }
    CHECK(room.run(room.buses->put_rule(rule_of("r300", kOrders))).error().subject() == "limit");
    room.run(room.buses->put_rule(rule_of("r299", kOrders))).value();
}

TEST_CASE(
    "EventBuses remove rules without targets and buses without rules", "[triggers][EventBuses]"
) {
    Fixture room;
    room.make_bus("second");
    room.put(rule_of("r", kOrders, "second"), {target_of("t")});
    CHECK(room.run(room.buses->remove_bus("second")).has_error());
    CHECK(room.run(room.buses->remove_rule("second", "r")).error().subject() == "targets");
    const auto unknown = room.run(room.buses->remove_targets("second", "r", {"t", "x"})).value();
    CHECK(unknown == std::vector<std::string>{"x"});
    room.run(room.buses->remove_rule("second", "r")).value();
    room.run(room.buses->remove_rule("second", "r")).value();
    room.run(room.buses->remove_bus("second")).value();
    room.run(room.buses->remove_bus("second")).value();
    CHECK(room.buses->bus("second").error().code() == Code::kNotFound);
    room.send(order("e1", "second"));
    CHECK(room.kept().empty());
    room.open();
    CHECK(room.buses->buses().size() == 1);
}

TEST_CASE("EventBuses put nothing into what is being removed", "[triggers][EventBuses]") {
    Fixture room;
    const auto begin = [&](Task<Result<void>> flow) {
        boost::asio::co_spawn(
            room.loop, std::move(flow), [](const std::exception_ptr&, const Result<void>&) {}
        );
    };
    const Rule rule = rule_of("r", kOrders, "second");
    room.make_bus("second");
    room.run(room.buses->put_rule(rule)).value();
    begin(room.buses->remove_rule("second", "r"));
    const auto put = room.run(room.buses->put_targets("second", "r", {target_of("t")}));
    CHECK(put.error().subject() == "rule");
    begin(room.buses->remove_bus("second"));
    CHECK(room.run(room.buses->put_rule(rule)).error().subject() == "bus");

    room.make_bus("second");
    begin(room.buses->put_rule(rule));
    CHECK(room.run(room.buses->remove_bus("second")).error().subject() == "bus");
    begin(room.buses->put_targets("second", "r", {target_of("t")}));
    CHECK(room.run(room.buses->remove_rule("second", "r")).error().subject() == "targets");
    room.open();
    CHECK(room.buses->targets("second", "r").value().size() == 1);
}

TEST_CASE("EventBuses' tags are replaced as a whole", "[triggers][EventBuses]") {
    Fixture room;
    room.put(rule_of("r", kOrders), {target_of("t")});
    room.run(room.buses->set_tags("default", "r", {{"a", "1"}})).value();
    room.run(room.buses->set_tags("default", "", {{"b", "2"}})).value();
    room.open();
    CHECK(room.buses->rule("default", "r").value().tags == triggers::Tags{{"a", "1"}});
    CHECK(room.buses->bus("default").value().tags == triggers::Tags{{"b", "2"}});
    CHECK(room.buses->targets("default", "r").value().size() == 1);
}

TEST_CASE("EventBuses hand the trace of an event on", "[triggers][EventBuses]") {
    Fixture room;
    room.make_bus("second");
    const std::string second = "arn:aws:events:us-east-1:000000000000:event-bus/second";
    room.put(rule_of("orders", kOrders), {target_of("a"), target_of("b", second)});
    room.put(rule_of("there", kOrders, "second"), {target_of("c")});
    Event event = order("e1");
    event.trace_header = "Root=1-2-3;Lineage=1:01234567:3";
    room.send(event);
    const auto first = room.kept();
    REQUIRE(first.size() == 2);
    CHECK(first[0].message.trace_header == event.trace_header);
    CHECK(first[0].message.body.find("Root") == std::string::npos);
    room.run(room.buses->receive(first[1].message)).value();
    const auto all = room.kept();
    REQUIRE(all.size() == 3);
    CHECK(all[2].message.trace_header == event.trace_header);
}
