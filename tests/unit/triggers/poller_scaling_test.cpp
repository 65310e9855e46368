#include "triggers/sources/poller_scaling.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace lambent::triggers;
using namespace std::chrono_literals;

namespace {

const SteadyTime kScalingStart{1h};

// Busy for so long, looked at five times a second.
SteadyTime saturate(PollerScaling& scaling, SteadyTime from, std::chrono::seconds how_long) {
    SteadyTime now = from;
    for (; now <= from + how_long; now += 200ms) {
        scaling.observe(true, now);
    }
    return now;
}

}  // namespace

TEST_CASE(
    "PollerScaling starts with five batches and adds 300 a minute", "[triggers][PollerScaling]"
) {
    PollerScaling scaling;
    CHECK(scaling.limit() == 5);
    saturate(scaling, kScalingStart, 1s);
    CHECK(scaling.limit() == 10);
    saturate(scaling, kScalingStart + 1s, 59s);
    CHECK(scaling.limit() >= 299);
    CHECK(scaling.limit() <= 305);
}

TEST_CASE("PollerScaling ends at 1,250, or at what its owner allows", "[triggers][PollerScaling]") {
    PollerScaling scaling;
    saturate(scaling, kScalingStart, 600s);
    CHECK(scaling.limit() == 1'250);
    scaling.cap(20);
    CHECK(scaling.limit() == 20);
    saturate(scaling, kScalingStart + 700s, 60s);
    CHECK(scaling.limit() == 20);
    PollerScaling small;
    small.cap(2);
    CHECK(small.limit() == 2);
    small.cap(std::nullopt);
    CHECK(small.limit() == 5);
}

TEST_CASE("PollerScaling grows only while everything is busy", "[triggers][PollerScaling]") {
    PollerScaling scaling;
    scaling.observe(true, kScalingStart);
    scaling.observe(false, kScalingStart + 30s);
    scaling.observe(true, kScalingStart + 60s);
    CHECK(scaling.limit() == 5);
    scaling.observe(true, kScalingStart + 60s + 200ms);
    CHECK(scaling.limit() == 6);
}

TEST_CASE("PollerScaling returns to five when the queue is empty", "[triggers][PollerScaling]") {
    PollerScaling scaling;
    saturate(scaling, kScalingStart, 30s);
    CHECK(scaling.limit() > 100);
    scaling.queue_empty();
    CHECK(scaling.limit() == 5);
}

TEST_CASE("PollerScaling backs off when it is throttled", "[triggers][PollerScaling]") {
    PollerScaling scaling;
    saturate(scaling, kScalingStart, 10s);
    const std::uint32_t before = scaling.limit();
    SteadyTime now = kScalingStart + 10s;
    scaling.throttled(now);
    CHECK(scaling.limit() == before / 2);
    CHECK(scaling.resume_at() == now + 1s);
    // Others of the same moment say nothing new.
    scaling.throttled(now + 100ms);
    CHECK(scaling.limit() == before / 2);
    CHECK(scaling.resume_at() == now + 1s);
    for (const auto pause : {2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
        now = scaling.resume_at();
        scaling.throttled(now);
        CHECK(scaling.resume_at() == now + pause);
    }
    CHECK(scaling.limit() == 1);
    scaling.queue_empty();
    CHECK(scaling.limit() == 1);
    for (const std::uint32_t limit : {2U, 3U, 4U, 5U, 5U}) {
        scaling.admitted();
        CHECK(scaling.limit() == limit);
    }
    now = scaling.resume_at();
    scaling.throttled(now);
    CHECK(scaling.resume_at() == now + 1s);
    CHECK(scaling.limit() == 2);
    saturate(scaling, scaling.resume_at(), 2s);
    CHECK(scaling.limit() > 5);
}
