#include "triggers/events/input_template.h"

#include "triggers/events/event_document.h"
#include "triggers/events/json_path.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string_view>

namespace lambent::triggers {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kReserved = "aws.events.";

std::string dumped(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

// The name of a <name> that begins there; empty when none does.
std::string_view placeholder_at(std::string_view text, std::size_t at) {
    if (text[at] != '<') {
        return {};
    }
    const std::size_t end = text.find('>', at);
    if (end == std::string_view::npos) {
        return {};
    }
    const std::string_view name = text.substr(at + 1, end - at - 1);
    return std::all_of(name.begin(), name.end(), is_name_char) ? name : std::string_view();
}

// Walks over a template: `literal` gets what stands between the placeholders, `name` each of these
// and whether it stands inside of a JSON text.
void walk(
    std::string_view text,
    const std::function<void(char)>& literal,
    const std::function<void(std::string_view, bool)>& name
) {
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string_view placeholder = placeholder_at(text, at);
        if (!placeholder.empty()) {
            name(placeholder, quoted);
            at += placeholder.size() + 1;
            continue;
        }
        literal(text[at]);
        if (text[at] == '\\' && quoted && at + 1 < text.size()) {
            literal(text[++at]);
        } else if (text[at] == '"') {
            quoted = !quoted;
        }
    }
}

bool is_json_template(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

std::optional<Json> reserved_value(
    std::string_view name, const Json& event, const RuleMoment& moment
) {
    if (name == "aws.events.rule-arn") {
        return Json(moment.rule_arn);
    }
    if (name == "aws.events.rule-name") {
        return Json(moment.rule_name);
    }
    if (name == "aws.events.event.ingestion-time") {
        return Json(event_time(moment.ingestion_ms));
    }
    if (name == "aws.events.event.json") {
        return event;
    }
    if (name == "aws.events.event") {
        Json without_detail = event;
        without_detail.erase("detail");
        return without_detail;
    }
    return std::nullopt;
}

Json value_of(
    std::string_view name,
    const InputTransformer& transformer,
    const Json& event,
    const RuleMoment& moment
) {
    if (auto reserved = reserved_value(name, event, moment)) {
        return *std::move(reserved);
    }
    const auto path = transformer.paths.find(std::string(name));
    if (path != transformer.paths.end()) {
        const auto parsed = JsonPath::parse(path->second);
        const Json* const found = parsed.has_value() ? parsed->find(event) : nullptr;
        if (found != nullptr) {
            return *found;
        }
    }
    return Json("");
}

std::string bare_text(const Json& value) {
    if (value.is_string()) {
        return value.get<std::string>();
    }
    std::string text = dumped(value);
    text.erase(std::remove(text.begin(), text.end(), '"'), text.end());
    return text;
}

// As it may stand between the quotation marks of a JSON text.
std::string escaped(const std::string& text) {
    const std::string quoted = dumped(Json(text));
    return quoted.substr(1, quoted.size() - 2);
}

}  // namespace

std::string fill_template(
    const InputTransformer& transformer, const Json& event, const RuleMoment& moment
) {
    const bool is_json = is_json_template(transformer.text);
    std::string filled;
    const auto literal = [&filled](char c) {
        filled += c;
    };
    const auto name = [&](std::string_view of, bool quoted) {
        const Json value = value_of(of, transformer, event, moment);
        if (quoted) {
            filled += escaped(bare_text(value));
        } else {
            filled += is_json ? dumped(value) : bare_text(value);
        }
    };
    walk(transformer.text, literal, name);
    return filled;
}

Result<void> check_template(const InputTransformer& transformer) {
    for (const auto& [name, path] : transformer.paths) {
        LAMBENT_TRY(JsonPath::parse(path));
    }
    std::string unknown;
    const RuleMoment nothing;
    const auto name = [&](std::string_view of, bool) {
        const bool known = of.starts_with(kReserved)
                               ? reserved_value(of, Json::object(), nothing).has_value()
                               : transformer.paths.contains(std::string(of));
        if (!known) {
            unknown = of;
        }
    };
    walk(
        transformer.text, [](char) {}, name
    );
    if (!unknown.empty()) {
        return Error(
            Code::kInvalidArgument,
            "input_template",
            "Template contains undefined placeholder " + unknown + "."
        );
    }
    return {};
}

}  // namespace lambent::triggers
