#pragma once

#include "api/wire/errors.h"
#include "base/http/message.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::api::s3 {

// Which pages of other origins may use a bucket, and how.
struct CorsRule {
    std::string id;
    std::vector<std::string> origins;  // with at most one '*' each
    std::vector<std::string> methods;
    std::vector<std::string> headers;  // that may be sent; with at most one '*' each
    std::vector<std::string> exposed;  // that may be read
    std::optional<int> max_age_s;
};
using CorsRules = std::vector<CorsRule>;

// What a page asks for.
struct CorsQuestion {
    std::string origin;
    std::string method;
    std::vector<std::string> headers;  // that it wants to send
};

Answer<CorsRules> parse_cors(const std::string& text);
std::string cors_document(const CorsRules& rules);

// The first rule that allows all that is asked; null when none does. Pure.
const CorsRule* matching_rule(const CorsRules& rules, const CorsQuestion& question);

// What lets a browser show the answer to the page.
void write_cors_headers(const CorsRule& rule, const CorsQuestion& question, http::Headers& headers);

// "a, b" -> {"a", "b"}
std::vector<std::string> split_list(std::string_view list);

}  // namespace lambent::api::s3
