// A pool of stems over scripted cells: the test is the guest in each of them.
#include "runtime/environment/stems/stem_pool.h"

#include "tests/support/fake_sandbox.h"
#include "tests/support/run_flow.h"
#include "tests/unit/runtime/frame_guest.h"

#include <catch2/catch.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <optional>

using namespace lambent;
using namespace lambent::runtime;
using namespace lambent::tests;
using namespace std::chrono_literals;

namespace {

StemKind kind_named(const std::string& name) {
    StemKind kind;
    kind.argv = {name};
    kind.variables = {"LANG=x"};
    return kind;
}

StemConfig two_of_each() {
    StemConfig config;
    config.mode = StemMode::kFixed;
    config.cells = 2;
    config.memory_budget_bytes = 1ULL << 40;
    config.quiet = 0ms;
    return config;
}

struct Room : FakeCells {
    explicit Room(StemConfig config = two_of_each()) : FakeCells(FakeGuest::kScripted) {
        StemPool::Site site;
        site.support_directory = "/support";
        site.platform_port = 4566;
        pool.emplace(
            fake_loop.get_executor(), fake_sandbox, std::move(site), config, Logger::silent()
        );
    }
    ~Room() { run_flow(fake_loop, pool->stop()); }
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;

    // Lets pool and guests go on until `reached`.
    template <class Condition>
    bool comes_to(Condition reached) {
        for (int turn = 0; turn < 10'000 && !reached(); ++turn) {
            fake_loop.restart();
            fake_loop.run_for(1ms);
            if (has_guests) {
                answer_all();
            }
        }
        return reached();
    }
    void answer_all() {
        for (const auto& cell : fake_sandbox.cells) {
            answer(*cell);
        }
    }
    // Says `next`, and answers what comes with a response and another `next`.
    void answer(FakeCellState& cell) {
        if (!cell.guest_channel) {
            return;
        }
        std::array<char, 4096> bytes{};
        const ssize_t got =
            ::recv(cell.guest_channel.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        auto& turns = said[&cell];
        if (got > 0) {
            heard[&cell].append(bytes.data(), static_cast<std::size_t>(got));
        }
        if (turns == 0) {
            say(cell, frame(FrameType::kOpened) + next_frame());
            turns = 1;
        } else if (got > 0 && bytes[8] == static_cast<char>(FrameType::kEvent)) {
            say(cell, response_frame(turns, "null") + next_frame());
            turns += 1;
        }
    }
    static void say(FakeCellState& cell, const std::string& bytes) {
        REQUIRE(
            ::send(cell.guest_channel.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size())
        );
    }
    std::size_t launched() const { return fake_sandbox.cells.size(); }
    static bool did(const FakeCellState& cell, const std::string& call) {
        return std::find(cell.calls.begin(), cell.calls.end(), call) != cell.calls.end();
    }
    // As whoever has taken it does.
    void end(std::unique_ptr<Stem> stem) {
        stem->cell->kill();
        run_flow(fake_loop, stem->channel->close());
    }

    const StemKind python = kind_named("python");
    std::optional<StemPool> pool;
    std::map<const FakeCellState*, std::uint64_t> said;
    std::map<const FakeCellState*, std::string> heard;
    bool has_guests = true;
};

}  // namespace

TEST_CASE("StemPool raises, rehearses and freezes what is expected", "[runtime][StemPool]") {
    Room room;
    room.pool->expect(room.python);
    REQUIRE(room.comes_to([&] { return room.pool->ready(room.python) == 2; }));
    REQUIRE(room.launched() == 2);
    const sandbox::CellSpec& spec = room.fake_sandbox.specs.front();
    CHECK(spec.is_stem);
    CHECK(spec.has_channel);
    CHECK(spec.argv == room.python.argv);
    CHECK(
        spec.environment ==
        std::vector<std::string>{"LANG=x", "LAMBENT_CHANNEL_FD=3", "LAMBENT_STEM=1"}
    );
    CHECK(spec.listen_ports == std::vector<std::uint16_t>{9001, 4566});
    REQUIRE(spec.binds.size() == 1);
    CHECK(spec.binds.front().cell_path == "/var/runtime");
    for (const auto& cell : room.fake_sandbox.cells) {
        CHECK(cell->calls == std::vector<std::string>{"freeze"});
        CHECK(room.said.at(cell.get()) > 10);
    }
}

TEST_CASE("StemPool raises one at a time", "[runtime][StemPool]") {
    Room room;
    room.has_guests = false;
    room.pool->expect(room.python);
    room.pool->expect(kind_named("node"));
    CHECK(room.comes_to([&] { return room.launched() == 1; }));
    CHECK_FALSE(room.pool->take(room.python));
    for (int turn = 0; turn < 20; ++turn) {
        room.comes_to([] { return true; });
        room.fake_loop.restart();
        room.fake_loop.poll();
    }
    CHECK(room.launched() == 1);
}

TEST_CASE("StemPool gives each stem away once, and makes new ones", "[runtime][StemPool]") {
    Room room;
    CHECK_FALSE(room.pool->take(room.python));  // which makes the kind known
    REQUIRE(room.comes_to([&] { return room.pool->ready(room.python) == 2; }));
    auto first = room.pool->take(room.python);
    auto second = room.pool->take(room.python);
    REQUIRE(first);
    REQUIRE(second);
    CHECK(first->cell != second->cell);
    CHECK(first->output);
    CHECK_FALSE(room.pool->take(room.python));
    CHECK_FALSE(room.pool->take(kind_named("other")));
    CHECK(room.comes_to([&] { return room.pool->ready(room.python) == 2; }));
    CHECK(room.launched() >= 4);
    room.end(std::move(first));
    room.end(std::move(second));
}

TEST_CASE("StemPool gives no stem that has died while it waited", "[runtime][StemPool]") {
    Room room;
    room.pool->expect(room.python);
    REQUIRE(room.comes_to([&] { return room.pool->ready(room.python) == 2; }));
    FakeCellState& first = *room.fake_sandbox.cells.front();
    first.guest_channel.reset();
    room.comes_to([] { return true; });
    room.fake_loop.restart();
    room.fake_loop.poll();
    auto stem = room.pool->take(room.python);
    REQUIRE(stem);
    CHECK(room.comes_to([&] { return Room::did(first, "kill"); }));
    CHECK_FALSE(Room::did(*room.fake_sandbox.cells.at(1), "kill"));
    room.end(std::move(stem));
}

TEST_CASE("StemPool does without a runtime that cannot rehearse", "[runtime][StemPool]") {
    Room room;
    room.has_guests = false;
    SECTION("since it ends") {
        room.fake_sandbox.on_launch = [](FakeCellState& cell) {
            cell.guest_channel.reset();
        };
    }
    SECTION("since it cannot be launched") {
        room.fake_sandbox.refuse_with = Error(Code::kUnavailable, "none");
    }
    room.pool->expect(room.python);
    CHECK(room.comes_to([&] { return !room.fake_sandbox.specs.empty(); }));
    for (int turn = 0; turn < 20; ++turn) {
        room.fake_loop.restart();
        room.fake_loop.poll();
    }
    CHECK(room.fake_sandbox.specs.size() < 5);  // it waits before it tries again
    CHECK_FALSE(room.pool->take(room.python));
    for (const auto& cell : room.fake_sandbox.cells) {
        CHECK(Room::did(*cell, "kill"));
    }
}

TEST_CASE("StemPool that is stopped leaves no cell behind", "[runtime][StemPool]") {
    Room room;
    room.pool->expect(room.python);
    REQUIRE(room.comes_to([&] { return room.pool->ready(room.python) == 2; }));
    room.pool->expect(kind_named("node"));
    room.has_guests = false;
    REQUIRE(room.comes_to([&] { return room.launched() == 3; }));
    run_flow(room.fake_loop, room.pool->stop());
    for (const auto& cell : room.fake_sandbox.cells) {
        CHECK(Room::did(*cell, "kill"));
    }
    CHECK_FALSE(room.pool->take(room.python));
}

TEST_CASE("StemPool that is off raises nothing", "[runtime][StemPool]") {
    StemConfig config;
    config.mode = StemMode::kOff;
    Room room(config);
    room.pool->expect(room.python);
    CHECK_FALSE(room.pool->take(room.python));
    room.fake_loop.poll();
    CHECK(room.fake_sandbox.specs.empty());
}
