#include "api/autoscaling/autoscaling_service.h"

#include "base/sql/sqlite_driver.h"
#include "tests/support/fixed_body.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <map>

using namespace lambent;
using nlohmann::json;

namespace {

// Every alias called "live" exists.
class LiveAliases final : public scheduler::ScalableCapacity {
  public:
    std::map<std::string, std::uint32_t> all;

    std::optional<std::uint32_t> slots(const std::string& resource) const override {
        if (!resource.ends_with(":live")) {
            return std::nullopt;
        }
        const auto found = all.find(resource);
        return found == all.end() ? 0 : found->second;
    }
    Task<Result<void>> set(std::string resource, std::uint32_t slots) override {
        all[resource] = slots;
        co_return Result<void>();
    }
    std::optional<double> utilisation(const std::string&) override { return std::nullopt; }
};

struct Desk {
    Desk() {
        driver = sql::SqliteDriver::open(directory.file("db"), sql::SqliteConfig()).value();
        driver->migrate(scheduler::AutoScaling::migrations()).value();
        scaling.emplace(loop.get_executor(), *driver, capacity, clock, Logger::silent());
        service.emplace(api::autoscaling::AutoscalingConfig(), *scaling, Logger::silent());
    }
    http::Response ask_raw(const std::string& operation, std::string body) {
        api::Request request;
        request.head.method = "POST";
        request.head.headers.add("X-Amz-Target", "AnyScaleFrontendService." + operation);
        request.path = "/";
        request.principal.is_root = is_root;
        request.principal.name = "function:f";
        tests::FixedBody reader(std::move(body));
        return tests::run_flow(loop, service->serve(std::move(request), reader));
    }
    json ask(const std::string& operation, const json& body) {
        const http::Response response = ask_raw(operation, body.dump());
        return json::parse(std::get<std::string>(response.body));
    }
    json about(const std::string& function, json more) {
        more["ServiceNamespace"] = "lambda";
        more["ResourceId"] = "function:" + function + ":live";
        more["ScalableDimension"] = "lambda:function:ProvisionedConcurrency";
        return more;
    }

    tests::TempDir directory;
    tests::ManualClock clock;
    boost::asio::io_context loop;
    LiveAliases capacity;
    std::unique_ptr<sql::SqliteDriver> driver;
    std::optional<scheduler::AutoScaling> scaling;
    std::optional<api::autoscaling::AutoscalingService> service;
    bool is_root = true;
};

const json kBounds = {{"MinCapacity", 1}, {"MaxCapacity", 2}};

}  // namespace

TEST_CASE("AutoscalingService is for the owner", "[api][AutoscalingService]") {
    Desk desk;
    desk.is_root = false;
    const json refused = desk.ask("RegisterScalableTarget", desk.about("f", kBounds));
    CHECK(refused.at("__type") == "AccessDeniedException");
    CHECK(desk.capacity.all.empty());
}

TEST_CASE("AutoscalingService says what it does not offer", "[api][AutoscalingService]") {
    Desk desk;
    CHECK(desk.ask("TagResource", json::object()).at("__type") == "UnknownOperationException");
    const auto broken = desk.ask_raw("RegisterScalableTarget", "{");
    CHECK(broken.status == 400);
    CHECK(std::get<std::string>(broken.body).find("SerializationException") != std::string::npos);
    const json typed = desk.ask(
        "RegisterScalableTarget", desk.about("f", {{"MinCapacity", "1"}, {"MaxCapacity", 2}})
    );
    CHECK(typed.at("__type") == "SerializationException");
    CHECK(
        desk.ask("RegisterScalableTarget", json::object())
            .at("message")
            .get<std::string>()
            .find("3 validation errors detected") == 0
    );
}

TEST_CASE("AutoscalingService pages through what there is", "[api][AutoscalingService]") {
    Desk desk;
    for (const char* name : {"a", "b", "c"}) {
        CHECK(desk.ask("RegisterScalableTarget", desk.about(name, kBounds)) == json::object());
    }
    json page =
        desk.ask("DescribeScalableTargets", {{"ServiceNamespace", "lambda"}, {"MaxResults", 2}});
    REQUIRE(page.at("ScalableTargets").size() == 2);
    CHECK(page.at("ScalableTargets")[1].at("ResourceId") == "function:b:live");
    page = desk.ask(
        "DescribeScalableTargets",
        {{"ServiceNamespace", "lambda"}, {"MaxResults", 2}, {"NextToken", page.at("NextToken")}}
    );
    REQUIRE(page.at("ScalableTargets").size() == 1);
    CHECK(page.at("ScalableTargets")[0].at("ResourceId") == "function:c:live");
    CHECK_FALSE(page.contains("NextToken"));
    std::size_t activities = 0;
    json token;
    do {
        const json asked = {
            {"ServiceNamespace", "lambda"}, {"MaxResults", 1}, {"NextToken", token}};
        page = desk.ask("DescribeScalingActivities", asked);
        activities += page.at("ScalingActivities").size();
        token = page.value("NextToken", json());
    } while (!token.is_null());
    CHECK(activities == 3);
    CHECK(desk.ask("DescribeScalableTargets", {{"ServiceNamespace", "ecs"}})
              .at("ScalableTargets")
              .empty());
}
