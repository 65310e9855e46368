#include "triggers/sources/message_filter.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace lambent::triggers {
namespace {

constexpr const char* kBody = "body";
// As deep as any pattern can look, and more: what is nested deeper is a text.
constexpr int kBodyDepthMax = 128;

nlohmann::json fields_of(const std::string& body) {
    bool too_deep = false;
    const auto watch = [&](int depth, nlohmann::json::parse_event_t, const nlohmann::json&) {
        too_deep = too_deep || depth > kBodyDepthMax;
        return !too_deep;
    };
    nlohmann::json parsed = nlohmann::json::parse(body, watch, false);
    const bool usable = !too_deep && parsed.is_object();
    return usable ? parsed : nlohmann::json(nlohmann::json::value_t::discarded);
}

}  // namespace

Result<MessageFilter> MessageFilter::parse(const std::vector<std::string>& patterns) {
    MessageFilter filter;
    for (const std::string& text : patterns) {
        LAMBENT_TRY(EventPattern pattern, EventPattern::parse(text));
        Rule rule{std::move(pattern), Body::kIgnored};
        const auto document = nlohmann::json::parse(text);
        if (const auto body = document.find(kBody); body != document.end()) {
            rule.body = body->is_object() ? Body::kFields : Body::kText;
        }
        filter.rules_.push_back(std::move(rule));
    }
    return filter;
}

bool MessageFilter::passes(std::string_view record) const {
    if (passes_all()) {
        return true;
    }
    nlohmann::json shown = nlohmann::json::parse(record, nullptr, false);
    if (!shown.is_object() || !shown.contains(kBody) || !shown[kBody].is_string()) {
        return false;
    }
    nlohmann::json fields = fields_of(shown[kBody].get_ref<const std::string&>());
    const bool has_fields = !fields.is_discarded();
    if (has_fields) {
        shown[kBody] = std::move(fields);
    }
    return std::any_of(rules_.begin(), rules_.end(), [&](const Rule& rule) {
        const bool fits = rule.body == Body::kIgnored || (rule.body == Body::kFields) == has_fields;
        return fits && rule.pattern.matches(shown);
    });
}

}  // namespace lambent::triggers
