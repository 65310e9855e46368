#include "app/cli/measure/measurement.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace lambent::cli {
namespace {

Record record_of(PhaseTimes phases) {
    Record record;
    record.phases = phases;
    return record;
}

Measurement two_and_three() {
    Measurement measurement;
    measurement.cold.add(record_of({0, 10, 800, 900, 20'000, 0, 7'000, 3'000, 50, 60}), 33'000);
    measurement.cold.add(record_of({0, 12, 700, 950, 22'000, 0, 8'000, 3'500, 50, 60}), 36'000);
    for (const std::int64_t handler : {900, 1'000, 1'100}) {
        measurement.warm.add(record_of({0, 9, 0, 0, 0, 0, 0, handler, 40, 30}), handler + 200);
    }
    measurement.warm.misses = 1;
    measurement.cold.errors = 2;
    return measurement;
}

TEST_CASE("A measurement is shown phase by phase with cold beside warm", "[app][measure]") {
    const Style style(Colour::kOff, Glyphs::kUnicode, 100);
    MeasurePlan plan;
    plan.function = "hello";
    CHECK(
        render_measurement(plan, two_and_three(), style) ==
        R"(hello: 2 cold starts, 3 warm calls

PHASE               COLD p50       p90       p99      WARM p50      p90      p99
queue wait              0 µs      0 µs      0 µs          0 µs     0 µs     0 µs
admission              10 µs     12 µs     12 µs          9 µs     9 µs     9 µs
cell claim            700 µs    800 µs    800 µs          0 µs     0 µs     0 µs
mount and limits      900 µs    950 µs    950 µs          0 µs     0 µs     0 µs
runtime boot        20.00 ms  22.00 ms  22.00 ms          0 µs     0 µs     0 µs
extension init          0 µs      0 µs      0 µs          0 µs     0 µs     0 µs
function init        7.00 ms   8.00 ms   8.00 ms          0 µs     0 µs     0 µs
handler              3.00 ms   3.50 ms   3.50 ms       1.00 ms  1.10 ms  1.10 ms
response transfer      50 µs     50 µs     50 µs         40 µs    40 µs    40 µs
freeze                 60 µs     60 µs     60 µs         30 µs    30 µs    30 µs
all phases          31.82 ms  35.27 ms  35.27 ms       1.08 ms  1.18 ms  1.18 ms
seen by the client  33.00 ms  36.00 ms  36.00 ms       1.20 ms  1.30 ms  1.30 ms
2 cold calls returned a function error (counted)
1 call that should have been warm were not (left out)
)"
    );
}

TEST_CASE("A measurement without warm calls leaves their cells empty", "[app][measure]") {
    const Style style(Colour::kOff, Glyphs::kUnicode, 100);
    MeasurePlan plan;
    plan.function = "hello";
    Measurement measurement = two_and_three();
    measurement.warm = Samples{};
    const std::string text = render_measurement(plan, measurement, style);
    CHECK(text.find("2 cold starts, 0 warm calls") != std::string::npos);
    CHECK(text.find("handler              3.00 ms   3.50 ms   3.50 ms\n") != std::string::npos);
}

TEST_CASE(
    "A measurement as JSON has percentiles of every phase in microseconds", "[app][measure]"
) {
    MeasurePlan plan;
    plan.function = "hello";
    const nlohmann::json document = measurement_json(plan, two_and_three());
    CHECK(document.at("function") == "hello");
    CHECK(document.at("cold").at("count") == 2);
    CHECK(document.at("cold").at("errors") == 2);
    CHECK(document.at("warm").at("misses") == 1);
    CHECK(document.at("cold").at("phasesUs").size() == kPhases.size());
    CHECK(document.at("cold").at("phasesUs").at("runtimeBoot").at("p50") == 20'000);
    CHECK(document.at("warm").at("clientUs").at("p99") == 1'300);
}

}  // namespace
}  // namespace lambent::cli
