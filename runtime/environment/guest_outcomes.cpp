#include "runtime/environment/guest_outcomes.h"

#include "runtime/environment/answer_stream.h"
#include "runtime/environment/runtime_api_documents.h"

#include <array>
#include <cctype>
#include <chrono>
#include <csignal>
#include <utility>

namespace lambent::runtime {
namespace {

GuestFailure failure(
    OutcomeKind kind, std::string error_type, std::string_view request_id, std::string_view text
) {
    GuestFailure failed;
    failed.kind = kind;
    failed.error_type = std::move(error_type);
    std::string message = "RequestId: ";
    message += request_id;
    message += " Error: ";
    message += text;
    failed.payload = error_document(failed.error_type, message);
    return failed;
}

// The names that Lambda prints for signals.
std::string signal_name(int signal) {
    constexpr std::array kNames = std::to_array<std::pair<int, const char*>>({
        {SIGHUP, "hangup"},
        {SIGINT, "interrupt"},
        {SIGQUIT, "quit"},
        {SIGILL, "illegal instruction"},
        {SIGTRAP, "trace/breakpoint trap"},
        {SIGABRT, "aborted"},
        {SIGBUS, "bus error"},
        {SIGFPE, "floating point exception"},
        {SIGKILL, "killed"},
        {SIGUSR1, "user defined signal 1"},
        {SIGSEGV, "segmentation fault"},
        {SIGUSR2, "user defined signal 2"},
        {SIGPIPE, "broken pipe"},
        {SIGALRM, "alarm clock"},
        {SIGTERM, "terminated"},
        {SIGXCPU, "CPU time limit exceeded"},
        {SIGXFSZ, "file size limit exceeded"},
        {SIGSYS, "bad system call"},
    });
    for (const auto& [number, name] : kNames) {
        if (number == signal) {
            return name;
        }
    }
    return "signal " + std::to_string(signal);
}

std::string exit_text(const sandbox::ExitReport& report) {
    if (report.verdict == sandbox::ExitVerdict::kExited) {
        return report.status == 0
                   ? "Runtime exited without providing a reason"
                   : "Runtime exited with error: exit status " + std::to_string(report.status);
    }
    const int signal = report.verdict == sandbox::ExitVerdict::kSignalled ? report.signal : SIGKILL;
    return "Runtime exited with error: signal: " + signal_name(signal);
}

std::chrono::microseconds elapsed(SteadyTime from, SteadyTime to) {
    return std::chrono::duration_cast<std::chrono::microseconds>(to - from);
}

}  // namespace

GuestFailure timed_out(std::string_view request_id, std::uint32_t timeout_s) {
    return failure(
        OutcomeKind::kTimeout,
        "Sandbox.Timedout",
        request_id,
        "Task timed out after " + std::to_string(timeout_s) + ".00 seconds"
    );
}

GuestFailure died(std::string_view request_id, const sandbox::ExitReport& report) {
    if (report.verdict == sandbox::ExitVerdict::kOutOfMemory) {
        return failure(
            OutcomeKind::kOutOfMemory, "Runtime.OutOfMemory", request_id, exit_text(report)
        );
    }
    return failure(OutcomeKind::kExited, "Runtime.ExitError", request_id, exit_text(report));
}

GuestFailure broke_protocol(std::string_view request_id) {
    return failure(
        OutcomeKind::kExited,
        "Runtime.ExitError",
        request_id,
        "Runtime exited with error: it sent what is no frame"
    );
}

GuestFailure not_executable(
    std::string_view request_id, std::string_view program, std::string_view reason
) {
    std::string text(reason.substr(reason.starts_with("exec: ") ? 6 : 0));
    if (!text.empty()) {
        text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    }
    return failure(
        OutcomeKind::kExited,
        "Runtime.InvalidEntrypoint",
        request_id,
        "fork/exec " + std::string(program) + ": " + text
    );
}

GuestFailure no_bootstrap(std::string_view request_id) {
    return failure(
        OutcomeKind::kExited,
        "Runtime.InvalidEntrypoint",
        request_id,
        "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"
    );
}

GuestFailure response_too_large(std::uint64_t bytes_max) {
    GuestFailure failed;
    failed.kind = OutcomeKind::kTooLarge;
    failed.error_type = "Function.ResponseSizeTooLarge";
    failed.payload = error_document(
        failed.error_type,
        "Response payload size exceeded maximum allowed payload size (" +
            std::to_string(bytes_max) + " bytes)."
    );
    return failed;
}

InvokeOutcome outcome_of(GuestAnswer answer) {
    InvokeOutcome outcome;
    outcome.handler = elapsed(answer.delivered, answer.first_byte);
    outcome.response_transfer = elapsed(answer.first_byte, answer.last_byte);
    outcome.in_handler = answer.in_handler;
    switch (answer.kind) {
        case AnswerKind::kResponse:
            outcome.payload = std::move(answer.payload);
            break;
        case AnswerKind::kError:
            outcome.kind = OutcomeKind::kFunctionError;
            outcome.payload = std::move(answer.payload);
            outcome.error_type = std::move(answer.error_type);
            break;
        case AnswerKind::kTooLarge:
        case AnswerKind::kStreamTooLarge:
        case AnswerKind::kNone: {
            GuestFailure failed = response_too_large(
                answer.kind == AnswerKind::kStreamTooLarge ? kStreamBytesMax : kAnswerBytesMax
            );
            outcome.kind = failed.kind;
            outcome.payload = std::move(failed.payload);
            outcome.error_type = std::move(failed.error_type);
            break;
        }
    }
    return outcome;
}

}  // namespace lambent::runtime
