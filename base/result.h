#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace lambent {

// Why the platform could not do what was asked. A closed set: adding one means deciding who is to
// blame and whether a retry can help. What a guest did, however badly, is never an Error: see
// runtime/environment/invoke_outcome.h and sandbox/exit_report.h.
enum class Code {
    kInvalidArgument,  // the caller's fault, do not retry
    kNotFound,         // the caller's fault, do not retry
    kConflict,         // the caller's fault: the state of the thing forbids it now
    kThrottled,        // nobody's fault, retry later
    kTooLarge,         // the caller's fault, do not retry
    kUnauthorised,     // the caller's fault, do not retry
    kUnavailable,      // ours, retry later
    kDeadline,         // the time given did not suffice
    kCorrupted,        // ours: stored bytes are not what was written; never retry, never hide
    kInternal,         // ours
};

std::string_view to_string(Code code);
bool may_retry(Code code);

// The error half of every Result. `message` is a sentence for a person. `subject` is an optional
// stable token that names what was wrong ("bucket", "payload", "memory_size"); the wire layers pick
// an AWS error name from code and subject, never from the message.
class Error {
  public:
    Error() = default;
    Error(Code code, std::string message) : code_(code), message_(std::move(message)) {}
    Error(Code code, std::string subject, std::string message)
        : code_(code), message_(std::move(message)), subject_(std::move(subject)) {}

    Code code() const { return code_; }
    const std::string& message() const { return message_; }
    const std::string& subject() const { return subject_; }

  private:
    Code code_ = Code::kInternal;
    std::string message_;
    std::string subject_;
};

// An Error made of a failed system call; call it before anything else can change errno.
Error errno_error(std::string_view what, int error_number);

[[noreturn]] void throw_exception_from_error(
    const Error& error, const boost::source_location& where
);

template <class T>
using Result = boost::system::result<T, Error>;

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace lambent

#define LAMBENT_CAT_2(a, b) a##b
#define LAMBENT_CAT(a, b) LAMBENT_CAT_2(a, b)
#define LAMBENT_PICK(_1, _2, name, ...) name

// LAMBENT_TRY(auto x, expression) or LAMBENT_TRY(expression): leave the function with the error.
#define LAMBENT_TRY(...) \
    LAMBENT_PICK(__VA_ARGS__, LAMBENT_TRY_2, LAMBENT_TRY_1)(return, __VA_ARGS__)
// The same inside a coroutine.
#define LAMBENT_CO_TRY(...) \
    LAMBENT_PICK(__VA_ARGS__, LAMBENT_TRY_2, LAMBENT_TRY_1)(co_return, __VA_ARGS__)

#define LAMBENT_TRY_1(leave, expression) \
    LAMBENT_TRY_CHECK(leave, LAMBENT_CAT(lambent_try_, __COUNTER__), expression)
#define LAMBENT_TRY_CHECK(leave, holder, expression)      \
    if (auto holder = (expression); holder.has_error()) { \
        leave holder.error();                             \
    }
#define LAMBENT_TRY_2(leave, declaration, expression) \
    LAMBENT_TRY_BIND(leave, LAMBENT_CAT(lambent_try_, __COUNTER__), declaration, expression)
#define LAMBENT_TRY_BIND(leave, holder, declaration, expression) \
    auto holder = (expression);                                  \
    if (holder.has_error()) {                                    \
        leave holder.error();                                    \
    }                                                            \
    declaration = std::move(holder).value()

// A broken invariant: says so and aborts; the guests die with the daemon, and it restarts clean.
#define LAMBENT_ASSERT(expression)       \
    ((expression) ? static_cast<void>(0) \
                  : ::lambent::assertion_failed(#expression, __FILE__, __LINE__))
