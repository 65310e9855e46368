#include "triggers/sources/poller.h"

#include "tests/support/source_room.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace lambent;
using namespace lambent::tests;
using namespace lambent::triggers;
using namespace std::chrono_literals;

namespace {

using Texts = std::vector<std::string>;

// A poller between a queue and an invoker that the test holds.
struct PollerRoom {
    explicit PollerRoom(MappingSettings with = MappingSettings()) : settings(std::move(with)) {
        settings.source_arn = FakeSource::kArn;
        settings.function = "worker:live";
        auto made = std::make_shared<runtime::Function>();
        made->name = "worker";
        made->timeout_s = 10;
        function = made;
        PollerPorts ports{
            source,
            invoker,
            [this](const std::string&) {
                ++looks;
                return function;
            },
            [this](const std::string& header, const std::string& name) {
                return header == loop_trace ? std::nullopt : std::optional(header + ">" + name);
            },
            writer,
            clock,
            batches};
        poller = std::make_shared<Poller>(
            loop.get_executor(), std::move(ports), settings, Logger::silent()
        );
    }
    ~PollerRoom() {
        run_flow(loop, poller->halt());
        run_flow(loop, batches.join());
    }
    PollerRoom(const PollerRoom&) = delete;
    PollerRoom& operator=(const PollerRoom&) = delete;

    void start() { poller->start(); }
    void until(const std::function<bool()>& condition) { run_until(loop, condition); }
    void settle() { tests::settle(loop, source); }
    void advance(std::chrono::milliseconds by) {
        clock.advance(by);
        poller->tick();
    }

    MappingSettings settings;
    boost::asio::io_context loop;
    ManualClock clock;
    FakeSource source{loop};
    HeldInvoker invoker{loop};
    PlainBatchWriter writer;
    TaskScope batches{loop.get_executor(), Logger::silent()};
    runtime::FunctionPtr function;
    int looks = 0;                    // of the poller, at its function
    std::string loop_trace = "Loop";  // the chain that is one
    std::shared_ptr<Poller> poller;   // also held by its batches
};

MappingSettings with_batch(std::uint32_t size, std::chrono::seconds window = 0s) {
    MappingSettings settings;
    settings.batch_size = size;
    settings.window = window;
    return settings;
}

MappingSettings reporting(MappingSettings settings = MappingSettings()) {
    settings.reports_failures = true;
    return settings;
}

}  // namespace

TEST_CASE("Poller gives messages to its function and deletes them then", "[triggers][Poller]") {
    PollerRoom room;
    room.source.put("a");
    room.source.put("b");
    room.start();
    room.until([&] { return room.invoker.running == 1; });
    CHECK(room.invoker.asked == Texts{"a b"});
    CHECK(room.invoker.functions == Texts{"worker:live"});
    CHECK(room.source.left() == Texts{"a", "b"});
    room.invoker.answer("a b", HeldInvoker::success());
    room.until([&] { return room.source.left().empty(); });
    room.settle();
    CHECK(room.invoker.asked.size() == 1);
}

TEST_CASE("Poller leaves a failed batch to the queue", "[triggers][Poller]") {
    PollerRoom room;
    room.source.put("a");
    room.start();
    room.until([&] { return room.invoker.running == 1; });
    room.invoker.answer("a", HeldInvoker::failure());
    room.until([&] { return room.poller->in_flight() == 0; });
    room.settle();
    CHECK(room.invoker.asked.size() == 1);
    CHECK(room.source.left() == Texts{"a"});
    room.source.expire();
    room.until([&] { return room.invoker.asked.size() == 2; });
    room.invoker.answer("a", HeldInvoker::success());
    room.until([&] { return room.source.left().empty(); });
}

TEST_CASE("Poller deletes what a partial response does not name", "[triggers][Poller]") {
    PollerRoom room(reporting());
    for (const char* id : {"a", "b", "c"}) {
        room.source.put(id);
    }
    room.start();
    room.until([&] { return room.invoker.running == 1; });
    room.invoker.answer(
        "a b c", HeldInvoker::success(R"({"batchItemFailures": [{"itemIdentifier": "b"}]})")
    );
    room.until([&] { return room.source.left() == Texts{"b"}; });
    room.source.expire();
    room.until([&] { return room.invoker.running == 1; });
    room.invoker.answer("b", HeldInvoker::success("wrong"));
    room.until([&] { return room.poller->in_flight() == 0; });
    room.settle();
    CHECK(room.source.left() == Texts{"b"});
}

TEST_CASE("Poller does not read the response of who reports nothing", "[triggers][Poller]") {
    PollerRoom room;
    room.source.put("a");
    room.start();
    room.until([&] { return room.invoker.running == 1; });
    room.invoker.answer(
        "a", HeldInvoker::success(R"({"batchItemFailures": [{"itemIdentifier": "a"}]})")
    );
    room.until([&] { return room.source.left().empty(); });
}

TEST_CASE("Poller deletes what its filter does not want", "[triggers][Poller]") {
    MappingSettings settings;
    settings.filters = {R"({"body": {"kind": ["cat"]}})"};
    PollerRoom room(settings);
    room.source.put("a", R"({"kind": "dog"})");
    room.source.put("b", R"({"kind": "cat"})");
    room.source.put("c", "plain");
    room.start();
    room.until([&] { return room.invoker.running == 1 && room.source.left() == Texts{"b"}; });
    CHECK(room.invoker.asked == Texts{"b"});
    room.invoker.answer("b", HeldInvoker::success());
    room.until([&] { return room.source.left().empty(); });
}

TEST_CASE("Poller waits for its window, or until the batch is full", "[triggers][Poller]") {
    PollerRoom room(with_batch(12, 20s));
    room.start();
    room.source.put("a");
    room.until([&] { return room.source.in_flight() == 1; });
    CHECK(room.source.visibility_s == 30);  // 20 s and the function's 10 are within it
    room.advance(19s);
    room.source.put("b");
    room.until([&] { return room.source.in_flight() == 2; });
    room.settle();
    CHECK(room.invoker.asked.empty());
    room.advance(1s);
    room.until([&] { return room.invoker.running == 1; });
    CHECK(room.invoker.asked == Texts{"a b"});
    for (int number = 0; number < 12; ++number) {
        room.source.put("n" + std::to_string(number));
    }
    room.until([&] { return room.invoker.running == 2; });
    room.invoker.answer("a b", HeldInvoker::success());
    room.invoker.answer(room.invoker.asked.back(), HeldInvoker::success());
    room.until([&] { return room.source.left().empty(); });
}

TEST_CASE("Poller keeps messages invisible beyond a long window", "[triggers][Poller]") {
    PollerRoom room(with_batch(100, 60s));
    room.start();
    room.until([&] { return room.source.receives > 0; });
    CHECK(room.source.visibility_s == 100);  // window, timeout and 30 s
}

TEST_CASE("Poller has no more batches in flight than it may", "[triggers][Poller]") {
    MappingSettings settings = with_batch(1);
    settings.concurrency_max = 2;
    PollerRoom room(settings);
    for (const char* id : {"a", "b", "c", "d", "e"}) {
        room.source.put(id);
    }
    room.start();
    room.until([&] { return room.invoker.running == 2; });
    for (const char* id : {"a", "b", "c", "d", "e"}) {
        room.advance(30s);  // no growth beyond the owner's limit
        room.until([&] { return room.invoker.waiting.size() >= 1; });
        room.until([&, id] {
            return std::any_of(
                room.invoker.waiting.begin(),
                room.invoker.waiting.end(),
                [&](const auto& call) { return call.first == id; }
            );
        });
        room.invoker.answer(id, HeldInvoker::success());
    }
    room.until([&] { return room.source.left().empty(); });
    CHECK(room.invoker.most == 2);
}

TEST_CASE("Poller processes more batches at once while more messages wait", "[triggers][Poller]") {
    PollerRoom room(with_batch(1));
    for (int number = 0; number < 40; ++number) {
        room.source.put("m" + std::to_string(number));
    }
    room.start();
    room.until([&] { return room.invoker.running == 5; });
    room.until([&] { return room.poller->limit() == 5; });
    room.advance(1ms);
    room.until([&] {
        room.advance(100ms);
        return room.poller->limit() > 20;
    });
    room.until([&] { return room.invoker.running > 20; });
    room.invoker.at_once = [](const std::string&) {
        return HeldInvoker::success();
    };
    while (!room.invoker.waiting.empty()) {
        room.invoker.answer(room.invoker.waiting.front().first, HeldInvoker::success());
    }
    room.until([&] { return room.source.left().empty(); });
    room.until([&] { return room.poller->limit() == 5; });
}

TEST_CASE("Poller keeps the order of groups, which run beside each other", "[triggers][Poller]") {
    PollerRoom room(reporting(with_batch(2)));
    room.source.facts->is_fifo = true;
    for (const char* id : {"a1", "a2", "a3", "b1", "b2"}) {
        room.source.put(id, "text", std::string(1, id[0]));
    }
    room.start();
    room.until([&] { return room.invoker.running == 2; });
    room.settle();
    CHECK(room.invoker.asked == Texts{"a1 a2", "b1 b2"});
    room.invoker.answer("b1 b2", HeldInvoker::success());
    room.until([&] { return room.source.left() == Texts{"a1", "a2", "a3"}; });
    // The first failure of a group keeps what is behind it.
    room.invoker.answer(
        "a1 a2", HeldInvoker::success(R"({"batchItemFailures": [{"itemIdentifier": "a1"}]})")
    );
    room.until([&] { return room.poller->in_flight() == 0; });
    room.settle();
    CHECK(room.source.left() == Texts{"a1", "a2", "a3"});
    CHECK(room.invoker.asked.size() == 2);
    room.source.expire();
    room.until([&] { return room.invoker.running == 1; });
    room.invoker.answer("a1 a2", HeldInvoker::success());
    room.until([&] { return room.invoker.running == 1 && room.source.left() == Texts{"a3"}; });
    room.invoker.answer("a3", HeldInvoker::success());
    room.until([&] { return room.source.left().empty(); });
}

TEST_CASE(
    "Poller tries a throttled batch again, and receives nothing meanwhile", "[triggers][Poller]"
) {
    PollerRoom room;
    room.source.put("a");
    room.invoker.at_once = [](const std::string&) {
        return HeldInvoker::throttle();
    };
    room.start();
    room.until([&] { return room.invoker.asked.size() == 1 && room.poller->in_flight() == 0; });
    CHECK(room.poller->limit() == 2);
    room.source.put("b");
    room.advance(900ms);
    run_flow(room.loop, [](FakeSource& source) -> Task<> {
        // Whatever was under way comes back.
        std::string arn = FakeSource::kArn;
        ReceiveOptions none;
        none.count_max = 0;
        co_await source.receive(std::move(arn), none);
    }(room.source));
    CHECK(room.invoker.asked.size() == 1);
    room.invoker.at_once = [](const std::string&) {
        return HeldInvoker::success();
    };
    room.advance(200ms);
    room.until([&] { return room.source.left().empty(); });
    CHECK(room.invoker.asked == Texts{"a", "a", "b"});
}

TEST_CASE("Poller gives a batch up whose messages will be visible again", "[triggers][Poller]") {
    PollerRoom room;
    room.source.put("a");
    room.invoker.at_once = [](const std::string&) {
        return HeldInvoker::throttle();
    };
    room.start();
    // Pauses of 1, 2, 4 and 8 s are within 30 s less the function's 10; 16 s more are not.
    std::size_t attempts = 0;
    for (const auto pause : {1s, 2s, 4s, 8s, 16s}) {
        ++attempts;
        room.until([&] { return room.invoker.asked.size() == attempts; });
        room.until([&] { return room.poller->in_flight() == 0; });
        room.advance(pause);
    }
    room.settle();
    CHECK(room.invoker.asked.size() == 5);
    CHECK(room.source.left() == Texts{"a"});
}

TEST_CASE("Poller does not begin what others may receive again", "[triggers][Poller]") {
    PollerRoom room;
    room.source.facts->is_fifo = GENERATE(false, true);
    room.source.put("a", "text", "a");
    room.start();
    room.until([&] { return room.invoker.running == 1; });
    room.settle();
    room.invoker.answer("a", HeldInvoker::throttle());
    room.source.put("b", "text", "b");  // which waits behind the pause
    room.until([&] { return room.invoker.running == 0 && room.source.in_flight() == 2; });
    room.advance(31s);
    room.settle();
    CHECK(room.invoker.asked == Texts{"a"});
    room.invoker.at_once = [](const std::string&) {
        return HeldInvoker::success();
    };
    room.source.expire();
    room.until([&] { return room.source.left().empty(); });
}

TEST_CASE("Poller with a batch that may not begin yet sleeps", "[triggers][Poller]") {
    PollerRoom room;
    room.start();
    for (const char* id : {"a", "b", "c"}) {
        room.source.put(id);
        room.until([&] { return room.poller->in_flight() == room.source.left().size(); });
    }
    room.settle();
    room.invoker.answer("c", HeldInvoker::throttle());
    room.until([&] { return room.poller->in_flight() == 2; });
    REQUIRE(room.poller->limit() == 2);
    room.advance(2s);  // "c" is due
    const int before = room.looks;
    room.loop.restart();
    room.loop.run_for(100ms);
    CHECK(room.looks - before < 30);  // not each millisecond
    room.invoker.at_once = [](const std::string&) {
        return HeldInvoker::success();
    };
    room.invoker.answer("a", HeldInvoker::success());
    room.invoker.answer("b", HeldInvoker::success());
    room.until([&] { return room.source.left().empty(); });
}

TEST_CASE("Poller that is halted lets go what no function has seen", "[triggers][Poller]") {
    PollerRoom room(with_batch(100, 60s));
    room.source.put("a");
    room.start();
    room.until([&] { return room.source.in_flight() == 1; });
    run_flow(room.loop, room.poller->halt());
    CHECK(room.source.let_go_ids == Texts{"a"});
    CHECK(room.invoker.asked.empty());
}

TEST_CASE("Poller takes the chain of a batch on to the function", "[triggers][Poller]") {
    PollerRoom room;
    room.source.put("a", "text", "", "Root=1");
    room.start();
    room.until([&] { return room.invoker.running == 1; });
    CHECK(room.invoker.traces == Texts{"Root=1>worker:live"});
    room.invoker.answer("a", HeldInvoker::success());
    room.until([&] { return room.source.left().empty(); });
}

TEST_CASE("Poller stops a loop and leaves the message to its queue", "[triggers][Poller]") {
    PollerRoom room;
    room.source.put("a", "text", "", "Loop");
    room.start();
    room.settle();
    CHECK(room.invoker.asked.empty());
    CHECK(room.source.left() == Texts{"a"});
    room.loop_trace = "none";
    room.source.expire();
    room.until([&] { return room.invoker.running == 1; });
    room.invoker.answer("a", HeldInvoker::success());
    room.until([&] { return room.source.left().empty(); });
}

TEST_CASE("Poller stops a loop without what came along with it", "[triggers][Poller]") {
    PollerRoom room(with_batch(4, 1s));
    room.source.put("plain");
    room.source.put("loops", "text", "", "Loop");
    room.source.put("goes on", "text", "", "Root=1");
    room.source.put("plain too");
    room.start();
    room.until([&] { return room.invoker.running == 1; });
    CHECK(room.invoker.asked == Texts{"plain goes on plain too"});
    CHECK(room.invoker.traces == Texts{"Root=1>worker:live"});
    room.invoker.answer("plain goes on plain too", HeldInvoker::success());
    room.until([&] { return room.source.left() == Texts{"loops"}; });
}

TEST_CASE("Poller that is halted lets its batches end", "[triggers][Poller]") {
    PollerRoom room;
    room.source.put("a");
    room.start();
    room.until([&] { return room.invoker.running == 1; });
    run_flow(room.loop, room.poller->halt());
    const int receives = room.source.receives;
    room.invoker.answer("a", HeldInvoker::success());
    run_flow(room.loop, room.batches.join());
    CHECK(room.source.left().empty());
    CHECK(room.source.receives == receives);
}

TEST_CASE("Poller waits for a queue and a function that are not there", "[triggers][Poller]") {
    PollerRoom room;
    const auto function = std::exchange(room.function, nullptr);
    room.source.put("a");
    room.start();
    room.advance(1s);
    run_flow(room.loop, [](boost::asio::io_context& loop) -> Task<> {
        boost::asio::steady_timer once(loop, 10ms);
        co_await once.async_wait(boost::asio::use_awaitable);
    }(room.loop));
    CHECK(room.source.receives == 0);
    room.function = function;
    room.poller->tick();
    room.until([&] { return room.invoker.running == 1; });
    room.invoker.answer("a", HeldInvoker::success());
    room.until([&] { return room.source.left().empty(); });
}

TEST_CASE("Poller takes up changed settings while it runs", "[triggers][Poller]") {
    PollerRoom room;
    room.start();
    room.settle();
    MappingSettings changed = room.settings;
    changed.batch_size = 1;
    changed.function = "other";
    room.poller->change(changed);
    room.source.put("a");
    room.source.put("b");
    room.until([&] { return room.invoker.running >= 1; });
    CHECK(room.invoker.functions.front() == "other");
    room.invoker.at_once = [](const std::string&) {
        return HeldInvoker::success();
    };
    while (!room.invoker.waiting.empty()) {
        room.invoker.answer(room.invoker.waiting.front().first, HeldInvoker::success());
    }
    room.until([&] { return room.source.left().empty(); });
}
