#include "runtime/languages/runtime_catalog.h"

#include "runtime/languages/interpreter_probe.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace lambent::runtime {
namespace {

constexpr std::string_view kPython = "python";
constexpr std::string_view kNode = "nodejs";

bool all_of_them(std::string_view text, int (*test)(int)) {
    return std::all_of(text.begin(), text.end(), [test](unsigned char c) { return test(c) != 0; });
}

// "python3.12" -> "3.12"; nothing when the name has another shape.
std::optional<std::string> python_version(std::string_view runtime) {
    if (!runtime.starts_with("python3.")) {
        return std::nullopt;
    }
    const std::string_view minor = runtime.substr(std::string_view("python3.").size());
    if (minor.empty() || !all_of_them(minor, std::isdigit)) {
        return std::nullopt;
    }
    return std::string(runtime.substr(kPython.size()));
}

// "nodejs20.x" -> "20", "nodejs" -> "", "nodejs8.10" -> "8"; nothing for another shape.
std::optional<std::string> node_version(std::string_view runtime) {
    if (!runtime.starts_with(kNode)) {
        return std::nullopt;
    }
    const std::string_view rest = runtime.substr(kNode.size());
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    const std::string_view major = rest.substr(0, dot);
    const std::string_view minor = dot < rest.size() ? rest.substr(dot + 1) : "x";
    const bool shaped = all_of_them(major, std::isdigit) && !minor.empty() &&
                        (minor == "x" || all_of_them(minor, std::isdigit)) &&
                        (!major.empty() || rest.empty());
    return shaped ? std::optional(std::string(major)) : std::nullopt;
}

bool is_provided(std::string_view runtime) {
    return runtime == "provided.al2" || runtime == "provided.al2023";
}

// Whether "3.11.2" is a "3.11", or "20.20.2" a "20".
bool is_version(std::string_view installed, std::string_view wanted) {
    return wanted.empty() || installed == wanted ||
           (installed.starts_with(wanted) && installed.substr(wanted.size()).starts_with('.'));
}

Error not_installed(const std::string& runtime, std::string_view package) {
    return Error(
        Code::kUnavailable,
        "runtime",
        "The runtime " + runtime + " needs the Debian package " + std::string(package) +
            ", which is not installed on this machine: apt-get install " + std::string(package)
    );
}

LaunchPlan managed_plan(
    const Function& function,
    const RuntimeCatalog::Interpreter& interpreter,
    std::string_view language,
    std::string_view wanted
) {
    LaunchPlan plan;
    plan.executed_version = interpreter.version;
    if (!is_version(interpreter.version, wanted)) {
        plan.notice = "NOTICE " + function.runtime + " runs on the installed " +
                      std::string(language) + " " + interpreter.version;
    }
    return plan;
}

LaunchPlan python_plan(
    const Function& function, const RuntimeCatalog::Interpreter& python, std::string_view wanted
) {
    LaunchPlan plan = managed_plan(function, python, "Python", wanted);
    // Isolated and without site: half the interpreter's own start time. The bootstrap makes
    // sys.path itself. -u is not needed either: it sets up line buffering.
    plan.argv = {python.path, "-I", "-S", "-X", "utf8=1", "/var/runtime/python/bootstrap.py"};
    return plan;
}

// V8's own helpers: no more than the function has processors. Each takes 200 KiB, and has to be
// thawed when a stem is claimed.
std::uint32_t v8_threads(const Function& function) {
    constexpr std::uint32_t kMegabytesPerCore = 1769;
    return std::clamp<std::uint32_t>(function.memory_mb / kMegabytesPerCore, 1, 4);
}

LaunchPlan node_plan(
    const Function& function, const RuntimeCatalog::Interpreter& node, std::string_view wanted
) {
    LaunchPlan plan = managed_plan(function, node, "Node.js", wanted);
    // As Lambda sets them, so that V8 collects before the kernel kills.
    const auto old_space_mb = std::to_string(function.memory_mb * 9 / 10);
    const auto semi_space_mb = std::to_string(std::max<std::uint32_t>(1, function.memory_mb / 20));
    plan.argv = {
        node.path,
        "--max-semi-space-size=" + semi_space_mb,
        "--max-old-space-size=" + old_space_mb,
        "--v8-pool-size=" + std::to_string(v8_threads(function)),
        "/var/runtime/node/bootstrap.cjs"};
    return plan;
}

}  // namespace

RuntimeCatalog RuntimeCatalog::discover(std::string support_directory) {
    RuntimeCatalog catalog;
    catalog.support_directory_ = std::move(support_directory);
    if (auto python = probe_python("/usr/bin")) {
        catalog.python_ = Interpreter{std::move(python->path), std::move(python->version)};
    }
    if (auto node = probe_node("/usr/bin")) {
        catalog.node_ = Interpreter{std::move(node->path), std::move(node->version)};
    }
    return catalog;
}

bool RuntimeCatalog::is_known(const std::string& runtime) {
    return python_version(runtime).has_value() || node_version(runtime).has_value() ||
           is_provided(runtime);
}

Result<LaunchPlan> RuntimeCatalog::plan(const Function& function) const {
    if (const auto wanted = python_version(function.runtime)) {
        return python_ ? Result<LaunchPlan>(python_plan(function, *python_, *wanted))
                       : not_installed(function.runtime, "python3");
    }
    if (const auto wanted = node_version(function.runtime)) {
        return node_ ? Result<LaunchPlan>(node_plan(function, *node_, *wanted))
                     : not_installed(function.runtime, "nodejs");
    }
    if (is_provided(function.runtime)) {
        LaunchPlan plan;
        plan.argv = {"/var/task/bootstrap"};
        return plan;
    }
    return Error(
        Code::kInvalidArgument, "runtime", "The runtime " + function.runtime + " does not exist"
    );
}

}  // namespace lambent::runtime
