#include "runtime/environment/runtime_api_documents.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>

namespace lambent::runtime {
namespace {

http::Response json_answer(unsigned status, std::string body) {
    http::Response response;
    response.status = status;
    response.headers.add("Content-Type", "application/json");
    response.body = std::move(body);
    return response;
}

}  // namespace

std::string error_document(std::string_view error_type, std::string_view message) {
    nlohmann::ordered_json document;
    document["errorType"] = error_type;
    document["errorMessage"] = message;
    return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string checked_error_type(std::string_view claimed, std::string_view otherwise) {
    const std::size_t dot = claimed.find('.');
    const std::string_view source = claimed.substr(0, dot);
    const std::string_view name =
        dot == std::string_view::npos ? std::string_view() : claimed.substr(dot + 1);
    const auto letter = [](unsigned char c) {
        return std::isalpha(c) != 0;
    };
    const bool shaped = (source == "Runtime" || source == "Function") && name.size() >= 2 &&
                        name.size() <= 128 && std::isupper(static_cast<unsigned char>(name[0])) &&
                        std::all_of(name.begin(), name.end(), letter);
    return std::string(shaped ? claimed : otherwise);
}

http::Response accepted() {
    return json_answer(202, "{\"status\":\"OK\"}\n");
}

http::Response refused(unsigned status, std::string_view error_type, std::string_view message) {
    return json_answer(status, error_document(error_type, message));
}

std::string header_value(const std::string& text) {
    std::string value;
    append_header_value(text, value);
    return value;
}

void append_header_value(const std::string& text, std::string& into) {
    const auto control = [](unsigned char c) {
        return c < 0x20 || c == 0x7F;
    };
    into += text;
    std::replace_if(
        into.end() - static_cast<std::ptrdiff_t>(text.size()), into.end(), control, ' '
    );
}

}  // namespace lambent::runtime
