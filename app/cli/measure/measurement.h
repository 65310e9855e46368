#pragma once

#include "app/cli/client/lambda_api.h"
#include "app/cli/terminal/percentiles.h"
#include "app/cli/terminal/progress.h"
#include "app/cli/terminal/style.h"
#include "base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <string>
#include <vector>

namespace lambent::cli {

struct MeasurePlan {
    std::string function;
    std::string payload = "{}";
    std::size_t cold = 10;
    std::size_t warm = 100;
};

// The samples of one kind of start. Only starts of that kind are in it: a "warm" call that met a
// cold start is counted apart, never mixed in.
struct Samples {
    std::array<std::vector<std::int64_t>, kPhases.size()> phases_us;
    std::vector<std::int64_t> total_us;   // the phases together
    std::vector<std::int64_t> client_us;  // as seen by the caller, over HTTP
    std::size_t errors = 0;               // the function returned one; its times count all the same
    std::size_t misses = 0;               // not the kind of start that was asked for

    std::size_t count() const { return total_us.size(); }
    void add(const Record& record, std::int64_t client);
};

struct Measurement {
    Samples cold;
    Samples warm;
};

// Invokes one function again and again, one call after the other: first with forced cold starts,
// then warm.
Result<Measurement> measure(LambdaApi& lambda, const MeasurePlan& plan, Progress& progress);

std::string render_measurement(
    const MeasurePlan& plan, const Measurement& measurement, const Style& style
);
nlohmann::json measurement_json(const MeasurePlan& plan, const Measurement& measurement);

}  // namespace lambent::cli
