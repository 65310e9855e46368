#include "scheduler/pump/due_pump.h"

#include "base/sql/passing_error.h"
#include "tests/support/pump_fixture.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <stdexcept>

using namespace lambent;
using namespace std::chrono_literals;
using scheduler::DuePump;
using scheduler::DueRows;

namespace {

// A room with one key, whose rows are a number: each job counts, and writes that it is done.
class CountingRoom final : public tests::PumpFixture, public DueRows {
  public:
    CountingRoom() {
        open({});
        pump = std::make_unique<DuePump>(
            loop.get_executor(),
            *failing,
            *this,
            clock,
            Logger::silent(),
            scheduler::PumpNames{"test", "", "", "", ""},
            scheduler::Backlog::Limits()
        );
    }
    ~CountingRoom() override {
        tests::run_flow(loop, pump->stop());
        pump.reset();
        close();
    }

    Result<Waiting> recover(sql::Session& /*session*/, std::int64_t /*now_ms*/) override {
        recovered += 1;
        return Waiting();
    }
    Result<Taken> claim(
        sql::Session& /*session*/,
        const scheduler::DueClaim& /*claim*/,
        std::int64_t /*now_ms*/,
        std::int64_t /*wait_max_ms*/
    ) override {
        claimed += 1;
        Taken taken;
        for (; waiting > 0; --waiting) {
            taken.jobs.emplace_back([this] { return job(); });
        }
        return taken;
    }
    Task<> job() {
        if (job_begins) {
            job_begins();
        }
        sql::Work nothing = [](sql::Session&) -> Result<void> {
            return {};
        };
        const bool is_written = co_await pump->write(std::move(nothing));
        (is_written ? written : unwritten) += 1;
    }

    void add(int rows) {
        waiting += rows;
        pump->expect("key", now_ms());
    }
    void fail_writes(int times, Error error) {
        failing->failures = times;
        failing->failure = std::move(error);
    }
    int writes_failed(int of) const { return of - failing->failures; }

    std::atomic<int> waiting{0};  // these are changed on the driver's thread, too
    std::atomic<int> claimed{0};
    std::atomic<int> recovered{0};
    int written = 0;
    int unwritten = 0;
    std::function<void()> job_begins;
    std::unique_ptr<DuePump> pump;
};

constexpr int kForEver = 1'000'000;

}  // namespace

TEST_CASE("DuePump repeats a write that may succeed later, more slowly", "[scheduler][DuePump]") {
    CountingRoom room;
    const Error error = GENERATE(
        Error(Code::kUnavailable, "disk_full", "no room"),
        Error(Code::kUnavailable, "disk", "cannot open"),
        Error(Code::kThrottled, "queue", "full"),
        Error(Code::kInternal, "database", "out of memory")
    );
    room.job_begins = [&] {
        room.fail_writes(3, error);
    };
    room.pump->start();
    const auto begun = std::chrono::steady_clock::now();
    room.add(1);
    room.until([&] { return room.pump->in_flight() == 0 && room.claimed > 0; });
    CHECK(room.written == 1);
    CHECK(room.unwritten == 0);
    CHECK(room.failing->failures == 0);
    CHECK(std::chrono::steady_clock::now() - begun >= 350ms);  // 50, 100, 200
}

TEST_CASE("DuePump does not repeat what would fail again", "[scheduler][DuePump]") {
    CountingRoom room;
    const Error error = GENERATE(
        Error(Code::kUnavailable, sql::kFailedForGood, "the database has failed"),
        Error(Code::kCorrupted, "database", "not what was written"),
        Error(Code::kConflict, "unique", "twice")
    );
    room.job_begins = [&] {
        room.fail_writes(kForEver, error);
    };
    room.pump->start();
    room.add(1);
    room.until([&] { return room.unwritten == 1 && room.pump->in_flight() == 0; });
    CHECK(room.writes_failed(kForEver) == 1);
}

TEST_CASE("DuePump takes nothing up once the database has failed", "[scheduler][DuePump]") {
    CountingRoom room;
    room.pump->start();
    room.until([&] { return room.recovered == 1; });
    room.fail_writes(1, Error(Code::kUnavailable, sql::kFailedForGood, "failed"));
    room.add(1);
    room.until([&] { return room.failing->failures == 0 && room.pump->in_flight() == 0; });
    room.clock.advance(1h);
    room.add(1);
    for (int i = 0; i < 20; ++i) {
        room.pump->tick();
        room.loop.poll();
    }
    CHECK(room.claimed == 0);
    CHECK(room.pump->in_flight() == 0);
}

TEST_CASE("DuePump claims again a second after a claim has failed", "[scheduler][DuePump]") {
    CountingRoom room;
    room.pump->start();
    room.until([&] { return room.recovered == 1; });
    room.fail_writes(1, Error(Code::kUnavailable, "disk_full", "no room"));
    room.add(1);
    room.until([&] { return room.failing->failures == 0 && room.pump->in_flight() == 0; });
    CHECK(room.claimed == 0);
    room.clock.advance(1s);
    room.pump->tick();
    room.until([&] { return room.written == 1; });
    CHECK(room.claimed == 1);
}

TEST_CASE("DuePump ends with a stop, whatever cannot be written", "[scheduler][DuePump]") {
    CountingRoom room;
    room.job_begins = [&] {
        room.fail_writes(kForEver, Error(Code::kUnavailable, "disk_full", "no room"));
    };
    room.pump->start();
    room.add(3);
    room.until([&] { return room.failing->failures > 0 && room.writes_failed(kForEver) >= 3; });
    tests::run_flow(room.loop, room.pump->stop());
    CHECK(room.unwritten == 3);
    CHECK(room.pump->in_flight() == 0);
}

TEST_CASE("DuePump repeats a write while it is only paused", "[scheduler][DuePump]") {
    CountingRoom room;
    room.job_begins = [&] {
        room.pump->pause();
        room.fail_writes(2, Error(Code::kUnavailable, "disk_full", "no room"));
    };
    room.pump->start();
    room.add(1);
    room.until([&] { return room.written == 1; });
}

TEST_CASE("DuePump sets back what a former life had before anything else", "[scheduler][DuePump]") {
    CountingRoom room;
    room.fail_writes(2, Error(Code::kThrottled, "queue", "full"));
    room.pump->start();
    room.add(1);
    room.until([&] { return room.written == 1; });
    CHECK(room.recovered == 1);
    CHECK(room.claimed == 1);
}

TEST_CASE("DuePump has its places back from a job that throws", "[scheduler][DuePump]") {
    CountingRoom room;
    room.job_begins = [&] {
        throw std::runtime_error("no");
    };
    room.pump->start();
    room.add(2);
    room.until([&] { return room.claimed == 1 && room.pump->in_flight() == 0; });
    room.job_begins = nullptr;
    room.add(1);
    room.until([&] { return room.written == 1; });
}
