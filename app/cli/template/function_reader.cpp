#include "app/cli/template/function_reader.h"

#include <algorithm>
#include <array>

namespace lambent::cli {
namespace {

constexpr std::array<std::string_view, 23> kUsed{
    "FunctionName",
    "CodeUri",
    "InlineCode",
    "Handler",
    "Runtime",
    "MemorySize",
    "Timeout",
    "Environment",
    "Policies",
    "Tags",
    "Events",
    "FunctionUrlConfig",
    "Description",
    "EphemeralStorage",
    "PackageType",
    "Architectures",
    "AutoPublishAlias",
    "VersionDescription",
    "ReservedConcurrentExecutions",
    "ProvisionedConcurrencyConfig",
    "EventInvokeConfig",
    "DeadLetterQueue",
    "RecursiveLoop",
};
// Leaving these out changes nothing here: there is no IAM and no X-Ray that could be missed.
constexpr std::array<std::string_view, 4> kWithoutEffect{
    "Role",
    "PermissionsBoundary",
    "AssumeRolePolicyDocument",
    "Tracing",
};

YAML::Node undefined() {
    return YAML::Node(YAML::NodeType::Undefined);
}

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

YAML::Node FunctionReader::property(const YAML::Node& own, const char* name) const {
    const YAML::Node mine = own ? own[name] : undefined();
    const YAML::Node everybodys = globals_ ? globals_[name] : undefined();
    return mine && mine.IsSequence() ? mine : united(everybodys, mine);
}

Result<void> FunctionReader::check_names(const YAML::Node& properties, const char* where) {
    if (!properties) {
        return {};
    }
    for (const auto& entry : properties) {
        const auto name = entry.first.as<std::string>("");
        if (contains(kWithoutEffect, name)) {
            notes_.push_back(scope_.place_of(entry.first) + ": " + name + " has no effect here");
        } else if (!contains(kUsed, name)) {
            return scope_.error_at(
                entry.first, name + " is not supported yet (" + where + "); remove it to deploy"
            );
        }
    }
    return {};
}

Result<TemplateFunction> FunctionReader::read(
    const std::string& logical_id, const std::string& name, const YAML::Node& resource
) {
    TemplateFunction function;
    function.logical_id = logical_id;
    function.settings.name = name;
    function.line = resource.Mark().line + 1;
    const YAML::Node own = resource["Properties"];
    LAMBENT_TRY(check_names(own, "AWS::Serverless::Function"));
    LAMBENT_TRY(check_names(globals_, "Globals.Function"));
    LAMBENT_TRY(read_build(resource, function));
    LAMBENT_TRY(read_basics(own, function.settings));
    LAMBENT_TRY(read_numbers(own, function.settings));
    LAMBENT_TRY(read_maps(own, function.settings));
    LAMBENT_TRY(read_code(own, function));
    LAMBENT_TRY(read_operation(own, function));
    for (const char* needed : {"Runtime", "Handler"}) {
        if (!property(own, needed)) {
            return scope_.error_at(resource, logical_id + " has no " + needed);
        }
    }
    if (own && own["Events"]) {
        LAMBENT_TRY(read_events(own["Events"], function));
    }
    if (const YAML::Node url = property(own, "FunctionUrlConfig")) {
        LAMBENT_TRY(read_url(url, function));
    }
    return function;
}

Result<void> FunctionReader::read_basics(const YAML::Node& own, FunctionSettings& settings) const {
    const std::array<std::pair<const char*, std::string*>, 3> texts{{
        {"Runtime", &settings.runtime},
        {"Handler", &settings.handler},
        {"Description", &settings.description},
    }};
    for (const auto& [name, value] : texts) {
        if (const YAML::Node node = property(own, name)) {
            LAMBENT_TRY(*value, scope_.text(node, name));
        }
    }
    if (const YAML::Node node = property(own, "PackageType"); node && node.Scalar() != "Zip") {
        return scope_.error_at(node, "PackageType " + node.Scalar() + " is not supported; Zip is");
    }
    if (const YAML::Node node = property(own, "Architectures")) {
        LAMBENT_TRY(const auto architectures, scope_.texts(node, "Architectures"));
        if (architectures.size() != 1) {
            return scope_.error_at(node, "Architectures must name exactly one");
        }
        settings.architecture = architectures.front();
    }
    return {};
}

Result<void> FunctionReader::read_numbers(const YAML::Node& own, FunctionSettings& settings) const {
    if (const YAML::Node node = property(own, "MemorySize")) {
        LAMBENT_TRY(settings.memory_mb, scope_.number(node, "MemorySize"));
    }
    if (const YAML::Node node = property(own, "Timeout")) {
        LAMBENT_TRY(settings.timeout_s, scope_.number(node, "Timeout"));
    }
    if (const YAML::Node node = property(own, "EphemeralStorage")) {
        if (!node.IsMap() || !node["Size"]) {
            return scope_.error_at(node, "EphemeralStorage has a Size in MB");
        }
        LAMBENT_TRY(settings.ephemeral_storage_mb, scope_.number(node["Size"], "Size"));
    }
    return {};
}

Result<void> FunctionReader::read_maps(const YAML::Node& own, FunctionSettings& settings) const {
    for (const YAML::Node& from : {globals_, own}) {
        if (from && from["Environment"] && from["Environment"]["Variables"]) {
            LAMBENT_TRY(
                const auto variables, scope_.text_map(from["Environment"]["Variables"], "Variables")
            );
            for (const auto& [name, value] : variables) {
                settings.environment[name] = value;
            }
        }
        if (from && from["Tags"]) {
            LAMBENT_TRY(const auto tags, scope_.text_map(from["Tags"], "Tags"));
            for (const auto& [name, value] : tags) {
                settings.tags[name] = value;
            }
        }
    }
    // Whoever is given policies calls AWS: inside the cell the platform's endpoint is opened.
    if (property(own, "Policies") && !settings.tags.contains("lambent:endpoint")) {
        settings.tags["lambent:endpoint"] = "open";
    }
    return {};
}

Result<void> FunctionReader::read_code(const YAML::Node& own, TemplateFunction& function) const {
    if (const YAML::Node node = property(own, "InlineCode")) {
        LAMBENT_TRY(function.inline_code, scope_.text(node, "InlineCode"));
        return {};
    }
    const YAML::Node node = property(own, "CodeUri");
    if (!node) {
        function.code_uri = ".";
        return {};
    }
    if (node.IsMap() && intrinsic_of(node).first.empty()) {
        return scope_.error_at(node, "CodeUri with a Bucket is not supported; name a folder");
    }
    LAMBENT_TRY(function.code_uri, scope_.text(node, "CodeUri"));
    if (function.code_uri.starts_with("s3://")) {
        return scope_.error_at(node, "CodeUri in S3 is not supported; name a folder");
    }
    return {};
}

Result<void> FunctionReader::read_build(const YAML::Node& resource, TemplateFunction& function)
    const {
    const YAML::Node metadata = resource["Metadata"];
    const YAML::Node node = metadata ? metadata["BuildMethod"] : YAML::Node();
    if (!metadata || !node || node.IsNull()) {
        return {};
    }
    const std::string method = node.as<std::string>("");
    if (method == "makefile") {
        function.build = BuildMethod::kMakefile;
    } else if (!method.starts_with("python") && !method.starts_with("nodejs")) {
        return scope_.error_at(
            node, "BuildMethod " + method + " is not supported; makefile, python and nodejs are"
        );
    }
    return {};
}

}  // namespace lambent::cli
