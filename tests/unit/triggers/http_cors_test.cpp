#include "triggers/http/cors.h"

#include <catch2/catch.hpp>

using namespace lambent::triggers;

namespace {

const std::string kHere = "https://here.example";

CorsRules rules_for(std::vector<std::string> origins) {
    CorsRules rules;
    rules.allow_origins = std::move(origins);
    rules.allow_methods = {"GET", "POST"};
    rules.allow_headers = {"x-a", "x-b"};
    rules.expose_headers = {"x-seen"};
    rules.max_age_s = 300;
    return rules;
}

HttpRequest from(const std::string& origin, const std::string& method = "GET") {
    HttpRequest request;
    request.method = method;
    if (!origin.empty()) {
        request.fields.emplace_back("Origin", origin);
    }
    if (method == "OPTIONS") {
        request.fields.emplace_back("Access-Control-Request-Method", "POST");
    }
    return request;
}

std::string text_of(const HttpFields& fields) {
    std::string text;
    for (const auto& [name, value] : fields) {
        text += name + ": " + value + "\n";
    }
    return text;
}

}  // namespace

TEST_CASE("Rules tell an allowed origin what it may see", "[triggers][http]") {
    CHECK(
        text_of(cors_fields(rules_for({"https://other.example", kHere}), from(kHere))) ==
        "Access-Control-Allow-Origin: https://here.example\nVary: Origin\n"
        "Access-Control-Expose-Headers: x-seen\n"
    );
    CHECK(
        text_of(cors_fields(rules_for({"*"}), from(kHere))) ==
        "Access-Control-Allow-Origin: *\nAccess-Control-Expose-Headers: x-seen\n"
    );
}

TEST_CASE("Rules tell a preflight what it may send", "[triggers][http]") {
    const HttpRequest preflight = from(kHere, "OPTIONS");
    CHECK(is_preflight(preflight));
    CHECK(
        text_of(cors_fields(rules_for({kHere}), preflight)) ==
        "Access-Control-Allow-Origin: https://here.example\nVary: Origin\n"
        "Access-Control-Allow-Methods: GET,POST\nAccess-Control-Allow-Headers: x-a,x-b\n"
        "Access-Control-Max-Age: 300\n"
    );
    HttpRequest plain = from(kHere);
    plain.method = "OPTIONS";
    CHECK_FALSE(is_preflight(plain));
    CHECK_FALSE(is_preflight(from("", "OPTIONS")));
}

TEST_CASE("Rules tell other origins nothing", "[triggers][http]") {
    const auto origin = GENERATE(
        as<std::string>{},
        "",
        "null",
        "http://here.example",
        "https://here.example.evil",
        "https://here.example:8443",
        "https://evil.example"
    );
    CAPTURE(origin);
    CHECK(cors_fields(rules_for({kHere}), from(origin)).empty());
    CHECK(cors_fields(rules_for({}), from(origin)).empty());
}

TEST_CASE("Credentials are for named origins", "[triggers][http]") {
    CorsRules rules = rules_for({"*"});
    rules.allow_credentials = true;
    const std::string any = text_of(cors_fields(rules, from(kHere)));
    CHECK(any.starts_with("Access-Control-Allow-Origin: *\n"));  // of which browsers take none
    rules.allow_origins = {kHere};
    const std::string named = text_of(cors_fields(rules, from(kHere)));
    CHECK(named.find("Access-Control-Allow-Credentials: true\n") != std::string::npos);
    CHECK(named.starts_with("Access-Control-Allow-Origin: https://here.example\n"));
}

TEST_CASE("A function's own CORS fields are known as such", "[triggers][http]") {
    CHECK(is_cors_field("Access-Control-Allow-Origin"));
    CHECK(is_cors_field("access-control-max-age"));
    CHECK_FALSE(is_cors_field("Access-Controlled"));
    CHECK_FALSE(is_cors_field("Vary"));
}
