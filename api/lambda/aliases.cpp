#include "api/lambda/function_reference.h"
#include "api/lambda/operations.h"
#include "api/lambda/page.h"
#include "api/wire/constraints.h"
#include "api/wire/json_fields.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>

namespace lambent::api::lambda {

namespace {

constexpr std::size_t kAliasNameMax = 128;
constexpr std::size_t kAliasDescriptionMax = 256;
constexpr char kNamePattern[] = "(?!^[0-9]+$)([a-zA-Z0-9-_]+)";
constexpr char kVersionPattern[] = "(\\$LATEST|[0-9]+)";

// What a request says about an alias; what it leaves out stays as it is.
struct AliasChange {
    std::string name;
    std::optional<std::string> version;
    std::optional<std::string> description;
    std::optional<std::map<std::string, double>> weights;
    std::string revision;
};

bool is_alias_name(std::string_view text) {
    const auto fits = [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_';
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), fits) && !is_digits(text);
}

std::string arn_of(const Call& call, const std::string& function, const std::string& qualifier) {
    runtime::Function named;
    named.name = function;
    return named.arn(call.config.region) + ":" + qualifier;
}

AwsError no_alias(const std::string& arn) {
    return {404, "ResourceNotFoundException", "Cannot find alias arn: " + arn};
}

nlohmann::json alias_json(const Call& call, const runtime::Alias& alias) {
    nlohmann::json body;
    body["AliasArn"] = arn_of(call, alias.function, alias.name);
    body["Name"] = alias.name;
    body["FunctionVersion"] = alias.version;
    body["Description"] = alias.description;
    body["RevisionId"] = alias.revision_id;
    if (alias.split) {
        body["RoutingConfig"]["AdditionalVersionWeights"][alias.split->version] =
            alias.split->weight;
    }
    return body;
}

Answer<AliasChange> read_change(const nlohmann::json& body, Operation operation) {
    std::string fault;
    JsonFields fields(body, fault);
    Constraints constraints;
    AliasChange change;
    change.version = fields.text("FunctionVersion");
    change.description = fields.text("Description");
    change.revision = fields.text("RevisionId").value_or("");
    if (operation == Operation::kCreateAlias) {
        change.name = fields.text("Name").value_or("");
        constraints.length("name", change.name, 1, kAliasNameMax);
        constraints.pattern("name", change.name, is_alias_name(change.name), kNamePattern);
        if (!change.version) {
            constraints.must_not_be_null("functionVersion");
        }
    }
    if (change.version) {
        const bool fits = is_digits(*change.version) || *change.version == runtime::kLatest;
        constraints.pattern("functionVersion", *change.version, fits, kVersionPattern);
    }
    constraints.length("description", change.description.value_or(""), 0, kAliasDescriptionMax);
    if (auto routing = fields.object("RoutingConfig")) {
        change.weights = routing->decimal_map("AdditionalVersionWeights")
                             .value_or(std::map<std::string, double>());
    }
    if (!fault.empty()) {
        return wrong_type(fault);
    }
    if (!constraints.hold()) {
        return validation_failed(constraints.message());
    }
    return change;
}

AwsError wrong_weights(const std::string& version, double weight, const std::string& constraint) {
    return validation_failed(
        "1 validation error detected: Value '{" + version + "=" + nlohmann::json(weight).dump() +
        "}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: " + constraint
    );
}

Answer<std::optional<runtime::Alias::Split>> split_of(
    const std::map<std::string, double>& weights, const std::string& primary
) {
    if (weights.empty()) {
        return std::optional<runtime::Alias::Split>();
    }
    if (weights.size() > 1) {
        return invalid_parameter(
            "Number of items in AdditionalVersionWeights cannot be greater than 1"
        );
    }
    const auto& [version, weight] = *weights.begin();
    if (!(weight >= 0.0 && weight <= 1.0)) {
        return wrong_weights(
            version,
            weight,
            "Map value must satisfy constraint: [Member must have value less than or equal to "
            "1.0, Member must have value greater than or equal to 0.0, Member must not be null]"
        );
    }
    if (version == primary) {
        return invalid_parameter(
            "Invalid function version " + version + ". Function version " + version +
            " is already included in routing configuration."
        );
    }
    if (primary == runtime::kLatest) {
        return invalid_parameter(
            "$LATEST is not supported for an alias pointing to more than 1 version"
        );
    }
    if (!is_digits(version)) {
        return wrong_weights(
            version,
            weight,
            "Map keys must satisfy constraint: [Member must have length less than or equal to "
            "1024, Member must have length greater than or equal to 1, Member must satisfy "
            "regular expression pattern: [0-9]+, Member must not be null]"
        );
    }
    return std::optional<runtime::Alias::Split>({version, weight});
}

// `alias` with the change applied, when the versions that it then names exist.
Answer<runtime::Alias> changed(const Call& call, runtime::Alias alias, const AliasChange& change) {
    alias.version = change.version.value_or(alias.version);
    alias.description = change.description.value_or(alias.description);
    if (change.weights) {
        LAMBENT_TRY(alias.split, split_of(*change.weights, alias.version));
    } else if (alias.split) {
        LAMBENT_TRY(
            alias.split, split_of({{alias.split->version, alias.split->weight}}, alias.version)
        );
    }
    std::vector<std::string> versions{alias.version};
    if (alias.split) {
        versions.push_back(alias.split->version);
    }
    for (const std::string& version : versions) {
        if (call.ports.functions.find(runtime::version_key(alias.function, version)) == nullptr) {
            return function_not_found(arn_of(call, alias.function, version));
        }
    }
    return alias;
}

}  // namespace

Served create_alias(Call call) {
    LAMBENT_CO_TRY(const runtime::FunctionPtr function, named_function(call));
    LAMBENT_CO_TRY(const nlohmann::json body, co_await read_json(call, kSettingsBytesMax));
    LAMBENT_CO_TRY(const AliasChange change, read_change(body, call.operation));
    runtime::Alias alias;
    alias.function = function->name;
    alias.name = change.name;
    LAMBENT_CO_TRY(alias, changed(call, std::move(alias), change));
    const std::string arn = arn_of(call, function->name, change.name);
    auto created = co_await call.ports.aliases.create(std::move(alias));
    if (created.has_error()) {
        const bool taken = created.error().subject() == "alias";
        co_return taken ? AwsError(409, "ResourceConflictException", "Alias already exists: " + arn)
                        : from_error(created.error());
    }
    co_return json_response(201, alias_json(call, created.value()));
}

Served one_alias(Call call) {
    LAMBENT_CO_TRY(const runtime::FunctionPtr function, named_function(call));
    const std::string arn = arn_of(call, function->name, call.alias);
    std::optional<runtime::Alias> alias = call.ports.aliases.find(function->name, call.alias);
    if (call.operation == Operation::kDeleteAlias) {
        if (alias) {
            auto removed = co_await call.ports.aliases.remove(function->name, call.alias);
            if (removed.has_error() && removed.error().code() != Code::kNotFound) {
                co_return from_error(removed.error());
            }
            removed = co_await call.ports.async_settings.remove(function->name, call.alias);
            if (removed.has_error()) {
                co_return from_error(removed.error());
            }
            if (call.ports.urls.find(function->name, call.alias)) {
                removed = co_await call.ports.urls.remove(function->name, call.alias);
                if (removed.has_error()) {
                    co_return from_error(removed.error());
                }
            }
        }
        co_return no_content();
    }
    if (!alias) {
        co_return no_alias(arn);
    }
    if (call.operation == Operation::kGetAlias) {
        co_return json_response(200, alias_json(call, *alias));
    }
    LAMBENT_CO_TRY(const nlohmann::json body, co_await read_json(call, kSettingsBytesMax));
    LAMBENT_CO_TRY(const AliasChange change, read_change(body, call.operation));
    LAMBENT_CO_TRY(runtime::Alias wanted, changed(call, *std::move(alias), change));
    auto replaced = co_await call.ports.aliases.replace(std::move(wanted), change.revision);
    if (replaced.has_error()) {
        co_return replaced.error().code() == Code::kNotFound ? no_alias(arn)
                                                             : from_error(replaced.error());
    }
    co_return json_response(200, alias_json(call, replaced.value()));
}

Served list_aliases(Call call) {
    LAMBENT_CO_TRY(const runtime::FunctionPtr function, named_function(call));
    LAMBENT_CO_TRY(const Page page, read_page(call.request.query));
    const auto version = http::find_item(call.request.query, "FunctionVersion");
    nlohmann::json aliases = nlohmann::json::array();
    nlohmann::json body = nlohmann::json::object();
    for (const runtime::Alias& alias : call.ports.aliases.list(function->name)) {
        const bool is_wanted = !version || version->empty() || alias.version == *version ||
                               (alias.split && alias.split->version == *version);
        if (!is_wanted || (!page.after.empty() && alias.name <= page.after)) {
            continue;
        }
        if (aliases.size() == page.limit) {
            const std::string last = aliases.back().at("Name");
            body["NextMarker"] = marker_after(last);
            break;
        }
        aliases.push_back(alias_json(call, alias));
    }
    body["Aliases"] = std::move(aliases);
    co_return json_response(200, body);
}

}  // namespace lambent::api::lambda
