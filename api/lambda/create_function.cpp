#include "api/lambda/code_source.h"
#include "api/lambda/function_json.h"
#include "api/lambda/function_reference.h"
#include "api/lambda/function_settings.h"
#include "api/lambda/operations.h"
#include "api/wire/constraints.h"

#include <nlohmann/json.hpp>

namespace lambent::api::lambda {

namespace {

constexpr std::size_t kFunctionNameMax = 64;

struct CreateRequest {
    runtime::Function function;
    CodeSource code;
    bool publish = false;
};

template <class T>
void assign(T& to, const std::optional<T>& from) {
    if (from) {
        to = *from;
    }
}

runtime::Function function_of(const std::string& name, const runtime::FunctionChange& settings) {
    runtime::Function function;
    function.name = name;
    assign(function.runtime, settings.runtime);
    assign(function.handler, settings.handler);
    assign(function.role, settings.role);
    assign(function.description, settings.description);
    assign(function.memory_mb, settings.memory_mb);
    assign(function.timeout_s, settings.timeout_s);
    assign(function.ephemeral_storage_mb, settings.ephemeral_storage_mb);
    assign(function.environment, settings.environment);
    assign(function.dead_letter_arn, settings.dead_letter_arn);
    return function;
}

// The bare name; a whole ARN is allowed when it is ours and has no qualifier.
std::string read_name(JsonFields& fields, Constraints& constraints) {
    const auto given = fields.text("FunctionName");
    if (!given) {
        constraints.must_not_be_null("functionName");
        return {};
    }
    const auto reference = parse_function_reference(*given);
    const bool fits = reference.has_value() && reference->qualifier.empty();
    constraints.pattern("functionName", *given, fits, kFunctionNamePattern);
    const std::string name = reference ? reference->name : *given;
    constraints.length("functionName", name, 1, kFunctionNameMax);
    return name;
}

std::optional<AwsError> missing_part(const runtime::FunctionChange& settings) {
    if (!settings.runtime || !settings.handler) {
        return invalid_parameter(
            "Runtime and Handler are mandatory parameters for functions created with deployment "
            "packages."
        );
    }
    return std::nullopt;
}

// The zip lies in one member of `Code`; what is left of it is an image, or nothing.
Answer<CodeSource> read_code(JsonFields& fields, Constraints& constraints) {
    auto code = fields.object("Code");
    if (!code) {
        constraints.must_not_be_null("code");
        return CodeSource();
    }
    CodeSource source = read_code_source(*code);
    source.is_image = source.is_image || fields.text("PackageType").value_or("Zip") == "Image";
    return source;
}

void read_architecture(JsonFields& fields, Constraints& constraints, runtime::Function& function) {
    const auto architectures = fields.texts("Architectures");
    if (architectures && architectures->size() == 1) {
        function.architecture = architectures->front();
        constraints.one_of("architectures", function.architecture, {"x86_64", "arm64"});
    } else if (architectures) {
        constraints.length("architectures", "", 1, 1);
    }
}

Answer<CreateRequest> read_request(const nlohmann::json& body) {
    std::string fault;
    JsonFields fields(body, fault);
    Constraints constraints;
    CreateRequest request;
    const std::string name = read_name(fields, constraints);
    if (!fields.has("Role")) {
        constraints.must_not_be_null("role");
    }
    const runtime::FunctionChange settings = read_settings(fields, constraints);
    request.function = function_of(name, settings);
    LAMBENT_TRY(request.code, read_code(fields, constraints));
    read_architecture(fields, constraints, request.function);
    assign(request.function.tags, fields.text_map("Tags"));
    request.publish = fields.flag("Publish");
    const auto refused = unsupported_setting(fields, request.function.log_group());
    if (!fault.empty()) {
        return wrong_type(fault);
    }
    if (!constraints.hold()) {
        return validation_failed(constraints.message());
    }
    if (refused) {
        return *refused;
    }
    if (const auto missing = missing_part(settings); missing && !request.code.is_image) {
        return *missing;
    }
    return request;
}

}  // namespace

Served create_function(Call call) {
    LAMBENT_CO_TRY(const nlohmann::json body, co_await read_json(call, kCodeRequestBytesMax));
    LAMBENT_CO_TRY(CreateRequest request, read_request(body));
    const std::string name = request.function.name;
    if (call.ports.functions.find(name) != nullptr) {
        co_return AwsError(409, "ResourceConflictException", "Function already exist: " + name);
    }
    LAMBENT_CO_TRY(std::string zip, co_await fetch_code(call, std::move(request.code)));
    auto created =
        co_await call.ports.functions.create(std::move(request.function), std::move(zip));
    if (created.has_error()) {
        co_return from_error(created.error());
    }
    runtime::FunctionPtr made = std::move(created).value();
    if (request.publish) {
        runtime::Publication publication;
        LAMBENT_CO_TRY(made, co_await publish(call, name, std::move(publication)));
    }
    co_return json_response(201, configuration_json(*made, call.config.region));
}

}  // namespace lambent::api::lambda
