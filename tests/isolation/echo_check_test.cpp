#include "tests/isolation/echo_check.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <functional>

using namespace lambent::tests;
using nlohmann::json;

namespace {

EchoTarget target() {
    EchoTarget made;
    made.function = "echo-1";
    made.version = "$LATEST";
    made.secret = "mark.1.abc";
    made.arn = "arn:echo-1";
    return made;
}

// A true answer to the `served`-th call of an environment.
json truth(const EchoCall& call, int served, const std::string& previous) {
    const bool first = served == 1;
    const json own = first ? json::array() : json::array({"mark.1.abc"});
    json variables = {
        {"SECRET", "mark.1.abc"},
        {"AWS_LAMBDA_FUNCTION_NAME", "echo-1"},
        {"AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"},
        {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"},
        {"AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/echo-1"},
        {"AWS_LAMBDA_LOG_STREAM_NAME", "stream-1"}};
    if (!first) {
        variables["LEFT"] = "mark.1.abc";
    }
    return {
        {"nonce", call.nonce},
        {"fill", call.fill},
        {"instance", "i-1"},
        {"served", served},
        {"previous", previous},
        {"request", "r-" + call.nonce},
        {"function", "echo-1"},
        {"version", "$LATEST"},
        {"arn", "arn:echo-1"},
        {"stream", "stream-1"},
        {"memory", 128},
        {"secret", "mark.1.abc"},
        {"found",
         {{"tmp", own},
          {"shm", json::array()},
          {"globals", own},
          {"task", {"app.py"}},
          {"cwd", first ? "/var/task" : "/tmp"},
          {"environment", variables}}}};
}

struct Exchange {
    EchoTarget of = target();
    EchoCheck check{EchoCheck::Gaps::kNone};
    std::string last;

    void tell(int served, const std::function<void(json&)>& lie) {
        EchoCall call;
        call.target = &of;
        call.nonce = "n" + std::to_string(served);
        call.fill = "xyz";
        json body = truth(call, served, last);
        lie(body);
        EchoAnswer answer;
        answer.status = 200;
        answer.request_id = "r-" + call.nonce;
        answer.body = body.dump();
        check.take(call, answer);
        last = call.nonce;
    }
    std::uint64_t mismatches() {
        check.finish();
        return check.counts().mismatches;
    }
};

void no_lie(json&) {}

std::uint64_t mismatches_of(EchoAct act, const std::string& message, const std::string& error) {
    const EchoTarget of = target();
    EchoCheck check(EchoCheck::Gaps::kAllowed);
    EchoCall call;
    call.target = &of;
    call.act = act;
    call.nonce = "n1";
    EchoAnswer answer;
    answer.status = 200;
    answer.request_id = "r-1";
    answer.function_error = error;
    answer.body = json{{"errorMessage", message}}.dump();
    check.take(call, answer);
    check.finish();
    return check.counts().mismatches;
}

}  // namespace

TEST_CASE("EchoCheck takes true answers", "[isolation][EchoCheck]") {
    Exchange exchange;
    for (int served = 1; served <= 3; ++served) {
        exchange.tell(served, no_lie);
    }
    CHECK(exchange.mismatches() == 0);
    CHECK(exchange.check.counts().answers == 3);
    CHECK(exchange.check.counts().environments == 1);
    CHECK(exchange.check.lines().at("echo-1").size() == 3);
}

TEST_CASE("EchoCheck finds every kind of untruth", "[isolation][EchoCheck]") {
    const auto lie = GENERATE(
        as<std::function<void(json&)>>(),
        [](json& body) { body["nonce"] = "other"; },
        [](json& body) { body["fill"] = "xy"; },
        [](json& body) { body["request"] = "r-other"; },
        [](json& body) { body["function"] = "echo-2"; },
        [](json& body) { body["version"] = "1"; },
        [](json& body) { body["arn"] = "arn:echo-1:live"; },
        [](json& body) { body["memory"] = 256; },
        [](json& body) { body["previous"] = "n0"; },
        [](json& body) { body["served"] = 4; },
        [](json& body) { body["stream"] = "stream-2"; },
        [](json& body) { body["instance"] = "i-2"; },
        [](json& body) { body["found"]["tmp"].push_back("mark.1.abcd"); },
        [](json& body) { body["found"]["shm"].push_back("x"); },
        [](json& body) { body["found"]["globals"].push_back("x"); },
        [](json& body) { body["found"]["cwd"] = "/"; },
        [](json& body) { body["found"]["task"].push_back("mark.2.abc"); },
        [](json& body) { body["found"]["environment"]["LEFT"] = "x"; },
        [](json& body) { body["found"]["environment"]["OTHER"] = "mark.2.def"; },
        [](json& body) { body["found"]["environment"]["AWS_LAMBDA_LOG_STREAM_NAME"] = "s"; },
        [](json& body) { body.erase("nonce"); }
    );
    Exchange exchange;
    exchange.tell(1, no_lie);
    exchange.tell(2, lie);
    CHECK(exchange.mismatches() > 0);
}

TEST_CASE("EchoCheck finds an environment that served two", "[isolation][EchoCheck]") {
    Exchange exchange;
    exchange.tell(1, no_lie);
    exchange.of.secret = "mark.9.abc";
    exchange.tell(2, [](json& body) { body["secret"] = "mark.9.abc"; });
    CHECK(exchange.mismatches() > 0);
}

TEST_CASE("EchoCheck wants each error to be the call's own", "[isolation][EchoCheck]") {
    CHECK(mismatches_of(EchoAct::kFail, "n1", "Unhandled") == 0);
    CHECK(mismatches_of(EchoAct::kFail, "n2", "Unhandled") == 1);
    CHECK(mismatches_of(EchoAct::kFail, "n1", "") == 1);
    CHECK(mismatches_of(EchoAct::kLate, "r-1 Task timed out after 1.00 seconds", "Unhandled") == 0);
    CHECK(mismatches_of(EchoAct::kLate, "r-2 Task timed out after 1.00 seconds", "Unhandled") == 1);
    CHECK(mismatches_of(EchoAct::kLate, "r-1 Error: exit status 9", "Unhandled") == 1);
    CHECK(mismatches_of(EchoAct::kDie, "r-1 Error: exit status 9", "Unhandled") == 0);
}
