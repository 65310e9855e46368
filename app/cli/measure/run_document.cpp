#include "app/cli/measure/run_document.h"

#include "app/cli/measure/summary.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace lambent::cli {
namespace {

using Document = nlohmann::ordered_json;

constexpr char kSchema[] = "lambent.measure";
constexpr int kVersion = 1;

Document interval_json(const lab::Interval& interval) {
    return Document::array({interval.low, interval.high});
}

Document times_json(const lab::Sample& times) {
    const Summary summary = summary_of(times);
    return Document{
        {"p50", summary.p50},
        {"p90", summary.p90},
        {"p99", summary.p99},
        {"p50Interval", interval_json(summary.p50_interval)},
        {"p99Interval", interval_json(summary.p99_interval)},
        {"samples", times},
    };
}

Document samples_json(const Samples& samples) {
    Document times = Document::object();
    for (std::size_t time = 0; time < kTimes; ++time) {
        times[std::string(time_key(time))] = times_json(samples.times_us.at(time));
    }
    return Document{
        {"kind", key_of(samples.kind)},
        {"count", samples.count()},
        {"errors", samples.errors},
        {"costUsd", samples.cost_usd},
        {"costUsdPerMillion", samples.usd_per_million()},
        {"timesUs", times},
        {"billedMs", samples.billed_ms},
    };
}

Document size_json(const SizeMeasurement& size) {
    Document all = Document::array();
    for (const Samples& samples : size.samples) {
        all.push_back(samples_json(samples));
    }
    return Document{{"memoryMb", size.memory_mb}, {"misses", size.misses}, {"starts", all}};
}

Document plan_json(const MeasurePlan& plan) {
    return Document{
        {"cold", plan.cold},
        {"warm", plan.warm},
        {"memoryMb", plan.memory_mb},
        {"from", to_string(plan.from)},
        {"pageCache", to_string(plan.page_cache)},
        {"idleMs", plan.idle.count()},
        {"idleCalls", plan.idle_calls},
        {"seed", plan.seed},
        {"payload", plan.payload},
    };
}

Document machine_json(const MachineFacts& machine) {
    return Document{
        {"processor", machine.processor},
        {"processors", machine.processors},
        {"memoryBytes", machine.memory_bytes},
        {"kernel", machine.kernel},
        {"system", machine.system},
        {"load", machine.load},
    };
}

Document dropped_json(const std::vector<CachedPart>& dropped) {
    Document parts = Document::array();
    for (const CachedPart& part : dropped) {
        parts.push_back(Document{
            {"part", part.part},
            {"path", part.path},
            {"bytes", part.bytes},
            {"cachedBefore", part.cached_before},
            {"cachedAfter", part.cached_after},
        });
    }
    return parts;
}

MeasurePlan read_plan(const Document& document, std::string function) {
    MeasurePlan plan;
    plan.function = std::move(function);
    plan.cold = document.at("cold").get<std::size_t>();
    plan.warm = document.at("warm").get<std::size_t>();
    plan.memory_mb = document.at("memoryMb").get<std::vector<std::uint32_t>>();
    plan.page_cache =
        document.at("pageCache") == "dropped" ? PageCache::kDropped : PageCache::kWarm;
    plan.idle = std::chrono::milliseconds(document.at("idleMs").get<std::int64_t>());
    plan.payload = document.at("payload").get<std::string>();
    return plan;
}

MachineFacts read_machine(const Document& document) {
    MachineFacts machine;
    machine.processor = document.at("processor").get<std::string>();
    machine.processors = document.at("processors").get<unsigned>();
    machine.memory_bytes = document.at("memoryBytes").get<std::uint64_t>();
    machine.kernel = document.at("kernel").get<std::string>();
    machine.system = document.at("system").get<std::string>();
    machine.load = document.at("load").get<double>();
    return machine;
}

Samples read_samples(const Document& document) {
    Samples samples;
    const auto kind = std::find_if(kStartKinds.begin(), kStartKinds.end(), [&](StartKind one) {
        return document.at("kind") == key_of(one);
    });
    samples.kind = kind == kStartKinds.end() ? StartKind::kWarm : *kind;
    for (std::size_t time = 0; time < kTimes; ++time) {
        samples.times_us.at(time) =
            document.at("timesUs").at(std::string(time_key(time))).at("samples").get<lab::Sample>();
    }
    samples.billed_ms = document.at("billedMs").get<lab::Sample>();
    samples.cost_usd = document.at("costUsd").get<double>();
    return samples;
}

Measurement read_measurement(const Document& document) {
    Measurement measurement;
    const Document& function = document.at("function");
    measurement.plan = read_plan(document.at("plan"), function.at("name").get<std::string>());
    measurement.runtime = function.at("runtime").get<std::string>();
    measurement.code_sha256 = function.at("codeSha256").get<std::string>();
    measurement.machine = read_machine(document.at("machine"));
    measurement.began = document.at("began").get<std::string>();
    for (const Document& entry : document.at("sizes")) {
        SizeMeasurement size;
        size.memory_mb = entry.at("memoryMb").get<std::uint32_t>();
        for (const Document& samples : entry.at("starts")) {
            size.samples.push_back(read_samples(samples));
        }
        measurement.sizes.push_back(std::move(size));
    }
    return measurement;
}

Error unusable(const std::string& why) {
    return Error(Code::kInvalidArgument, "this is no run that `measure` wrote: " + why);
}

}  // namespace

Document run_json(const Measurement& measurement) {
    Document sizes = Document::array();
    for (const SizeMeasurement& size : measurement.sizes) {
        sizes.push_back(size_json(size));
    }
    const Document function{
        {"name", measurement.plan.function},
        {"runtime", measurement.runtime},
        {"codeSha256", measurement.code_sha256},
    };
    return Document{
        {"schema", kSchema},
        {"version", kVersion},
        {"command", command_of(measurement.plan)},
        {"began", measurement.began},
        {"seconds", measurement.seconds},
        {"function", function},
        {"machine", machine_json(measurement.machine)},
        {"plan", plan_json(measurement.plan)},
        {"dropped", dropped_json(measurement.dropped)},
        {"sizes", sizes},
        {"remarks", remarks_on(measurement)},
    };
}

Document comparison_json(const Comparison& comparison) {
    Document rows = Document::array();
    for (const ComparisonRow& row : comparison.rows) {
        const lab::Difference& difference = row.difference;
        rows.push_back(Document{
            {"memoryMb", row.memory_mb},
            {"kind", key_of(row.kind)},
            {"time", time_key(row.time)},
            {"medianBeforeUs", difference.median_before},
            {"medianAfterUs", difference.median_after},
            {"differenceUs", difference.of_median()},
            {"differenceInterval", interval_json(difference.of_medians)},
            {"pValue", difference.p_value},
            {"verdict", lab::to_string(difference.verdict)},
        });
    }
    return Document{
        {"slower", comparison.is_slower()}, {"cautions", comparison.cautions}, {"rows", rows}};
}

Result<Measurement> parse_run(const std::string& text) {
    try {
        const Document document = Document::parse(text);
        if (!document.is_object() || document.value("schema", "") != kSchema) {
            return unusable("it has not the schema \"lambent.measure\"");
        }
        if (document.at("version") != kVersion) {
            return unusable("its version is " + document.at("version").dump() + ", not 1");
        }
        return read_measurement(document);
    } catch (const Document::exception& failure) {
        return unusable(failure.what());
    }
}

Result<Measurement> read_run(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return Error(Code::kInvalidArgument, path + " cannot be read: " + std::strerror(errno));
    }
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    auto run = parse_run(text);
    if (run.has_error()) {
        return Error(run.error().code(), path + ": " + run.error().message());
    }
    return run;
}

Result<void> write_text(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) {
        return Error(Code::kUnavailable, path + " cannot be written: " + std::strerror(errno));
    }
    return {};
}

}  // namespace lambent::cli
