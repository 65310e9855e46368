#include "app/cli/client/record.h"

#include <nlohmann/json.hpp>

#include <numeric>

namespace lambent::cli {
namespace {

using Json = nlohmann::json;

Record read_record(const Json& document) {
    Record record;
    record.request_id = document.at("requestId").get<std::string>();
    record.function = document.at("function").get<std::string>();
    record.log_stream = document.value("logStream", "");
    record.started_ms = document.value("startedMs", std::int64_t{0});
    record.source = document.value("source", "warm");
    record.cold = record.source == "stem" || record.source == "boot";
    record.outcome = document.value("outcome", "success");
    record.error_type = document.value("errorType", "");
    const Json& phases = document.at("phasesUs");
    for (std::size_t i = 0; i < kPhases.size(); ++i) {
        record.phases.at(i) = phases.value(std::string(kPhases.at(i).key), std::int64_t{0});
    }
    record.duration_us = document.value("durationUs", std::int64_t{0});
    record.init_duration_us = document.value("initDurationUs", std::int64_t{0});
    record.billed_ms = document.value("billedMs", std::int64_t{0});
    record.memory_mb = document.value("memoryMb", 0U);
    record.memory_peak_bytes = document.value("memoryPeakBytes", std::uint64_t{0});
    record.gb_seconds = document.value("gbSeconds", 0.0);
    record.cost_usd = document.value("costUsd", 0.0);
    return record;
}

Error unreadable_record(const Json::exception& failure) {
    return Error(
        Code::kInternal,
        std::string("the daemon sent a record that cannot be read: ") + failure.what()
    );
}

}  // namespace

std::int64_t total_of(const PhaseTimes& times) {
    return std::accumulate(times.begin(), times.end(), std::int64_t{0});
}

std::int64_t total_of(const PhaseTimes& times, PhaseOwner owner) {
    std::int64_t total = 0;
    for (std::size_t i = 0; i < kPhases.size(); ++i) {
        total += kPhases.at(i).owner == owner ? times.at(i) : 0;
    }
    return total;
}

Result<Record> parse_record(const Json& document) {
    try {
        return read_record(document);
    } catch (const Json::exception& failure) {
        return unreadable_record(failure);
    }
}

Result<Record> parse_record(std::string_view text) {
    try {
        return read_record(Json::parse(text));
    } catch (const Json::exception& failure) {
        return unreadable_record(failure);
    }
}

Result<std::vector<Record>> parse_records(std::string_view text) {
    try {
        std::vector<Record> records;
        const Json document = Json::parse(text);
        for (const Json& entry : document.at("records")) {
            records.push_back(read_record(entry));
        }
        return records;
    } catch (const Json::exception& failure) {
        return unreadable_record(failure);
    }
}

}  // namespace lambent::cli
