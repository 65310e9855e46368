#include "runtime/functions/function_rules.h"

#include "runtime/languages/runtime_catalog.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace lambent::runtime {
namespace {

constexpr std::size_t kNameMax = 64;
constexpr std::size_t kHandlerMax = 128;
constexpr std::size_t kDescriptionMax = 256;
constexpr std::size_t kEnvironmentBytesMax = 4 * 1024;
constexpr std::size_t kTagsMax = 50;
constexpr std::size_t kTagKeyMax = 128;
constexpr std::size_t kTagValueMax = 256;

constexpr char kNamePattern[] =
    "(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?"
    "(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?";

// What the platform itself tells a function, and no one else may.
constexpr std::array<std::string_view, 18> kReservedKeys = {
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
};

Error wrong(std::string_view field, std::string message) {
    return Error(Code::kInvalidArgument, std::string(field), std::move(message));
}

Error violated(std::string_view field, std::string_view value, const std::string& constraint) {
    return wrong(
        field,
        "1 validation error detected: Value '" + std::string(value) + "' at '" +
            std::string(field) + "' failed to satisfy constraint: " + constraint
    );
}

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

Result<void> check_length(std::string_view field, std::string_view value, std::size_t max) {
    if (value.size() > max) {
        return violated(
            field, value, "Member must have length less than or equal to " + std::to_string(max)
        );
    }
    return {};
}

struct Range {
    std::uint32_t min;
    std::uint32_t max;
};

Result<void> check_range(std::string_view field, std::uint32_t value, Range range) {
    if (value < range.min) {
        return violated(
            field,
            std::to_string(value),
            "Member must have value greater than or equal to " + std::to_string(range.min)
        );
    }
    if (value > range.max) {
        return violated(
            field,
            std::to_string(value),
            "Member must have value less than or equal to " + std::to_string(range.max)
        );
    }
    return {};
}

Result<void> check_name(const std::string& name) {
    const bool fits = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return is_word(c) || c == '-';
    });
    if (!fits) {
        return violated(
            "functionName",
            name,
            std::string("Member must satisfy regular expression pattern: ") + kNamePattern
        );
    }
    return check_length("functionName", name, kNameMax);
}

Result<void> check_handler(const std::string& handler) {
    const bool fits = !handler.empty() && std::none_of(handler.begin(), handler.end(), [](char c) {
        return std::isspace(static_cast<unsigned char>(c)) != 0;
    });
    if (!fits) {
        return violated(
            "handler", handler, "Member must satisfy regular expression pattern: [^\\s]+"
        );
    }
    return check_length("handler", handler, kHandlerMax);
}

Result<void> check_runtime(const std::string& runtime) {
    if (RuntimeCatalog::is_known(runtime)) {
        return {};
    }
    return wrong(
        "runtime",
        "Value " + runtime +
            " at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
            "[python3.*, nodejs*, provided.al2, provided.al2023] or be a valid ARN"
    );
}

bool is_variable_name(std::string_view key) {
    return key.size() >= 2 && std::isalpha(static_cast<unsigned char>(key.front())) != 0 &&
           std::all_of(key.begin(), key.end(), is_word);
}

Result<void> check_variable(const std::string& key, const std::string& value) {
    const bool reserved =
        std::find(kReservedKeys.begin(), kReservedKeys.end(), key) != kReservedKeys.end();
    if (reserved) {
        return wrong(
            "environment",
            "Lambda was unable to configure your environment variables because the environment "
            "variables you have provided contains reserved keys that are currently not supported "
            "for modification. Reserved keys used in this request: " +
                key
        );
    }
    if (!is_variable_name(key)) {
        return violated(
            "environment.variables",
            "{" + key + "}",
            "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: "
            "[a-zA-Z]([a-zA-Z0-9_])+]"
        );
    }
    if (value.find('\0') != std::string::npos) {
        return wrong("environment", "The environment variable " + key + " has a NUL in its value");
    }
    return {};
}

Result<void> check_environment(const std::map<std::string, std::string>& environment) {
    for (const auto& [key, value] : environment) {
        LAMBENT_TRY(check_variable(key, value));
    }
    using nlohmann::json;
    const std::string measured =
        json(environment).dump(-1, ' ', false, json::error_handler_t::replace);
    if (measured.size() > kEnvironmentBytesMax) {
        return wrong(
            "environment",
            "Lambda was unable to configure your environment variables because the environment "
            "variables you have provided exceeded the 4KB limit. String measured: " +
                measured
        );
    }
    return {};
}

Result<void> check_tags(const std::map<std::string, std::string>& tags) {
    if (tags.size() > kTagsMax) {
        return wrong("tags", "A function has at most " + std::to_string(kTagsMax) + " tags");
    }
    for (const auto& [key, value] : tags) {
        if (key.empty() || key.starts_with("aws:")) {
            return wrong("tags", "The tag key '" + key + "' is empty or reserved");
        }
        LAMBENT_TRY(check_length("tags.key", key, kTagKeyMax));
        LAMBENT_TRY(check_length("tags.value", value, kTagValueMax));
    }
    return {};
}

// A standard queue or a topic; whether it is there shows when a letter comes.
Result<void> check_dead_letter(const std::string& arn) {
    const bool is_queue = arn.starts_with("arn:aws:sqs:");
    if (arn.empty()) {
        return {};
    }
    if (!is_queue && !arn.starts_with("arn:aws:sns:")) {
        return wrong("dead_letter", "Invalid dead letter queue ARN: " + arn);
    }
    if (arn.ends_with(".fifo")) {
        return wrong(
            "dead_letter",
            std::string("Invalid dead letter queue ARN: FIFO ") +
                (is_queue ? "SQS queue" : "SNS topic") +
                " is not supported for dead letter configuration"
        );
    }
    return {};
}

}  // namespace

Result<void> check_function(const Function& function) {
    LAMBENT_TRY(check_name(function.name));
    LAMBENT_TRY(check_runtime(function.runtime));
    LAMBENT_TRY(check_handler(function.handler));
    LAMBENT_TRY(check_length("description", function.description, kDescriptionMax));
    LAMBENT_TRY(check_range("memorySize", function.memory_mb, {128, 10'240}));
    LAMBENT_TRY(check_range("timeout", function.timeout_s, {1, 900}));
    LAMBENT_TRY(check_range("ephemeralStorage.size", function.ephemeral_storage_mb, {512, 10'240}));
    LAMBENT_TRY(check_environment(function.environment));
    LAMBENT_TRY(check_tags(function.tags));
    return check_dead_letter(function.dead_letter_arn);
}

}  // namespace lambent::runtime
