#include "scheduler/streamed_invocations.h"
#include "tests/unit/scheduler/scheduler_fixture.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace lambent::scheduler;
using namespace lambent::tests;

namespace {

// A stream, and what its reader and its writer have done.
struct Ends {
    Ends() : stream(loop.get_executor()) {}
    void poll() {
        loop.restart();
        loop.poll();
    }
    void read() {
        auto note = [](ResponseStream& from, std::vector<std::string>& into) -> Task<> {
            into.push_back(co_await from.read());
        };
        scope.spawn("read", note(stream, seen));
        poll();
    }
    void drain() {
        auto note = [](ResponseStream& from, int& count) -> Task<> {
            co_await from.drained();
            ++count;
        };
        scope.spawn("drain", note(stream, drained));
        poll();
    }
    ~Ends() { run_flow(loop, scope.cancel_and_join()); }

    boost::asio::io_context loop;
    ResponseStream stream;
    TaskScope scope{loop.get_executor(), Logger::silent()};
    std::vector<std::string> seen;
    int drained = 0;
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("ResponseStream hands over what comes when it comes", "[scheduler][ResponseStream]") {
    Ends ends;
    ends.read();
    CHECK(ends.seen.empty());
    ends.stream.write("a");
    ends.poll();
    CHECK(ends.seen == Texts{"a"});
    ends.stream.write("b");
    ends.stream.write("c");
    ends.read();
    CHECK(ends.seen == Texts{"a", "bc"});
    ends.read();
    ends.stream.finish(InvocationResult());
    ends.poll();
    CHECK(ends.seen == Texts{"a", "bc", ""});
    CHECK(ends.stream.result().has_value());
    ends.read();  // again, also after its end
    CHECK(ends.seen.size() == 4);
}

TEST_CASE("ResponseStream gives out what it holds before its end", "[scheduler][ResponseStream]") {
    Ends ends;
    ends.stream.write("last");
    ends.stream.finish(Error(Code::kInternal, "it broke"));
    ends.stream.finish(InvocationResult());
    ends.read();
    ends.read();
    CHECK(ends.seen == Texts{"last", ""});
    CHECK(ends.stream.result().error().message() == "it broke");
}

TEST_CASE("ResponseStream makes a writer wait for its reader", "[scheduler][ResponseStream]") {
    Ends ends;
    ends.stream.write(std::string(256 * 1024 - 1, 'x'));
    CHECK_FALSE(ends.stream.is_full());
    ends.stream.write("x");
    CHECK(ends.stream.is_full());
    ends.drain();
    CHECK(ends.drained == 0);
    ends.read();
    ends.poll();
    CHECK(ends.drained == 1);
    CHECK_FALSE(ends.stream.is_full());
}

TEST_CASE("ResponseStream lets a writer go on that nobody reads", "[scheduler][ResponseStream]") {
    Ends ends;
    ends.stream.write(std::string(256 * 1024, 'x'));
    ends.drain();
    ends.stream.abandon();
    ends.poll();
    CHECK(ends.drained == 1);
    ends.stream.write(std::string(1024 * 1024, 'x'));
    CHECK_FALSE(ends.stream.is_full());
}

TEST_CASE("StreamedInvocations go on when their reader leaves", "[scheduler][ResponseStream]") {
    SchedulerFixture fixture;
    fixture.deploy("talk");
    fixture.world.hold_invocations = true;
    StreamedInvocations subject(fixture.loop.get_executor(), *fixture.subject, Logger::silent());
    {
        const auto stream = subject.start(fixture.request("talk"));
        fixture.poll();
        REQUIRE(fixture.world.invoked.size() == 1);
        CHECK(fixture.world.invoked[0].sink == stream);
        CHECK(stream->executed_version() == "$LATEST");
        stream->abandon();
    }
    fixture.poll();
    CHECK(fixture.world.serving == 1);
    fixture.world.release_invocation();
    fixture.poll();
    CHECK(fixture.world.serving == 0);
    CHECK(fixture.subject->counters().invocations == 1);
    run_flow(fixture.loop, subject.join());
}

TEST_CASE("StreamedInvocations tell a reader why nothing comes", "[scheduler][ResponseStream]") {
    SchedulerFixture fixture;
    StreamedInvocations subject(fixture.loop.get_executor(), *fixture.subject, Logger::silent());
    const auto stream = subject.start(fixture.request("nobody"));
    CHECK(run_flow(fixture.loop, stream->read()).empty());
    CHECK(stream->result().error().code() == Code::kNotFound);
    run_flow(fixture.loop, subject.join());
}
