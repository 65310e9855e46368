#include "runtime/environment/cell_plan.h"

#include <map>

namespace lambent::runtime {
namespace {

using Variables = std::map<std::string, std::string>;

constexpr std::uint64_t kMegabytesPerCore = 1769;
constexpr std::uint64_t kMicroCores = 1'000'000;

bool is_provided(const Function& function) {
    return function.runtime.starts_with("provided");
}

// "20" for "nodejs20.x".
std::string node_major(const Function& function) {
    const std::string digits = function.runtime.substr(std::string("nodejs").size());
    return digits.substr(0, digits.find('.'));
}

// What a function may replace by variables of its own.
Variables open_variables(const Function& function) {
    Variables open = {
        {"LANG", "en_US.UTF-8"},
        {"TZ", ":UTC"},
        {"PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin"},
        {"LD_LIBRARY_PATH",
         "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"},
    };
    if (function.runtime.starts_with("python")) {
        open["PYTHONPATH"] = "/var/runtime";
    }
    if (function.runtime.starts_with("nodejs")) {
        open["NODE_PATH"] = "/opt/nodejs/node" + node_major(function) +
                            "/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:"
                            "/var/runtime:/var/task";
    }
    return open;
}

// What it may not: Lambda reserves these names.
Variables reserved_variables(const Function& function, const CellSite& site) {
    Variables reserved = {
        {"AWS_DEFAULT_REGION", site.region},
        {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", std::to_string(function.memory_mb)},
        {"AWS_LAMBDA_FUNCTION_NAME", function.name},
        {"AWS_LAMBDA_FUNCTION_VERSION", function.version()},
        {"AWS_LAMBDA_INITIALIZATION_TYPE", site.initialization_type},
        {"AWS_LAMBDA_LOG_GROUP_NAME", function.log_group()},
        {"AWS_LAMBDA_LOG_STREAM_NAME", site.log_stream},
        {"AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + std::to_string(kRuntimeApiPort)},
        {"AWS_REGION", site.region},
        {"LAMBDA_RUNTIME_DIR", "/var/runtime"},
        {"LAMBDA_TASK_ROOT", "/var/task"},
        {"_HANDLER", function.handler},
    };
    if (!is_provided(function)) {
        reserved["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + function.runtime;
    }
    if (site.platform) {
        reserved["AWS_ACCESS_KEY_ID"] = site.platform->access_key;
        reserved["AWS_SECRET_ACCESS_KEY"] = site.platform->secret_key;
    }
    return reserved;
}

std::vector<std::string> lines_of(const Variables& variables) {
    std::vector<std::string> lines;
    lines.reserve(variables.size());
    for (const auto& [name, value] : variables) {
        lines.push_back(name + "=" + value);
    }
    return lines;
}

}  // namespace

std::vector<std::string> function_variables(const Function& function, const CellSite& site) {
    Variables all = open_variables(function);
    if (site.platform) {
        all["AWS_ENDPOINT_URL"] = "http://127.0.0.1:" + std::to_string(site.platform->port);
    }
    for (const auto& [name, value] : function.environment) {
        all[name] = value;
    }
    for (const auto& [name, value] : reserved_variables(function, site)) {
        all[name] = value;
    }
    all.erase(kChannelVariable);
    all.erase(kStemVariable);
    return lines_of(all);
}

std::vector<std::string> exec_variables(const Function& function) {
    Variables open = open_variables(function);
    open.erase("TZ");
    open.erase("PYTHONPATH");
    return lines_of(open);
}

sandbox::CellSpec plan_cell(
    const Function& function, const LaunchPlan& plan, const CellSite& site
) {
    sandbox::CellSpec spec;
    spec.label = function.name;
    spec.argv = plan.argv;
    spec.environment = function_variables(function, site);
    spec.environment.push_back(
        std::string(kChannelVariable) + "=" + std::to_string(sandbox::kChannelDescriptor)
    );
    spec.binds.push_back(sandbox::ReadOnlyBind{site.package_directory, "/var/task"});
    spec.binds.push_back(sandbox::ReadOnlyBind{site.support_directory, "/var/runtime"});
    spec.listen_ports.push_back(kRuntimeApiPort);
    if (site.platform) {
        spec.listen_ports.push_back(site.platform->port);
    }
    spec.has_channel = true;
    spec.memory_bytes = function.memory_mb * kMebibyte;
    spec.tmp_bytes = function.ephemeral_storage_mb * kMebibyte;
    return spec;
}

sandbox::Equipment plan_equipment(const Function& function, const std::string& package_directory) {
    sandbox::Equipment what;
    what.binds.push_back(sandbox::ReadOnlyBind{package_directory, "/var/task"});
    what.memory_bytes = function.memory_mb * kMebibyte;
    what.tmp_bytes = function.ephemeral_storage_mb * kMebibyte;
    return what;
}

sandbox::CpuLimit cpu_limit(const Function& function) {
    sandbox::CpuLimit limit;
    limit.micro_cores =
        static_cast<std::uint32_t>(function.memory_mb * kMicroCores / kMegabytesPerCore);
    return limit;
}

}  // namespace lambent::runtime
