#include "api/sns/sns_event_writer.h"
#include "api/sns/web_endpoints.h"
#include "base/sql/sqlite_driver.h"
#include "tests/support/concurrently.h"
#include "tests/support/kept_outbox.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace lambent;
using lambent::tests::run_flow;

namespace {

// Topics whose web endpoints answer as the test says.
struct Web {
    Web() {
        sql::SqliteConfig relaxed;
        relaxed.durability = sql::SqliteConfig::Durability::kRelaxed;
        driver = sql::SqliteDriver::open(directory.file("db"), relaxed).value();
        driver->migrate(triggers::Topics::migrations()).value();
        open();
        const api::sns::WebEndpoints::Post answering = [this](const HttpPost& what) {
            posted = what;
            return answer;
        };
        endpoints.emplace(*topics, Reach::kPublic, answering);
        topic = run(topics->create("orders", {}, {})).value().arn;
    }
    // As after a start of the daemon.
    void open() {
        topics.emplace("us-east-1", triggers::Topics::Ports{*driver, outbox, writer, clock});
        run(topics->load()).value();
    }
    template <class T>
    T run(Task<T> flow) {
        return run_flow(loop, std::move(flow));
    }
    triggers::Subscription subscribe(triggers::TopicTexts attributes = {}) {
        return run(topics->subscribe(
                       topic, "https", "https://shop.example/orders", std::move(attributes)
                   ))
            .value();
    }
    // Sends what was put into the outbox last.
    Result<void> deliver() { return run(endpoints->send(outbox.kept.back().message)); }
    std::string header(const std::string& name) const {
        for (const auto& [key, value] : posted.headers) {
            if (key == name) {
                return value;
            }
        }
        return "";
    }

    tests::TempDir directory;
    tests::ManualClock clock;
    boost::asio::io_context loop;
    tests::KeptOutbox outbox;
    api::sns::SnsEventWriter writer{"http://127.0.0.1:4566"};
    std::unique_ptr<sql::SqliteDriver> driver;
    std::optional<triggers::Topics> topics;
    std::optional<api::sns::WebEndpoints> endpoints;
    std::string topic;
    HttpPost posted;
    Result<unsigned> answer = 200U;
};

Task<> send_and_be_cut(api::sns::WebEndpoints& endpoints, scheduler::TargetMessage message) {
    const Result<void> sent = co_await endpoints.send(std::move(message));
    CHECK(sent.error().code() == Code::kUnavailable);
}

}  // namespace

TEST_CASE("A web endpoint is asked before it is sent anything", "[api][sns]") {
    Web web;
    const triggers::Subscription pending = web.subscribe();
    CHECK_FALSE(pending.confirmed);
    REQUIRE(web.outbox.kept.size() == 1);
    web.deliver().value();
    CHECK(web.posted.url == "https://shop.example/orders");
    CHECK(web.posted.reach == Reach::kPublic);
    CHECK(web.header("x-amz-sns-message-type") == "SubscriptionConfirmation");
    CHECK(web.header("x-amz-sns-topic-arn") == web.topic);
    CHECK(web.header("x-amz-sns-subscription-arn").empty());
    const auto question = nlohmann::json::parse(web.posted.body);
    CHECK(question["Type"] == "SubscriptionConfirmation");
    CHECK(question["MessageId"] == web.header("x-amz-sns-message-id"));
    CHECK(question["Token"] == pending.token);
    CHECK(
        question["SubscribeURL"] == "http://127.0.0.1:4566/?Action=ConfirmSubscription&TopicArn=" +
                                        web.topic + "&Token=" + pending.token
    );
    triggers::TopicMessage message;
    message.body = "x";
    web.run(web.topics->publish(web.topic, message)).value();
    CHECK(web.outbox.kept.size() == 1);
    CHECK(web.subscribe().arn == pending.arn);  // asks once more
    CHECK(web.outbox.kept.size() == 2);
    CHECK(web.run(web.topics->confirm(web.topic, "guess")).has_error());
    CHECK(web.run(web.topics->confirm(web.topic, "")).has_error());
    CHECK(web.run(web.topics->confirm(web.topic, pending.token)).value().arn == pending.arn);
    CHECK(web.run(web.topics->confirm(web.topic, pending.token)).value().arn == pending.arn);
    web.run(web.topics->publish(web.topic, message)).value();
    REQUIRE(web.outbox.kept.size() == 3);
    web.deliver().value();
    CHECK(web.header("x-amz-sns-message-type") == "Notification");
    CHECK(web.header("x-amz-sns-subscription-arn") == pending.arn);
    CHECK(web.header("Content-Type") == "text/plain; charset=UTF-8");
    CHECK(nlohmann::json::parse(web.posted.body)["Message"] == "x");
}

TEST_CASE("A web endpoint that has not confirmed gets nothing by its ARN either", "[api][sns]") {
    Web web;
    const triggers::Subscription pending = web.subscribe();
    scheduler::TargetMessage of_rule;
    of_rule.target_arn = pending.arn;
    of_rule.source_arn = "arn:aws:events:us-east-1:000000000000:rule/daily";
    of_rule.body = "{}";
    CHECK(web.run(web.endpoints->send(of_rule)).error().code() == Code::kNotFound);
    CHECK(web.posted.url.empty());
    web.run(web.topics->confirm(web.topic, pending.token)).value();
    web.run(web.endpoints->send(of_rule)).value();
    CHECK(web.posted.body == "{}");
}

TEST_CASE("A token to confirm with is good for three days", "[api][sns]") {
    Web web;
    const triggers::Subscription pending = web.subscribe();
    web.clock.advance(std::chrono::hours(72));
    CHECK(web.run(web.topics->confirm(web.topic, pending.token)).has_error());
    const triggers::Subscription renewed = web.subscribe();
    CHECK(renewed.arn == pending.arn);
    CHECK(renewed.token != pending.token);
    CHECK(web.subscribe().token == renewed.token);
    web.deliver().value();
    CHECK(nlohmann::json::parse(web.posted.body)["Token"] == renewed.token);
    CHECK(web.run(web.topics->confirm(web.topic, pending.token)).has_error());
    web.open();  // what counts is what was written
    CHECK(web.run(web.topics->confirm(web.topic, pending.token)).has_error());
    CHECK(web.run(web.topics->confirm(web.topic, renewed.token)).value().arn == pending.arn);
}

TEST_CASE("A web endpoint gets raw messages, and retries as it says", "[api][sns]") {
    Web web;
    const std::string policy = R"({"healthyRetryPolicy": {"numRetries": 7}})";
    const triggers::Subscription pending =
        web.subscribe({{"RawMessageDelivery", "true"}, {"DeliveryPolicy", policy}});
    web.run(web.topics->confirm(web.topic, pending.token)).value();
    triggers::TopicMessage message;
    message.body = "as it is";
    web.run(web.topics->publish(web.topic, message)).value();
    CHECK(web.outbox.kept.back().rules.attempts_max == 7);
    web.deliver().value();
    CHECK(web.posted.body == "as it is");
    CHECK(web.header("x-amz-sns-rawdelivery") == "true");
}

TEST_CASE("What a web endpoint answers says whether to try again", "[api][sns]") {
    Web web;
    const triggers::Subscription pending = web.subscribe();
    const auto code_of = [&](Result<unsigned> answer) {
        web.answer = std::move(answer);
        return web.deliver().error().code();
    };
    CHECK(code_of(500U) == Code::kUnavailable);
    CHECK(code_of(429U) == Code::kUnavailable);
    CHECK(code_of(404U) == Code::kInvalidArgument);
    CHECK(code_of(302U) == Code::kInvalidArgument);
    CHECK(code_of(Error(Code::kUnauthorised, "address", "x")) == Code::kUnauthorised);
    web.run(web.topics->unsubscribe(pending.arn)).value();
    CHECK(code_of(200U) == Code::kNotFound);
}

TEST_CASE("WebEndpoints cut what is under way when they stop, and begin no more", "[api][sns]") {
    Web web;
    web.subscribe();
    constexpr unsigned kThreads = api::sns::WebEndpoints::kThreads;
    std::atomic<unsigned> begun = 0;
    const api::sns::WebEndpoints::Post silent = [&](const HttpPost& what) -> Result<unsigned> {
        if (++begun == kThreads) {
            web.endpoints->stop();
        }
        while (!*what.is_cut) {
            std::this_thread::yield();
        }
        return Error(Code::kUnavailable, "endpoint", "cut");
    };
    web.endpoints.emplace(*web.topics, Reach::kPublic, silent);
    std::vector<Task<>> flows;
    for (unsigned i = 0; i < 3 * kThreads; ++i) {
        flows.push_back(send_and_be_cut(*web.endpoints, web.outbox.kept.back().message));
    }
    tests::run_concurrently(web.loop, std::move(flows));
    CHECK(begun == kThreads);
}

TEST_CASE("ARNs of subscriptions are those of topics with an id", "[api][sns]") {
    CHECK(api::sns::is_subscription_arn("arn:aws:sns:us-east-1:000000000000:orders:1"));
    CHECK_FALSE(api::sns::is_subscription_arn("arn:aws:sns:us-east-1:000000000000:orders"));
    CHECK_FALSE(api::sns::is_subscription_arn("arn:aws:lambda:us-east-1:000000000000:function:f"));
}
