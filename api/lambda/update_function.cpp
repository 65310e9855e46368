#include "api/lambda/code_source.h"
#include "api/lambda/function_json.h"
#include "api/lambda/function_settings.h"
#include "api/lambda/operations.h"
#include "base/files/content_hash.h"

#include <nlohmann/json.hpp>

namespace lambent::api::lambda {

namespace {

constexpr std::uint64_t kSettingsBytesMax = 1ULL << 20;

struct CodeUpdate {
    CodeSource source;
    std::string revision;
    bool dry_run = false;
};

struct SettingsUpdate {
    runtime::FunctionChange change;
    std::string revision;
};

Answer<CodeUpdate> read_code_update(const nlohmann::json& body, const runtime::Function& function) {
    std::string fault;
    JsonFields fields(body, fault);
    CodeUpdate update;
    update.source = read_code_source(fields);
    update.revision = fields.text("RevisionId").value_or("");
    update.dry_run = fields.flag("DryRun");
    const bool publish = fields.flag("Publish");
    const auto architectures = fields.texts("Architectures");
    if (!fault.empty()) {
        return wrong_type(fault);
    }
    if (publish) {
        return versions_not_supported();
    }
    if (architectures && *architectures != std::vector<std::string>{function.architecture}) {
        return invalid_parameter("Changing the architecture of a function is not supported.");
    }
    return update;
}

Answer<SettingsUpdate> read_settings_update(
    const nlohmann::json& body, const runtime::Function& function
) {
    std::string fault;
    JsonFields fields(body, fault);
    Constraints constraints;
    SettingsUpdate update;
    update.change = read_settings(fields, constraints);
    update.revision = fields.text("RevisionId").value_or("");
    const auto refused = unsupported_setting(fields, function.log_group());
    if (!fault.empty()) {
        return wrong_type(fault);
    }
    if (!constraints.hold()) {
        return validation_failed(constraints.message());
    }
    if (refused) {
        return *refused;
    }
    return update;
}

// What the update would answer, with nothing changed.
Served rehearse(Call call, runtime::FunctionPtr function, std::string zip) {
    auto package = co_await call.ports.packages.put(std::move(zip));
    if (package.has_error()) {
        co_return from_error(package.error());
    }
    runtime::Function wanted = *function;
    wanted.package_sha256 = package.value().sha256;
    wanted.package_bytes = package.value().zip_bytes;
    co_return json_response(200, configuration_json(wanted, call.config.region));
}

// After this no invocation runs an earlier revision, so the answer may say that it is done.
http::Response updated(const Call& call, const runtime::Function& function) {
    call.ports.retire(function.name);
    return json_response(200, configuration_json(function, call.config.region));
}

}  // namespace

Served update_function_code(Call call) {
    LAMBENT_CO_TRY(const runtime::FunctionPtr function, named_function(call));
    LAMBENT_CO_TRY(const nlohmann::json body, co_await read_json(call, kCodeRequestBytesMax));
    LAMBENT_CO_TRY(CodeUpdate update, read_code_update(body, *function));
    if (!update.revision.empty() && update.revision != function->revision_id) {
        co_return revision_mismatch();
    }
    LAMBENT_CO_TRY(std::string zip, co_await fetch_code(call, std::move(update.source)));
    if (update.dry_run) {
        co_return co_await rehearse(std::move(call), function, std::move(zip));
    }
    auto changed =
        co_await call.ports.functions.update_code(function->name, std::move(zip), update.revision);
    if (changed.has_error()) {
        co_return from_error(changed.error(), function->arn(call.config.region));
    }
    co_return updated(call, *changed.value());
}

Served update_function_configuration(Call call) {
    LAMBENT_CO_TRY(const runtime::FunctionPtr function, named_function(call));
    LAMBENT_CO_TRY(const nlohmann::json body, co_await read_json(call, kSettingsBytesMax));
    LAMBENT_CO_TRY(SettingsUpdate update, read_settings_update(body, *function));
    auto changed = co_await call.ports.functions.update_configuration(
        function->name, std::move(update.change), update.revision
    );
    if (changed.has_error()) {
        co_return from_error(changed.error(), function->arn(call.config.region));
    }
    co_return updated(call, *changed.value());
}

Served delete_function(Call call) {
    LAMBENT_CO_TRY(const runtime::FunctionPtr function, named_function(call));
    if (const auto asked = http::find_item(call.request.query, "Qualifier");
        asked && !asked->empty()) {
        co_return invalid_parameter(
            "$LATEST version cannot be deleted without deleting the function."
        );
    }
    auto removed = co_await call.ports.functions.remove(function->name);
    if (removed.has_error()) {
        co_return from_error(removed.error(), function->arn(call.config.region));
    }
    call.ports.retire(function->name);
    if (const auto forgotten = co_await call.ports.concurrency.forget(function->name);
        forgotten.has_error()) {
        co_return from_error(forgotten.error());
    }
    co_return no_content();
}

}  // namespace lambent::api::lambda
