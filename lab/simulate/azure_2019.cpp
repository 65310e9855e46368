#include <algorithm>
#include <functional>
#include <string_view>

#include "lab/simulate/cells.h"
#include "lab/simulate/formats.h"

namespace lambent::lab {
namespace {

constexpr std::size_t kMinutesADay = 1'440;

std::uint64_t key_of(std::string_view owner, std::string_view app, std::string_view function) {
    std::uint64_t key = std::hash<std::string_view>()(owner);
    for (const std::string_view part : {app, function}) {
        key = (key ^ std::hash<std::string_view>()(part)) * 0x9E3779B97F4A7C15ULL;
        key ^= key >> 32;
    }
    return key;
}

std::uint64_t key_of(std::string_view owner, std::string_view app) {
    return key_of(owner, app, {});
}

Error at_line(std::size_t line, const std::string& what) {
    return Error(Code::kInvalidArgument, "trace", "line " + std::to_string(line) + ": " + what);
}

}  // namespace

Azure2019Reader::Azure2019Reader(const TraceDefaults& defaults)
    : defaults_(defaults), trace_(std::make_unique<MinuteTrace>(defaults.seed)) {}

bool Azure2019Reader::is_calls(const std::string& header) {
    return header.starts_with("HashOwner,HashApp,HashFunction,Trigger,1,");
}

bool Azure2019Reader::is_durations(const std::string& header) {
    return header.starts_with("HashOwner,HashApp,HashFunction,Average,");
}

bool Azure2019Reader::is_memory(const std::string& header) {
    return header.starts_with("HashOwner,HashApp,SampleCount,");
}

std::uint32_t Azure2019Reader::function_index(
    std::string_view owner, std::string_view app, std::string_view function
) {
    const auto [found, added] = functions_.emplace(key_of(owner, app, function), 0);
    if (added) {
        found->second = trace_->add_function();
        app_of_.push_back(key_of(owner, app));
    }
    return found->second;
}

Result<void> Azure2019Reader::read_calls(std::istream& file, const std::string& /*header*/) {
    const std::size_t first_minute = kMinutesADay * days_++;
    trace_->last_at_least(kMinutesADay * days_);
    std::string line;
    for (std::size_t number = 2; std::getline(file, line); ++number) {
        Cells cells(line);
        const auto owner = cells.next();
        const auto app = cells.next();
        const auto function = cells.next();
        const auto trigger = cells.next();
        if (!trigger) {
            return at_line(number, "has fewer than five columns");
        }
        const std::uint32_t index = function_index(*owner, *app, *function);
        trace_->at(index).is_timer = *trigger == "timer";
        for (std::size_t minute = 0; const auto cell = cells.next(); ++minute) {
            const auto count = count_of(*cell);
            if (!count || minute >= kMinutesADay) {
                return at_line(number, "\"" + std::string(*cell) + "\" is no count of a minute");
            }
            if (*count > 0) {
                trace_->add_calls(index, first_minute + minute, *count);
            }
        }
    }
    return {};
}

Result<void> Azure2019Reader::read_durations(std::istream& file, const std::string& header) {
    LAMBENT_TRY(
        const auto columns,
        columns_of(
            header,
            {"HashOwner",
             "HashApp",
             "HashFunction",
             "percentile_Average_0",
             "percentile_Average_1",
             "percentile_Average_25",
             "percentile_Average_50",
             "percentile_Average_75",
             "percentile_Average_99",
             "percentile_Average_100"}
        )
    );
    std::string line;
    for (std::size_t number = 2; std::getline(file, line); ++number) {
        const auto cells = pick(line, columns);
        if (!cells) {
            return at_line(number, "is too short");
        }
        DurationCurve curve{};
        for (std::size_t i = 0; i < curve.size(); ++i) {
            const auto ms = number_of((*cells)[3 + i]);
            if (!ms || *ms < 0) {
                return at_line(number, "a duration is no number");
            }
            curve.at(i) = std::max(static_cast<float>(*ms), i > 0 ? curve.at(i - 1) : 0.0F);
        }
        durations_[key_of((*cells)[0], (*cells)[1], (*cells)[2])] = curve;
    }
    return {};
}

Result<void> Azure2019Reader::read_memory(std::istream& file, const std::string& header) {
    LAMBENT_TRY(
        const auto columns, columns_of(header, {"HashOwner", "HashApp", "AverageAllocatedMb"})
    );
    std::string line;
    for (std::size_t number = 2; std::getline(file, line); ++number) {
        const auto cells = pick(line, columns);
        const auto mb = cells ? number_of((*cells)[2]) : std::nullopt;
        if (!mb || *mb < 0 || *mb > 1e6) {
            return at_line(number, "the memory is no number of megabytes");
        }
        memory_mb_[key_of((*cells)[0], (*cells)[1])] =
            std::max(1U, static_cast<std::uint32_t>(*mb + 0.5));
    }
    return {};
}

Result<std::unique_ptr<Trace>> Azure2019Reader::finish() {
    if (days_ == 0) {
        return Error(Code::kInvalidArgument, "trace", "there is no file of calls per minute");
    }
    DurationCurve usual{};
    usual.fill(defaults_.duration_ms);
    for (const auto& [key, index] : functions_) {
        MinuteTrace::Function& function = trace_->at(index);
        function.settings = defaults_.function;
        const auto durations = durations_.find(key);
        function.durations = durations == durations_.end() ? usual : durations->second;
        const auto memory = memory_mb_.find(app_of_[index]);
        if (memory != memory_mb_.end()) {
            function.settings.memory_mb = memory->second;
        }
    }
    return std::unique_ptr<Trace>(std::move(trace_));
}

}  // namespace lambent::lab
