#include "app/cli/template/http_api_reader.h"

#include <algorithm>
#include <array>

// The "Auth" of an HTTP API.
namespace lambent::cli {
namespace {

constexpr std::uint32_t kKeptByDefaultS = 300;  // a decision, once it is known whose it is
constexpr char kBearer[] = "$request.header.Authorization";

}  // namespace

Result<void> HttpApiReader::read_auth(const YAML::Node& auth, TemplateHttpApi& api) {
    if (!auth.IsMap()) {
        return scope_.error_at(auth, "Auth must be names with values");
    }
    for (const auto& entry : auth) {
        const auto name = entry.first.as<std::string>("");
        if (name == "Authorizers") {
            for (const auto& one : entry.second) {
                LAMBENT_TRY(
                    TemplateAuthorizer authorizer,
                    read_authorizer(one.first.as<std::string>(""), one.second)
                );
                api.authorizers.push_back(std::move(authorizer));
            }
        } else if (name == "DefaultAuthorizer") {
            LAMBENT_TRY(api.default_authorizer, scope_.text(entry.second, name));
        } else if (name == "EnableIamAuthorizer") {
            LAMBENT_TRY(api.allows_iam, scope_.flag(entry.second, name));
        } else {
            return scope_.error_at(entry.first, name + " is not supported yet (Auth)");
        }
    }
    HttpApiTrigger unnamed;
    unnamed.place = scope_.place_of(auth);
    return settle_authorizer(api, unnamed);
}

Result<TemplateAuthorizer> HttpApiReader::read_authorizer(
    const std::string& name, const YAML::Node& node
) {
    TemplateAuthorizer authorizer;
    authorizer.settings.name = name;
    if (!node.IsMap()) {
        return scope_.error_at(node, "authorizer " + name + " has properties");
    }
    const bool is_jwt = static_cast<bool>(node["JwtConfiguration"]);
    for (const auto& entry : node) {
        const auto property = entry.first.as<std::string>("");
        LAMBENT_TRY(
            is_jwt ? read_token_property(property, entry.first, entry.second, authorizer)
                   : read_function_property(property, entry.first, entry.second, authorizer)
        );
    }
    const HttpAuthorizer& settings = authorizer.settings;
    if (is_jwt && (settings.issuer.empty() || settings.audience.empty())) {
        return scope_.error_at(node, "JwtConfiguration of " + name + " needs issuer and audience");
    }
    if (is_jwt && settings.identity_sources.empty()) {
        authorizer.settings.identity_sources = {kBearer};
    }
    if (!is_jwt && (settings.function_arn.empty() || !node["AuthorizerPayloadFormatVersion"])) {
        return scope_.error_at(
            node,
            "authorizer " + name +
                " needs JwtConfiguration, or FunctionArn and AuthorizerPayloadFormatVersion"
        );
    }
    return authorizer;
}

Result<void> HttpApiReader::read_token_property(
    const std::string& name,
    const YAML::Node& key,
    const YAML::Node& value,
    TemplateAuthorizer& authorizer
) const {
    if (name == "AuthorizationScopes") {
        LAMBENT_TRY(authorizer.scopes, scope_.texts(value, name));
    } else if (name == "IdentitySource") {
        LAMBENT_TRY(authorizer.settings.identity_sources, scope_.texts(value, name));
    } else if (name == "JwtConfiguration") {
        for (const auto& entry : value) {
            const auto part = entry.first.as<std::string>("");
            if (part == "issuer" || part == "Issuer") {
                LAMBENT_TRY(authorizer.settings.issuer, scope_.text(entry.second, part));
            } else if (part == "audience" || part == "Audience") {
                LAMBENT_TRY(authorizer.settings.audience, scope_.texts(entry.second, part));
            } else {
                return scope_.error_at(
                    entry.first, part + " is not a property of JwtConfiguration"
                );
            }
        }
    } else {
        return scope_.error_at(key, name + " is not supported yet (a JWT authorizer)");
    }
    return {};
}

Result<void> HttpApiReader::read_function_property(
    const std::string& name,
    const YAML::Node& key,
    const YAML::Node& value,
    TemplateAuthorizer& authorizer
) {
    if (name == "FunctionArn") {
        LAMBENT_TRY(authorizer.settings.function_arn, scope_.text(value, name));
    } else if (name == "EnableSimpleResponses") {
        LAMBENT_TRY(authorizer.settings.simple_responses, scope_.flag(value, name));
    } else if (name == "AuthorizerPayloadFormatVersion") {
        LAMBENT_TRY(const std::string version, scope_.text(value, name));
        if (version != "2.0") {
            return scope_.error_at(value, name + " " + version + " is not supported yet; 2.0 is");
        }
    } else if (name == "Identity") {
        return read_identity(value, authorizer.settings);
    } else if (name == "FunctionInvokeRole" || name == "EnableFunctionDefaultPermissions") {
        notes_.push_back(scope_.place_of(key) + ": " + name + " has no effect here");
    } else {
        return scope_.error_at(key, name + " is not supported yet (a Lambda authorizer)");
    }
    return {};
}

Result<void> HttpApiReader::read_identity(const YAML::Node& identity, HttpAuthorizer& authorizer)
    const {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kSources{{
        {"Headers", "$request.header."},
        {"QueryStrings", "$request.querystring."},
        {"StageVariables", "$stageVariables."},
        {"Context", "$context."},
    }};
    authorizer.ttl_s = kKeptByDefaultS;
    for (const auto& entry : identity) {
        const auto name = entry.first.as<std::string>("");
        const auto source = std::find_if(kSources.begin(), kSources.end(), [&](const auto& one) {
            return one.first == name;
        });
        if (source != kSources.end()) {
            LAMBENT_TRY(const auto parts, scope_.texts(entry.second, name));
            for (const std::string& part : parts) {
                authorizer.identity_sources.push_back(std::string(source->second) + part);
            }
        } else if (name == "ReauthorizeEvery") {
            LAMBENT_TRY(authorizer.ttl_s, scope_.number(entry.second, name));
        } else {
            return scope_.error_at(entry.first, name + " is not a property of Identity");
        }
    }
    if (authorizer.ttl_s > 0 && authorizer.identity_sources.empty()) {
        return scope_.error_at(identity, "Identity needs a source, or ReauthorizeEvery: 0");
    }
    return {};
}

Result<void> settle_authorizer(const TemplateHttpApi& api, HttpApiTrigger& route) {
    const auto refuse = [&](const std::string& why) {
        return Error(Code::kInvalidArgument, "template", route.place + ": " + why);
    };
    if (route.authorizer.empty()) {
        route.authorizer = api.default_authorizer;
    }
    if (route.authorizer == kIamAuthorizer && !api.allows_iam) {
        return refuse("AWS_IAM needs EnableIamAuthorizer: true in the Auth of " + api.logical_id);
    }
    if (route.authorizer == kIamAuthorizer || route.authorizer == kNoAuthorizer) {
        return route.scopes.empty() ? Result<void>()
                                    : refuse("AuthorizationScopes need an authorizer of tokens");
    }
    const auto found = std::find_if(
        api.authorizers.begin(),
        api.authorizers.end(),
        [&](const TemplateAuthorizer& one) { return one.settings.name == route.authorizer; }
    );
    if (found == api.authorizers.end()) {
        return refuse(api.logical_id + " has no authorizer " + route.authorizer);
    }
    if (!route.scopes.empty() && !found->settings.is_jwt()) {
        return refuse("AuthorizationScopes need an authorizer of tokens");
    }
    if (route.scopes.empty()) {
        route.scopes = found->scopes;
    }
    return {};
}

}  // namespace lambent::cli
