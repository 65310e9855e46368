#include "scheduler/billing_meter.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace lambent::scheduler;
using namespace std::chrono_literals;

TEST_CASE("billed_ms is the sum of duration and init, rounded up", "[scheduler][BillingMeter]") {
    CHECK(billed_ms(133'610us, 80'000us) == 214);
    CHECK(billed_ms(3'016'780us, 84'000us) == 3'101);
    CHECK(billed_ms(1'233'960us, 463'512us) == 1'698);
    CHECK(billed_ms(2'000us, 0us) == 2);
    CHECK(billed_ms(2'001us, 0us) == 3);
    CHECK(billed_ms(0us, 0us) == 0);
}

TEST_CASE("round_for_report goes to the nearest printed digit", "[scheduler][BillingMeter]") {
    CHECK(round_for_report(1'234'564us) == 1'234'560us);
    CHECK(round_for_report(1'234'565us) == 1'234'570us);
    CHECK(round_for_report(4us) == 0us);
}

TEST_CASE("BillingMeter charges memory, requests and storage", "[scheduler][BillingMeter]") {
    const BillingMeter meter{RateCard()};
    runtime::Function function;
    InvocationRecord record;
    record.memory_mb = 1'024;
    record.duration = 1'000ms;

    SECTION("x86 by the GB-second") {
        meter.meter(record, function, 0);
        CHECK(record.gb_seconds == Approx(1.0));
        CHECK(record.cost_usd == Approx(0.0000166667 + 0.0000002).epsilon(1e-9));
    }
    SECTION("less on an environment that is paid for while it waits") {
        record.source = StartSource::kProvisioned;
        meter.meter(record, function, 0);
        CHECK(record.cost_usd == Approx(0.0000097222 + 0.0000002).epsilon(1e-9));
        function.architecture = "arm64";
        meter.meter(record, function, 0);
        CHECK(record.cost_usd == Approx(0.0000077778 + 0.0000002).epsilon(1e-9));
    }
    SECTION("arm for less") {
        function.architecture = "arm64";
        meter.meter(record, function, 0);
        CHECK(record.cost_usd == Approx(0.0000133334 + 0.0000002).epsilon(1e-9));
    }
    SECTION("/tmp beyond 512 MB") {
        function.ephemeral_storage_mb = 512 + 2'048;
        meter.meter(record, function, 0);
        const double storage = 2 * 0.0000000309;
        CHECK(record.cost_usd == Approx(0.0000166667 + 0.0000002 + storage).epsilon(1e-9));
    }
    SECTION("init like duration") {
        record.init_duration = 500ms;
        meter.meter(record, function, 0);
        CHECK(record.billed_ms == 1'500);
        CHECK(record.gb_seconds == Approx(1.5));
    }
    SECTION("a large asynchronous event as several requests") {
        meter.meter(record, function, 300'000);
        CHECK(record.cost_usd == Approx(0.0000166667 + 2 * 0.0000002).epsilon(1e-9));
    }
}

TEST_CASE("BillingMeter counts the requests of an event by size", "[scheduler][BillingMeter]") {
    const BillingMeter meter{RateCard()};
    CHECK(meter.requests_of(0) == 1);
    CHECK(meter.requests_of(262'144) == 1);
    CHECK(meter.requests_of(262'145) == 2);
    CHECK(meter.requests_of(262'144 + 65'536) == 2);
    CHECK(meter.requests_of(262'144 + 65'537) == 3);
    CHECK(meter.requests_of(1'048'576) == 13);
}
