#include "api/lambda/invoke_options.h"

#include "api/wire/constraints.h"
#include "api/wire/json.h"
#include "base/files/content_hash.h"
#include "base/ids.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>

namespace lambent::api::lambda {

namespace {

constexpr std::size_t kClientContextMax = 3'583;  // base64 (lambda-facts section 2)
constexpr std::size_t kTraceIdMax = 512;

Answer<std::string> read_client_context(std::string_view base64) {
    if (base64.size() > kClientContextMax) {
        return invalid_content(
            "Client context must be at most " + std::to_string(kClientContextMax) +
            " bytes of base64."
        );
    }
    std::string text;
    if (from_base64(base64, text)) {
        if (const auto parsed = parse_json(text); parsed && parsed.value().is_object()) {
            return parsed.value().dump(-1, ' ', true);
        }
    }
    return invalid_content("Client context must be a valid Base64-encoded JSON object.");
}

bool is_printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

void read_type(std::string_view value, InvokeOptions& options, Constraints& constraints) {
    constraints.one_of("invocationType", value, {"Event", "RequestResponse", "DryRun"});
    if (value == "Event") {
        options.type = InvocationType::kEvent;
    } else if (value == "DryRun") {
        options.type = InvocationType::kDryRun;
    }
}

}  // namespace

Answer<InvokeOptions> read_invoke_options(const http::Headers& headers) {
    InvokeOptions options;
    Constraints constraints;
    if (const auto type = headers.find("X-Amz-Invocation-Type")) {
        read_type(*type, options, constraints);
    }
    if (const auto log = headers.find("X-Amz-Log-Type")) {
        constraints.one_of("logType", *log, {"Tail", "None"});
        options.log_tail =
            *log == "Tail" ? scheduler::LogTail::kLast4Kb : scheduler::LogTail::kNone;
    }
    if (!constraints.hold()) {
        return validation_failed(constraints.message());
    }
    if (const auto context = headers.find("X-Amz-Client-Context"); context && !context->empty()) {
        LAMBENT_TRY(options.client_context, read_client_context(*context));
    }
    const auto trace = headers.find("X-Amzn-Trace-Id");
    if (trace && trace->size() <= kTraceIdMax && is_printable(*trace)) {
        options.trace_id = *trace;
    }
    const auto cold = headers.find("X-Lambent-Cold");
    if (cold == "1") {
        options.start = scheduler::StartPreference::kForceCold;
    } else if (cold == "boot") {
        options.start = scheduler::StartPreference::kForceBoot;
    }
    options.wants_record = headers.find("X-Lambent-Record") == "1";
    return options;
}

std::string new_trace_id(WallTime now) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto seconds = static_cast<std::uint32_t>(unix_ms(now) / 1000);
    const std::string random = random_hex(20);
    std::string id;
    id.reserve(80);
    id.append("Root=1-");
    for (int shift = 28; shift >= 0; shift -= 4) {
        id += kDigits[(seconds >> shift) & 0xF];
    }
    id.append("-").append(random, 0, 24);
    return id.append(";Parent=").append(random, 24).append(";Sampled=0");
}

}  // namespace lambent::api::lambda
