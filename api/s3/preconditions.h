#pragma once

#include "base/clock.h"
#include "base/http/message.h"

#include <string>
#include <string_view>

namespace lambent::api::s3 {

enum class Verdict { kPass, kNotModified, kFailed };

struct Precondition {
    Verdict verdict = Verdict::kPass;
    std::string header;  // the one that failed
};

// If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since over one version of an
// object, in HTTP's order of precedence. `prefix` is "" or "x-amz-copy-source-".
Precondition check_preconditions(
    const http::Headers& headers, std::string_view prefix, std::string_view etag, WallTime modified
);

// Whether a list of quoted (or bare) ETags, or "*", names this one.
bool names_etag(std::string_view list, std::string_view etag);
// "\"abc\"" and "abc" -> "abc".
std::string bare_etag(std::string_view etag);

}  // namespace lambent::api::s3
