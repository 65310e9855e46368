#include "app/daemon/targets.h"

#include "tests/support/run_flow.h"
#include "tests/support/scripted_invoker.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <memory>

using namespace lambent;
using namespace lambent::app;
using lambent::tests::run_flow;

namespace {

struct TargetsRoom {
    boost::asio::io_context loop;
    tests::KeptEvents events;
    FunctionTarget functions{events, [](const std::string& name) {
                                 return name == "resize" || name == "resize:live"
                                            ? std::make_shared<const runtime::Function>()
                                            : nullptr;
                             }};
    TargetDirectory directory;

    TargetsRoom() {
        directory.add("lambda", [this](scheduler::TargetMessage message) {
            return functions.send(std::move(message));
        });
    }
    Result<void> send(const std::string& arn) {
        scheduler::TargetMessage message;
        message.id = "0b0d4e0e-1f6a-4f0e-9a55-0f3f2f1f6c11";
        message.target_arn = arn;
        message.body = "{}";
        return run_flow(loop, directory.send(std::move(message)));
    }
};

}  // namespace

TEST_CASE("TargetDirectory sends to a function by its ARN", "[app][TargetDirectory]") {
    TargetsRoom room;
    REQUIRE(room.send("arn:aws:lambda:us-east-1:000000000000:function:resize").has_value());
    REQUIRE(room.send("arn:aws:lambda:us-east-1:000000000000:function:resize:live").has_value());
    REQUIRE(room.events.events.size() == 2);
    CHECK(room.events.events[0].function == "resize");
    CHECK(room.events.events[0].request_id == "0b0d4e0e-1f6a-4f0e-9a55-0f3f2f1f6c11");
    CHECK(room.events.events[0].payload == "{}");
    CHECK(room.events.events[1].function == "resize:live");
}

TEST_CASE("TargetDirectory finds no function that is not there", "[app][TargetDirectory]") {
    TargetsRoom room;
    const auto sent = room.send("arn:aws:lambda:us-east-1:000000000000:function:resize:old");
    REQUIRE(sent.has_error());
    CHECK(sent.error().code() == Code::kNotFound);
    CHECK(room.events.events.empty());
}

TEST_CASE("TargetDirectory refuses what nobody can take", "[app][TargetDirectory]") {
    TargetsRoom room;
    for (const char* arn : {"", "resize", "arn:aws", "arn:aws:sqs:us-east-1:000000000000:jobs"}) {
        const auto sent = room.send(arn);
        REQUIRE(sent.has_error());
        CHECK(sent.error().code() == Code::kInvalidArgument);
    }
}
