#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

#include "lab/simulate/formats.h"

namespace lambent::lab {
namespace {

using Json = nlohmann::json;

std::int64_t phase(const Json& phases, const char* name) {
    return phases.value(name, std::int64_t{0});
}

}  // namespace

bool OwnRecordsReader::is_records(const std::string& first_line) {
    return first_line.starts_with("{") && first_line.find("\"startedMs\"") != std::string::npos;
}

Result<void> OwnRecordsReader::read(std::istream& file, const std::string& first_line) {
    std::string line = first_line;
    std::size_t number = 1;
    do {
        if (line.empty()) {
            continue;
        }
        if (auto read = read_line(line); read.has_error()) {
            return Error(
                Code::kInvalidArgument,
                "trace",
                "line " + std::to_string(number) + ": " + read.error().message()
            );
        }
    } while (++number, std::getline(file, line));
    return {};
}

// A record begins when its environment was there; the call came before it waited for that.
Result<void> OwnRecordsReader::read_line(const std::string& line) {
    try {
        const Json record = Json::parse(line);
        const Json& phases = record.at("phasesUs");
        const std::int64_t boot_us = phase(phases, "cellClaim") + phase(phases, "mountAndLimits") +
                                     phase(phases, "runtimeBoot") + phase(phases, "extensionInit") +
                                     phase(phases, "functionInit");
        const auto name = record.at("function").get<std::string>();
        const auto index = static_cast<std::uint32_t>(functions_.size());
        Known& function = functions_.emplace(name, Known{index}).first->second;
        function.memory_mb = record.at("memoryMb").get<std::uint32_t>();
        const auto source = record.at("source").get<std::string>();
        const bool cold = source != "warm" && source != "provisioned";
        if (cold && boot_us > 0) {
            function.boots += 1;
            function.boot_us_sum += static_cast<std::uint64_t>(boot_us);
        }
        constexpr std::int64_t kMax = std::numeric_limits<std::uint32_t>::max();
        const auto took_us = record.at("durationUs").get<std::int64_t>();
        TraceCall call;
        call.function = function.index;
        call.at_us = record.at("startedMs").get<std::int64_t>() * 1'000 -
                     phase(phases, "queueWait") - (cold ? boot_us : 0);
        call.duration_us = static_cast<std::uint32_t>(std::clamp<std::int64_t>(took_us, 0, kMax));
        calls_.push_back(call);
    } catch (const Json::exception& failure) {
        return Error(Code::kInvalidArgument, std::string("is no record: ") + failure.what());
    }
    return {};
}

Result<std::unique_ptr<Trace>> OwnRecordsReader::finish() {
    std::vector<TraceFunction> functions(functions_.size(), defaults_.function);
    for (const auto& [name, known] : functions_) {
        TraceFunction& function = functions.at(known.index);
        function.memory_mb = known.memory_mb;
        if (known.boots > 0) {
            function.boot_us = static_cast<std::uint32_t>(known.boot_us_sum / known.boots);
        }
    }
    return std::unique_ptr<Trace>(
        std::make_unique<ListedTrace>(std::move(functions), std::move(calls_))
    );
}

}  // namespace lambent::lab
