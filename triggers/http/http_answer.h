#pragma once

#include "triggers/http/http_event.h"

#include <optional>
#include <string>
#include <string_view>

namespace lambent::triggers {

// What is sent for what a function returned.
struct HttpAnswer {
    unsigned status = 200;
    HttpFields fields;
    std::string body;
};

// A function's answer by the rules of payload format 2.0: an object with a statusCode says all
// itself, everything else is the body of a 200. Nothing when it is malformed, or not JSON: the
// client then gets a 502. Pure.
std::optional<HttpAnswer> http_answer(std::string payload);

// The same by the rules of format 1.0: an object with a statusCode, headers with one value or
// several, and nothing else.
std::optional<HttpAnswer> proxy_answer(const std::string& payload);

// By the rules of REST APIs: an object of statusCode, headers, multiValueHeaders, body and
// isBase64Encoded, none of which must and nothing else of which may be there; the body is a text.
// Whether base64 is decoded is for the client's Accept and the API to say.
enum class Base64 { kDecode, kKeep };
std::optional<HttpAnswer> rest_answer(const std::string& payload, Base64 base64);

// Status, headers and cookies in front of a streamed body, "{…}" in JSON. Nothing when malformed.
std::optional<HttpAnswer> http_prelude(std::string_view json);

// What the media type of a stream with a prelude is; eight zero bytes end the prelude.
inline constexpr char kPreludeType[] = "application/vnd.awslambda.http-integration-response";
inline constexpr std::size_t kPreludeEndBytes = 8;

}  // namespace lambent::triggers
