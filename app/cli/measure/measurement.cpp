#include "app/cli/measure/measurement.h"

#include "app/cli/terminal/format.h"
#include "app/cli/terminal/table.h"

#include <nlohmann/json.hpp>

namespace lambent::cli {
namespace {

using Json = nlohmann::json;

struct Kind {
    InvokeStart start;
    bool cold;
    const char* what;
};

Result<void> take_samples(
    LambdaApi& lambda,
    const MeasurePlan& plan,
    const Kind& kind,
    Samples& samples,
    Progress& progress
) {
    const std::size_t wanted = kind.cold ? plan.cold : plan.warm;
    InvokeCall call;
    call.name = plan.function;
    call.payload = plan.payload;
    call.start = kind.start;
    for (std::size_t i = 0; i < wanted; ++i) {
        progress.count(plan.function + ": " + kind.what, i, wanted);
        LAMBENT_TRY(const InvokeAnswer answer, lambda.invoke(call));
        if (!answer.record) {
            return Error(
                Code::kUnavailable,
                "the daemon sent no record of the invocation; is it this version?"
            );
        }
        if (answer.record->cold != kind.cold) {
            ++samples.misses;
            continue;
        }
        samples.errors += answer.function_error.empty() ? 0 : 1;
        samples.add(*answer.record, answer.elapsed.count());
    }
    return {};
}

std::vector<std::string> cells_of(const std::vector<std::int64_t>& values, const Style& style) {
    if (values.empty()) {
        return {"", "", ""};
    }
    const Percentiles percentiles = percentiles_of(values);
    return {
        format_us(percentiles.p50, style),
        format_us(percentiles.p90, style),
        format_us(percentiles.p99, style)};
}

void add_row(
    Table& table,
    const std::string& label,
    const std::vector<std::int64_t>& cold,
    const std::vector<std::int64_t>& warm,
    const Style& style
) {
    std::vector<std::string> cells{label};
    for (std::string& cell : cells_of(cold, style)) {
        cells.push_back(std::move(cell));
    }
    cells.emplace_back("");
    for (std::string& cell : cells_of(warm, style)) {
        cells.push_back(std::move(cell));
    }
    table.add_row(std::move(cells));
}

Json percentiles_json(const std::vector<std::int64_t>& values) {
    const Percentiles percentiles = percentiles_of(values);
    return {{"p50", percentiles.p50}, {"p90", percentiles.p90}, {"p99", percentiles.p99}};
}

Json samples_json(const Samples& samples) {
    Json phases = Json::object();
    for (std::size_t i = 0; i < kPhases.size(); ++i) {
        phases[std::string(kPhases.at(i).key)] = percentiles_json(samples.phases_us.at(i));
    }
    return {
        {"count", samples.count()},
        {"errors", samples.errors},
        {"misses", samples.misses},
        {"phasesUs", phases},
        {"totalUs", percentiles_json(samples.total_us)},
        {"clientUs", percentiles_json(samples.client_us)},
    };
}

std::string remarks(const char* kind, const Samples& samples) {
    std::string text;
    if (samples.errors > 0) {
        text += count_of(samples.errors, std::string(kind) + " call") +
                " returned a function error (counted)\n";
    }
    if (samples.misses > 0) {
        text += count_of(samples.misses, "call") + " that should have been " + kind +
                " were not (left out)\n";
    }
    return text;
}

}  // namespace

void Samples::add(const Record& record, std::int64_t client) {
    for (std::size_t i = 0; i < kPhases.size(); ++i) {
        phases_us.at(i).push_back(record.phases.at(i));
    }
    total_us.push_back(total_of(record.phases));
    client_us.push_back(client);
}

Result<Measurement> measure(LambdaApi& lambda, const MeasurePlan& plan, Progress& progress) {
    Measurement measurement;
    const Kind cold{InvokeStart::kForceCold, true, "cold starts"};
    LAMBENT_TRY(take_samples(lambda, plan, cold, measurement.cold, progress));
    if (plan.warm > 0) {
        InvokeCall first;  // makes sure that a warm environment is there; not measured
        first.name = plan.function;
        first.payload = plan.payload;
        LAMBENT_TRY(lambda.invoke(first));
    }
    const Kind warm{InvokeStart::kAny, false, "warm calls"};
    LAMBENT_TRY(take_samples(lambda, plan, warm, measurement.warm, progress));
    progress.clear();
    return measurement;
}

std::string render_measurement(
    const MeasurePlan& plan, const Measurement& measurement, const Style& style
) {
    const Samples& cold = measurement.cold;
    const Samples& warm = measurement.warm;
    Table table({
        {"PHASE", Align::kLeft},
        {"COLD p50", Align::kRight},
        {"p90", Align::kRight},
        {"p99", Align::kRight},
        {"  ", Align::kLeft},
        {"WARM p50", Align::kRight},
        {"p90", Align::kRight},
        {"p99", Align::kRight},
    });
    for (std::size_t i = 0; i < kPhases.size(); ++i) {
        add_row(
            table,
            std::string(kPhases.at(i).label),
            cold.phases_us.at(i),
            warm.phases_us.at(i),
            style
        );
    }
    add_row(table, "all phases", cold.total_us, warm.total_us, style);
    add_row(table, "seen by the client", cold.client_us, warm.client_us, style);
    return style.paint(Paint::kBold, plan.function) + ": " + count_of(cold.count(), "cold start") +
           ", " + count_of(warm.count(), "warm call") + "\n\n" + table.render(style) +
           remarks("cold", cold) + remarks("warm", warm);
}

Json measurement_json(const MeasurePlan& plan, const Measurement& measurement) {
    return {
        {"function", plan.function},
        {"cold", samples_json(measurement.cold)},
        {"warm", samples_json(measurement.warm)},
    };
}

}  // namespace lambent::cli
