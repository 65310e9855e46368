#include <cmath>
#include <limits>

#include "lab/simulate/cells.h"
#include "lab/simulate/formats.h"

namespace lambent::lab {

bool Azure2021Reader::is_calls(const std::string& header) {
    return header.starts_with("app,func,end_timestamp,duration");
}

// Seconds since the trace's begin, with fractions.
Result<void> Azure2021Reader::read(std::istream& file, const std::string& header) {
    LAMBENT_TRY(
        const auto columns, columns_of(header, {"app", "func", "end_timestamp", "duration"})
    );
    constexpr double kDurationMaxS = std::numeric_limits<std::uint32_t>::max() / 1e6;
    std::string line;
    for (std::size_t number = 2; std::getline(file, line); ++number) {
        const auto cells = pick(line, columns);
        const auto end_s = cells ? number_of((*cells)[2]) : std::nullopt;
        const auto took_s = cells ? number_of((*cells)[3]) : std::nullopt;
        if (!end_s || !took_s || *took_s < 0 || std::abs(*end_s) > 1e12) {
            return Error(
                Code::kInvalidArgument,
                "trace",
                "line " + std::to_string(number) + ": is no call with its end and duration"
            );
        }
        const std::string name = std::string((*cells)[0]) + "/" + std::string((*cells)[1]);
        const auto index = static_cast<std::uint32_t>(functions_.size());
        const auto function = functions_.emplace(name, index).first;
        TraceCall call;
        call.function = function->second;
        call.at_us = std::llround((*end_s - *took_s) * 1e6);
        call.duration_us =
            static_cast<std::uint32_t>(std::llround(std::min(*took_s, kDurationMaxS) * 1e6));
        calls_.push_back(call);
    }
    return {};
}

Result<std::unique_ptr<Trace>> Azure2021Reader::finish() {
    std::vector<TraceFunction> functions(functions_.size(), defaults_.function);
    return std::unique_ptr<Trace>(
        std::make_unique<ListedTrace>(std::move(functions), std::move(calls_))
    );
}

}  // namespace lambent::lab
