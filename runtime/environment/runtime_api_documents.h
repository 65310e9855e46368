#pragma once

#include "base/http/message.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace lambent::runtime {

// Response payload limit of the Runtime API: 6 MB and 100 bytes (lambda-facts section 1).
inline constexpr std::uint64_t kAnswerBytesMax = 6ULL * 1024 * 1024 + 100;

// {"errorType":…,"errorMessage":…}, as Lambda words its own failures.
std::string error_document(std::string_view error_type, std::string_view message);

// `claimed` when it has the shape (Runtime|Function).[A-Z][a-zA-Z]+, else `otherwise`.
std::string checked_error_type(std::string_view claimed, std::string_view otherwise);

// Answers of the Runtime API.
http::Response accepted();
http::Response refused(unsigned status, std::string_view error_type, std::string_view message);

// A value that may stand in a header: control characters become spaces.
std::string header_value(const std::string& text);
void append_header_value(const std::string& text, std::string& into);

}  // namespace lambent::runtime
