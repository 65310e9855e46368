#include "api/lambda/code_source.h"
#include "api/lambda/function_json.h"
#include "api/lambda/function_reference.h"
#include "api/lambda/function_settings.h"
#include "api/lambda/operations.h"
#include "base/files/content_hash.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace lambent::api::lambda {

namespace {

struct CodeUpdate {
    CodeSource source;
    std::string revision;
    bool dry_run = false;
    bool publish = false;
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
    update.publish = fields.flag("Publish");
    const auto architectures = fields.texts("Architectures");
    if (!fault.empty()) {
        return wrong_type(fault);
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
    http::Response answer = updated(call, *changed.value());
    if (update.publish) {
        runtime::Publication publication;
        LAMBENT_CO_TRY(
            const runtime::FunctionPtr version,
            co_await publish(call, function->name, std::move(publication))
        );
        answer = json_response(200, configuration_json(*version, call.config.region));
    }
    co_return answer;
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

namespace {

// A version goes alone; that there is none is no error.
Served delete_version(Call call, Target target) {
    const std::string& version = target.qualifier;
    const std::vector<std::string> aliases =
        call.ports.aliases.naming(target.function->name, version);
    if (!aliases.empty()) {
        std::string names;
        for (const std::string& alias : aliases) {
            names += (names.empty() ? "" : ", ") + alias;
        }
        co_return AwsError(
            409,
            "ResourceConflictException",
            "Unable to delete version because the following aliases reference it: [" + names + "]"
        );
    }
    const std::string key = target.function->key();
    auto removed = co_await call.ports.functions.remove_version(target.function->name, version);
    if (removed.has_error()) {
        co_return from_error(removed.error());
    }
    call.ports.retire(key);
    auto freed = co_await call.ports.async_settings.remove(target.function->name, version);
    if (freed.has_error()) {
        co_return from_error(freed.error());
    }
    freed = co_await call.ports.concurrency.unprovision(target.function->name, version);
    co_return freed.has_error() ? from_error(freed.error()) : Answer<http::Response>(no_content());
}

// A version that is not there is gone already, as long as its function is there.
bool deletes_missing_version(const Call& call) {
    const auto reference = parse_function_reference(call.subject);
    if (!reference || call.ports.functions.find(reference->name) == nullptr) {
        return false;
    }
    const std::string asked(http::find_item(call.request.query, "Qualifier").value_or(""));
    const std::string& qualifier = asked.empty() ? reference->qualifier : asked;
    return !qualifier.empty() && std::all_of(qualifier.begin(), qualifier.end(), [](char c) {
        return c >= '0' && c <= '9';
    });
}

}  // namespace

Served delete_function(Call call) {
    const Answer<Target> found = named_target(call);
    if (found.has_error()) {
        co_return deletes_missing_version(call) ? Answer<http::Response>(no_content())
                                                : found.error();
    }
    const Target& target = *found;
    if (target.qualifier == runtime::kLatest) {
        co_return invalid_parameter(
            "$LATEST version cannot be deleted without deleting the function."
        );
    }
    const runtime::FunctionPtr function = target.function;
    if (!target.qualifier.empty()) {
        if (target.qualifier != function->version()) {
            co_return invalid_parameter("Deletion of aliases is not currently supported.");
        }
        co_return co_await delete_version(std::move(call), target);
    }
    const std::vector<runtime::FunctionPtr> versions =
        call.ports.functions.versions(function->name);
    auto removed = co_await call.ports.functions.remove(function->name);
    if (removed.has_error()) {
        co_return from_error(removed.error(), function->arn(call.config.region));
    }
    call.ports.aliases.forget(function->name);
    call.ports.retire(function->name);
    for (const runtime::FunctionPtr& version : versions) {
        call.ports.retire(version->key());
    }
    if (const auto forgotten = co_await call.ports.urls.forget(function->name);
        forgotten.has_error()) {
        co_return from_error(forgotten.error());
    }
    if (const auto forgotten = co_await call.ports.concurrency.forget(function->name);
        forgotten.has_error()) {
        co_return from_error(forgotten.error());
    }
    if (const auto forgotten = co_await call.ports.async_settings.forget(function->name);
        forgotten.has_error()) {
        co_return from_error(forgotten.error());
    }
    co_return no_content();
}

}  // namespace lambent::api::lambda
