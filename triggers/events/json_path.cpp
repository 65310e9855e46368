#include "triggers/events/json_path.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace lambent::triggers {
namespace {

Error bad_path(std::string_view text) {
    return Error(
        Code::kInvalidArgument, "json_path", "\"" + std::string(text) + "\" is not a JSON path."
    );
}

}  // namespace

// "[0]" or "['name']", which it takes off the rest.
Result<JsonPath::Step> JsonPath::read_bracket(std::string_view& rest) {
    if (rest.starts_with("['")) {
        const std::size_t end = rest.find("']", 2);
        if (end == std::string_view::npos) {
            return bad_path(rest);
        }
        Step name = std::string(rest.substr(2, end - 2));
        rest.remove_prefix(end + 2);
        return name;
    }
    std::size_t index = 0;
    const auto [end, failed] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), index);
    if (failed != std::errc() || end == rest.data() + rest.size() || *end != ']') {
        return bad_path(rest);
    }
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + 1);
    return Step(index);
}

Result<JsonPath> JsonPath::parse(std::string_view text) {
    JsonPath path;
    std::string_view rest = text;
    if (!rest.starts_with('$')) {
        return bad_path(text);
    }
    rest.remove_prefix(1);
    while (!rest.empty()) {
        if (rest.front() == '[') {
            LAMBENT_TRY(Step step, read_bracket(rest));
            path.steps_.push_back(std::move(step));
            continue;
        }
        if (rest.front() != '.') {
            return bad_path(text);
        }
        rest.remove_prefix(1);
        const std::string_view name = rest.substr(0, rest.find_first_of(".["));
        if (name.empty()) {
            return bad_path(text);
        }
        path.steps_.emplace_back(std::string(name));
        rest.remove_prefix(name.size());
    }
    return path;
}

const nlohmann::ordered_json* JsonPath::find(const nlohmann::ordered_json& document) const {
    const nlohmann::ordered_json* at = &document;
    for (const Step& step : steps_) {
        if (const auto* name = std::get_if<std::string>(&step)) {
            if (!at->is_object() || !at->contains(*name)) {
                return nullptr;
            }
            at = &at->at(*name);
            continue;
        }
        const std::size_t index = std::get<std::size_t>(step);
        if (!at->is_array() || index >= at->size()) {
            return nullptr;
        }
        at = &at->at(index);
    }
    return at;
}

}  // namespace lambent::triggers
