#include "app/cli/measure/advice.h"

#include "app/cli/measure/summary.h"
#include "app/cli/terminal/format.h"
#include "app/cli/terminal/style.h"

#include <algorithm>
#include <vector>

#include "lab/statistics/difference.h"

namespace lambent::cli {
namespace {

struct Candidate {
    std::uint32_t memory_mb = 0;
    const Samples* samples = nullptr;
    std::int64_t median = 0;

    std::string name() const { return std::to_string(memory_mb) + " MB"; }
};

std::vector<Candidate> candidates_of(const Measurement& measurement, StartKind kind) {
    std::vector<Candidate> candidates;
    for (const SizeMeasurement& size : measurement.sizes) {
        if (const Samples* const samples = size.find(kind)) {
            candidates.push_back({size.memory_mb, samples, summary_of(samples->seen()).p50});
        }
    }
    const auto smaller = [](const Candidate& a, const Candidate& b) {
        return a.memory_mb < b.memory_mb;
    };
    std::sort(candidates.begin(), candidates.end(), smaller);
    return candidates;
}

// The smallest that is not seen to be slower than the fastest.
const Candidate& enough_of(
    const std::vector<Candidate>& candidates, const Candidate& fastest, std::uint64_t seed
) {
    std::vector<lab::Pair> pairs;
    for (const Candidate& candidate : candidates) {
        pairs.push_back({fastest.samples->seen(), candidate.samples->seen()});
    }
    const auto differences = lab::compare(std::move(pairs), seed);
    std::size_t first = 0;
    while (differences[first].verdict == lab::Verdict::kSlower) {
        ++first;  // ends at the fastest itself
    }
    return candidates[first];
}

}  // namespace

std::optional<std::string> memory_advice(const Measurement& measurement) {
    std::vector<Candidate> candidates;
    StartKind kind = StartKind::kWarm;
    for (const StartKind tried : {StartKind::kWarm, StartKind::kStem, StartKind::kBoot}) {
        if (candidates.size() < 2) {
            candidates = candidates_of(measurement, tried);
            kind = tried;
        }
    }
    if (candidates.size() < 2) {
        return std::nullopt;
    }
    const auto cheaper = [](const Candidate& a, const Candidate& b) {
        return a.samples->usd_per_million() < b.samples->usd_per_million();
    };
    const auto faster = [](const Candidate& a, const Candidate& b) {
        return a.median < b.median;
    };
    const Candidate& cheapest = *std::min_element(candidates.begin(), candidates.end(), cheaper);
    const Candidate& fastest = *std::min_element(candidates.begin(), candidates.end(), faster);
    const Candidate& enough = enough_of(candidates, fastest, measurement.plan.seed);
    const Style plain(Colour::kOff, Glyphs::kUnicode, 100);
    const std::string begin = std::string("Of ") + std::string(title_of(kind)) + "s those at " +
                              cheapest.name() + " cost least ($" +
                              fixed(cheapest.samples->usd_per_million(), 2) + " a million). ";
    if (enough.memory_mb == candidates.front().memory_mb) {
        return begin + "No size is seen to be faster than " + enough.name() +
               ": more memory only costs.";
    }
    const std::string best =
        "The lowest median is at " + fastest.name() + " (" + format_us(fastest.median, plain) + ")";
    if (enough.memory_mb == fastest.memory_mb) {
        return begin + best + ", and no smaller size comes near it.";
    }
    return begin + best + "; from " + enough.name() + " on calls are not seen to be slower.";
}

}  // namespace lambent::cli
