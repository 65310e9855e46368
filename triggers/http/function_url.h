#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

// Which pages of other origins may call a URL, and what they may see of its answers.
struct CorsRules {
    bool allow_credentials = false;
    std::vector<std::string> allow_origins;  // "*" among them: any
    std::vector<std::string> allow_methods;
    std::vector<std::string> allow_headers;
    std::vector<std::string> expose_headers;
    std::optional<std::int64_t> max_age_s;
};

// An HTTP address of a function, or of what an alias of it leads to.
struct FunctionUrl {
    enum class Auth { kNone, kIam };
    enum class Mode { kBuffered, kStreamed };

    std::string id;  // 32 characters of 0-9 and a-z, the first label of its host
    std::string function;
    std::string alias;  // empty: $LATEST
    Auth auth = Auth::kIam;
    Mode mode = Mode::kBuffered;
    std::optional<CorsRules> cors;
    std::int64_t created_ms = 0;
    std::int64_t modified_ms = 0;

    // What is invoked: "name" or "name:alias".
    std::string reference() const { return alias.empty() ? function : function + ":" + alias; }
};

}  // namespace lambent::triggers
