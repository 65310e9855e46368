#include "scheduler/lineage.h"

#include "base/files/content_hash.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

namespace lambent::scheduler {
namespace {

constexpr std::string_view kLineage = "Lineage=";
constexpr std::string_view kFormat = "1:";
constexpr std::size_t kHashDigits = 8;
constexpr std::size_t kFunctionsMax = 16;  // of one chain; the latest are kept

struct Visited {
    std::string hash;
    std::uint32_t times_before = 0;
};

std::string hash_of(std::string_view function_arn) {
    return to_hex(digest(HashKind::kSha256, function_arn)).substr(0, kHashDigits);
}

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(at);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

std::optional<Visited> read_visited(std::string_view text) {
    const auto colon = text.find(':');
    if (colon != kHashDigits) {
        return std::nullopt;
    }
    Visited visited{std::string(text.substr(0, colon)), 0};
    const std::string_view number = text.substr(colon + 1);
    const auto [end, fault] =
        std::from_chars(number.data(), number.data() + number.size(), visited.times_before);
    if (fault != std::errc() || end != number.data() + number.size()) {
        return std::nullopt;
    }
    return visited;
}

std::vector<Visited> read_lineage(std::string_view text) {
    if (text.starts_with(kFormat)) {
        text.remove_prefix(kFormat.size());
    }
    std::vector<Visited> all;
    for (const std::string_view part : split(text, '|')) {
        std::optional<Visited> visited = read_visited(part);
        if (!visited) {
            return {};
        }
        all.push_back(std::move(*visited));
    }
    return all;
}

// The same function's entry, as the latest, with one more visit.
void visit(std::vector<Visited>& all, std::string hash) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const Visited& visited) {
        return visited.hash == hash;
    });
    if (found == all.end()) {
        if (all.size() == kFunctionsMax) {
            all.erase(all.begin());
        }
        all.push_back({std::move(hash), 0});
        return;
    }
    found->times_before = std::min(found->times_before, kChainInvocationsMax) + 1;
    std::rotate(found, found + 1, all.end());
}

}  // namespace

TraceStep step_into(std::string_view header, std::string_view function_arn) {
    TraceStep step;
    std::vector<Visited> chain;
    for (const std::string_view part : split(header, ';')) {
        if (part.starts_with(kLineage)) {
            chain = read_lineage(part.substr(kLineage.size()));
        } else if (!part.empty()) {
            step.header.append(part).append(";");
        }
    }
    visit(chain, hash_of(function_arn));
    step.invocations = chain.back().times_before + 1;
    step.header.append(kLineage).append(kFormat);
    for (const Visited& visited : chain) {
        step.header.append(visited.hash).append(":");
        step.header.append(std::to_string(visited.times_before)).append("|");
    }
    step.header.pop_back();
    return step;
}

}  // namespace lambent::scheduler
