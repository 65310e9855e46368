#include "api/lambda/function_settings.h"

#include "api/lambda/function_reference.h"

#include <algorithm>
#include <cctype>

namespace lambent::api::lambda {

namespace {

// Limits of the wire's own model (lambda-facts section 1).
constexpr std::int64_t kMemoryMbMin = 128;
constexpr std::int64_t kMemoryMbMax = 10'240;
constexpr std::int64_t kTimeoutSMax = 900;
constexpr std::int64_t kStorageMbMin = 512;
constexpr std::int64_t kStorageMbMax = 10'240;
constexpr std::size_t kHandlerMax = 128;
constexpr std::size_t kDescriptionMax = 256;

bool has_no_space(const std::string& text) {
    const auto space = [](unsigned char c) {
        return std::isspace(c) != 0;
    };
    return !text.empty() && std::none_of(text.begin(), text.end(), space);
}

std::optional<std::uint32_t> read_size(
    JsonFields& fields,
    Constraints& constraints,
    std::string_view name,
    std::string_view wire_name,
    std::pair<std::int64_t, std::int64_t> limits
) {
    const auto value = fields.number(name);
    if (!value) {
        return std::nullopt;
    }
    constraints.range(wire_name, *value, limits.first, limits.second);
    return static_cast<std::uint32_t>(std::clamp(*value, limits.first, limits.second));
}

bool is_list_with_items(JsonFields& fields, std::string_view name) {
    const auto items = fields.texts(name);
    return items && !items->empty();
}

AwsError not_offered(const std::string& what) {
    return invalid_parameter(what + " is not supported by lambent yet.");
}

}  // namespace

runtime::FunctionChange read_settings(JsonFields& fields, Constraints& constraints) {
    runtime::FunctionChange change;
    change.runtime = fields.text("Runtime");
    change.handler = fields.text("Handler");
    if (change.handler) {
        constraints.length("handler", *change.handler, 0, kHandlerMax);
        constraints.pattern("handler", *change.handler, has_no_space(*change.handler), "[^\\s]+");
    }
    change.role = fields.text("Role");
    if (change.role) {
        constraints.pattern("role", *change.role, is_role_arn(*change.role), kRolePattern);
    }
    change.description = fields.text("Description");
    if (change.description) {
        constraints.length("description", *change.description, 0, kDescriptionMax);
    }
    change.memory_mb =
        read_size(fields, constraints, "MemorySize", "memorySize", {kMemoryMbMin, kMemoryMbMax});
    change.timeout_s = read_size(fields, constraints, "Timeout", "timeout", {1, kTimeoutSMax});
    if (auto storage = fields.object("EphemeralStorage")) {
        change.ephemeral_storage_mb = read_size(
            *storage, constraints, "Size", "ephemeralStorage.size", {kStorageMbMin, kStorageMbMax}
        );
    }
    if (auto environment = fields.object("Environment")) {
        // An Environment without Variables clears them, as in AWS.
        change.environment =
            environment->text_map("Variables").value_or(std::map<std::string, std::string>());
    }
    if (auto letters = fields.object("DeadLetterConfig")) {
        // An empty one takes the queue away.
        change.dead_letter_arn = letters->text("TargetArn").value_or("");
    }
    return change;
}

std::optional<AwsError> unsupported_setting(JsonFields& fields, const std::string& log_group) {
    if (is_list_with_items(fields, "Layers")) {
        return not_offered("Layers");
    }
    if (fields.has("FileSystemConfigs")) {
        return not_offered("FileSystemConfigs");
    }
    if (fields.has("ImageConfig")) {
        return not_offered("ImageConfig");
    }
    if (auto vpc = fields.object("VpcConfig");
        vpc &&
        (is_list_with_items(*vpc, "SubnetIds") || is_list_with_items(*vpc, "SecurityGroupIds"))) {
        return not_offered("VpcConfig");
    }
    if (auto snap = fields.object("SnapStart");
        snap && snap->text("ApplyOn").value_or("None") != "None") {
        return not_offered("SnapStart");
    }
    if (auto logging = fields.object("LoggingConfig")) {
        if (logging->text("LogFormat").value_or("Text") != "Text") {
            return not_offered("LogFormat JSON");
        }
        if (logging->text("LogGroup").value_or(log_group) != log_group) {
            return not_offered("A LogGroup of another name than " + log_group);
        }
    }
    return std::nullopt;
}

}  // namespace lambent::api::lambda
