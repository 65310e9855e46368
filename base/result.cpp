#include "base/result.h"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

namespace lambent {

std::string_view to_string(Code code) {
    switch (code) {
        case Code::kInvalidArgument:
            return "invalid_argument";
        case Code::kNotFound:
            return "not_found";
        case Code::kConflict:
            return "conflict";
        case Code::kThrottled:
            return "throttled";
        case Code::kTooLarge:
            return "too_large";
        case Code::kUnauthorised:
            return "unauthorised";
        case Code::kUnavailable:
            return "unavailable";
        case Code::kDeadline:
            return "deadline";
        case Code::kCorrupted:
            return "corrupted";
        case Code::kInternal:
            return "internal";
    }
    return "internal";
}

bool may_retry(Code code) {
    return code == Code::kThrottled || code == Code::kUnavailable || code == Code::kDeadline;
}

Error errno_error(std::string_view what, int error_number) {
    std::string message(what);
    message += ": ";
    message += std::generic_category().message(error_number);
    return Error(Code::kInternal, std::move(message));
}

void throw_exception_from_error(const Error& error, const boost::source_location& /*where*/) {
    throw std::runtime_error(std::string(to_string(error.code())) + ": " + error.message());
}

void assertion_failed(const char* expression, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, expression);
    std::abort();
}

}  // namespace lambent
