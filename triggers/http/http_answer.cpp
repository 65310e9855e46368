#include "triggers/http/http_answer.h"

#include "base/files/content_hash.h"
#include "base/json_depth.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace lambent::triggers {
namespace {

using nlohmann::json;

constexpr unsigned kStatusMin = 200;  // interim answers are the server's own affair
constexpr unsigned kStatusMax = 599;

// What belongs to the connection, or to the server's own part of it, is passed on by another name.
constexpr std::array<std::string_view, 8> kRemapped{
    "connection",
    "content-length",
    "date",
    "keep-alive",
    "server",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
};

bool is_same(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

bool is_field_name(std::string_view name) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::all_of(name.begin(), name.end(), [&](unsigned char c) {
        return std::isalnum(c) != 0 || kMarks.find(static_cast<char>(c)) != std::string_view::npos;
    });
}

bool is_field_value(std::string_view value) {
    return std::none_of(value.begin(), value.end(), [](unsigned char c) {
        return (c < 0x20 && c != '\t') || c == 0x7F;
    });
}

std::optional<unsigned> status_of(const json& value) {
    std::int64_t status = 0;
    if (value.is_number_integer()) {
        status = value.get<std::int64_t>();
    } else if (value.is_string()) {  // "200", as some frameworks write it
        const auto& text = value.get_ref<const std::string&>();
        if (text.size() != 3 || !std::all_of(text.begin(), text.end(), [](unsigned char c) {
                return std::isdigit(c) != 0;
            })) {
            return std::nullopt;
        }
        status = std::stoi(text);
    }
    if (status < kStatusMin || status > kStatusMax) {
        return std::nullopt;
    }
    return static_cast<unsigned>(status);
}

bool add_field(HttpAnswer& answer, const std::string& name, const std::string& value) {
    if (!is_field_name(name) || !is_field_value(value)) {
        return false;
    }
    const bool is_ours = std::any_of(kRemapped.begin(), kRemapped.end(), [&](std::string_view own) {
        return is_same(name, own);
    });
    answer.fields.emplace_back(is_ours ? "x-amzn-Remapped-" + name : name, value);
    return true;
}

bool add_headers(HttpAnswer& answer, const json& headers) {
    if (headers.is_null()) {
        return true;
    }
    if (!headers.is_object()) {
        return false;
    }
    for (const auto& [name, value] : headers.items()) {
        if (value.is_null()) {
            continue;
        }
        if (value.is_structured()) {
            return false;
        }
        const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
        if (!add_field(answer, name, text)) {
            return false;
        }
    }
    return true;
}

bool add_multi_headers(HttpAnswer& answer, const json& headers) {
    if (headers.is_null()) {
        return true;
    }
    if (!headers.is_object()) {
        return false;
    }
    for (const auto& [name, values] : headers.items()) {
        if (!values.is_array()) {
            return false;
        }
        for (const json& value : values) {
            const bool is_text = value.is_string();
            if (value.is_structured() ||
                !add_field(answer, name, is_text ? value.get<std::string>() : value.dump())) {
                return false;
            }
        }
    }
    return true;
}

bool add_cookies(HttpAnswer& answer, const json& cookies) {
    if (cookies.is_null()) {
        return true;
    }
    if (!cookies.is_array()) {
        return false;
    }
    for (const json& cookie : cookies) {
        if (!cookie.is_string() || !is_field_value(cookie.get_ref<const std::string&>())) {
            return false;
        }
        answer.fields.emplace_back("Set-Cookie", cookie.get<std::string>());
    }
    return true;
}

const json& member(const json& object, const char* name) {
    static const json kNothing;
    const auto found = object.find(name);
    return found == object.end() ? kNothing : *found;
}

void default_type(HttpAnswer& answer, const char* type) {
    const bool has_type =
        std::any_of(answer.fields.begin(), answer.fields.end(), [](const auto& field) {
            return is_same(field.first, "content-type");
        });
    if (!has_type) {
        answer.fields.emplace_back("Content-Type", type);
    }
}

// Status, headers and cookies; an absent status is 200.
std::optional<HttpAnswer> head_of(const json& object) {
    HttpAnswer answer;
    if (const json& status = member(object, "statusCode"); !status.is_null()) {
        const auto known = status_of(status);
        if (!known) {
            return std::nullopt;
        }
        answer.status = *known;
    }
    if (!add_headers(answer, member(object, "headers")) ||
        !add_cookies(answer, member(object, "cookies"))) {
        return std::nullopt;
    }
    return answer;
}

bool set_body(HttpAnswer& answer, const json& object) {
    const json& body = member(object, "body");
    if (body.is_null()) {
        return true;
    }
    std::string text = body.is_string() ? body.get<std::string>()
                                        : body.dump(-1, ' ', false, json::error_handler_t::replace);
    const json& is_base64 = member(object, "isBase64Encoded");
    if (is_base64.is_boolean() && is_base64.get<bool>()) {
        return from_base64(text, answer.body);
    }
    answer.body = std::move(text);
    return true;
}

bool has_rest_shape(const json& object) {
    constexpr std::array<std::string_view, 5> kMembers{
        "statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"};
    for (const auto& [name, value] : object.items()) {
        if (std::find(kMembers.begin(), kMembers.end(), name) == kMembers.end()) {
            return false;
        }
    }
    const json& body = member(object, "body");
    const json& headers = member(object, "headers");
    return (body.is_null() || body.is_string()) &&
           (!headers.is_object() ||
            std::none_of(headers.begin(), headers.end(), [](const json& value) {
                return value.is_number();
            }));
}

// A pair that is in both places is sent once.
void drop_repeated(json& object) {
    const json& multi = member(object, "multiValueHeaders");
    if (!multi.is_object() || !member(object, "headers").is_object()) {
        return;
    }
    json kept = json::object();
    for (const auto& [name, value] : object.at("headers").items()) {
        const json& others = member(multi, name.c_str());
        if (!others.is_array() || std::find(others.begin(), others.end(), value) == others.end()) {
            kept[name] = value;
        }
    }
    object["headers"] = std::move(kept);
}

// A function that streams may be called by an address that does not.
std::optional<HttpAnswer> collected_stream(std::string_view payload) {
    const std::string end(kPreludeEndBytes, '\0');
    const std::size_t at = payload.find(end);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    auto answer = http_prelude(payload.substr(0, at));
    if (answer) {
        answer->body = payload.substr(at + end.size());
    }
    return answer;
}

}  // namespace

std::optional<HttpAnswer> http_answer(std::string payload) {
    const std::optional<json> value = parse_shallow_json(payload);
    if (!value) {
        return collected_stream(payload);
    }
    HttpAnswer answer;
    if (value->is_object() && value->contains("statusCode")) {
        auto said = head_of(*value);
        if (!said || member(*value, "statusCode").is_null() || !set_body(*said, *value)) {
            return std::nullopt;
        }
        answer = std::move(*said);
    } else {
        answer.body = value->is_string() ? value->get<std::string>() : std::move(payload);
    }
    default_type(answer, "application/json");
    return answer;
}

std::optional<HttpAnswer> proxy_answer(const std::string& payload) {
    const std::optional<json> value = parse_shallow_json(payload);
    if (!value || !value->is_object() || member(*value, "statusCode").is_null()) {
        return std::nullopt;
    }
    auto answer = head_of(*value);
    if (!answer || !add_multi_headers(*answer, member(*value, "multiValueHeaders")) ||
        !set_body(*answer, *value)) {
        return std::nullopt;
    }
    default_type(*answer, "application/json");
    return answer;
}

std::optional<HttpAnswer> rest_answer(const std::string& payload, Base64 base64) {
    const std::optional<json> value = parse_shallow_json(payload);
    if (!value || !value->is_object() || !has_rest_shape(*value)) {
        return std::nullopt;
    }
    json object = *value;
    if (base64 == Base64::kKeep) {
        object.erase("isBase64Encoded");
    }
    drop_repeated(object);
    auto answer = head_of(object);
    if (!answer || !add_multi_headers(*answer, member(object, "multiValueHeaders")) ||
        !set_body(*answer, object)) {
        return std::nullopt;
    }
    default_type(*answer, "application/json");
    return answer;
}

std::optional<HttpAnswer> http_prelude(std::string_view text) {
    const std::optional<json> value = parse_shallow_json(text);
    if (!value || !value->is_object()) {
        return std::nullopt;
    }
    auto answer = head_of(*value);
    if (answer) {
        default_type(*answer, "application/octet-stream");
    }
    return answer;
}

}  // namespace lambent::triggers
