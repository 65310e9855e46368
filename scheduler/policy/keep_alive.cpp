#include "scheduler/policy/keep_alive.h"

#include "scheduler/policy/hybrid_policy.h"

#include <charconv>
#include <optional>

namespace lambent::scheduler {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class FixedPolicy final : public IdlePolicy {
  public:
    explicit FixedPolicy(FixedKeepAlive settings) : keep_(settings.keep) {}
    IdlePlan idle(const std::string&, SteadyTime) override { return IdlePlan{keep_, {}}; }

  private:
    milliseconds keep_;
};

class LruPolicy final : public IdlePolicy {
  public:
    explicit LruPolicy(LruKeepAlive settings) : memory_max_mb_(settings.idle_memory_max_mb) {}
    IdlePlan idle(const std::string&, SteadyTime) override { return {}; }
    std::uint64_t idle_memory_max_mb() const override { return memory_max_mb_; }

  private:
    std::uint64_t memory_max_mb_;
};

// A whole number and nothing else.
std::optional<std::uint32_t> whole(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool complete = failed == std::errc() && end == text.data() + text.size();
    return complete ? std::optional(number) : std::nullopt;
}

std::optional<KeepAlive> parse_fixed(std::string_view value) {
    const auto number = whole(value);
    if (!number) {
        return std::nullopt;
    }
    return FixedKeepAlive{seconds(*number)};
}

std::optional<KeepAlive> parse_lru(std::string_view value) {
    if (value.size() < 3) {
        return std::nullopt;
    }
    const auto number = whole(value.substr(0, value.size() - 2));
    const std::string_view unit = value.substr(value.size() - 2);
    if (!number || (unit != "GB" && unit != "MB")) {
        return std::nullopt;
    }
    return LruKeepAlive{std::uint64_t{*number} * (unit == "GB" ? 1'024 : 1)};
}

std::optional<KeepAlive> parse_hybrid(std::string_view value) {
    const auto number = whole(value);
    if (!number || *number < 1 || *number > HybridPolicy::kRangeMax.count()) {
        return std::nullopt;
    }
    return HybridKeepAlive{minutes(*number)};
}

std::optional<KeepAlive> parse(std::string_view text) {
    const std::size_t colon = text.find(':');
    const std::string_view kind = text.substr(0, colon);
    if (colon == std::string_view::npos) {
        return kind == "hybrid" ? std::optional<KeepAlive>(HybridKeepAlive()) : std::nullopt;
    }
    const std::string_view value = text.substr(colon + 1);
    if (kind == "fixed") {
        return parse_fixed(value);
    }
    if (kind == "lru") {
        return parse_lru(value);
    }
    return kind == "hybrid" ? parse_hybrid(value) : std::nullopt;
}

}  // namespace

Result<KeepAlive> parse_keep_alive(std::string_view text) {
    if (const auto parsed = parse(text)) {
        return *parsed;
    }
    return Error(
        Code::kInvalidArgument,
        "keep-alive",
        "\"" + std::string(text) +
            "\" is no policy: fixed:SECONDS, lru:2GB, lru:512MB, hybrid or hybrid:MINUTES (at "
            "most 240)"
    );
}

std::string to_string(const KeepAlive& keep_alive) {
    if (const auto* fixed = std::get_if<FixedKeepAlive>(&keep_alive)) {
        return "fixed:" + std::to_string(std::chrono::duration_cast<seconds>(fixed->keep).count());
    }
    if (const auto* lru = std::get_if<LruKeepAlive>(&keep_alive)) {
        const std::uint64_t mb = lru->idle_memory_max_mb;
        return mb % 1'024 == 0 ? "lru:" + std::to_string(mb / 1'024) + "GB"
                               : "lru:" + std::to_string(mb) + "MB";
    }
    const auto range = std::get<HybridKeepAlive>(keep_alive).range;
    return range == HybridKeepAlive().range ? "hybrid" : "hybrid:" + std::to_string(range.count());
}

std::unique_ptr<IdlePolicy> make_idle_policy(const KeepAlive& keep_alive) {
    if (const auto* fixed = std::get_if<FixedKeepAlive>(&keep_alive)) {
        return std::make_unique<FixedPolicy>(*fixed);
    }
    if (const auto* lru = std::get_if<LruKeepAlive>(&keep_alive)) {
        return std::make_unique<LruPolicy>(*lru);
    }
    return std::make_unique<HybridPolicy>(std::get<HybridKeepAlive>(keep_alive));
}

}  // namespace lambent::scheduler
