#include "runtime/environment/stems/stem_kind.h"

#include "runtime/environment/cell_plan.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace lambent::runtime {
namespace {

// Waits for a function's variables and becomes its bootstrap, or what else it is told.
constexpr char kProvidedStem[] = "/var/runtime/provided/stem";

// The dynamic linker's, the C library's, the interpreters' and what those link to.
constexpr std::array<std::string_view, 11> kPrefixes{
    "LD_", "MALLOC_", "GLIBC_", "LC_", "NODE_", "V8_", "UV_", "OPENSSL_", "SSL_", "ICU_", "PYTHON"};
constexpr std::array<std::string_view, 3> kNames{"LANG", "LANGUAGE", "AWS_LAMBDA_EXEC_WRAPPER"};

}  // namespace

std::string StemKind::key() const {
    std::string key;
    for (const auto* words : {&argv, &variables}) {
        for (const std::string& word : *words) {
            key += word;
            key += '\0';
        }
        key += '\0';
    }
    return key;
}

StemKind empty_kind() {
    StemKind kind;
    kind.argv = {kProvidedStem};
    return kind;
}

bool counts_at_exec_only(const std::string& variable) {
    if (variable == "PYTHONPATH") {
        return false;  // the bootstrap makes sys.path of it
    }
    return std::any_of(
               kPrefixes.begin(),
               kPrefixes.end(),
               [&](std::string_view prefix) { return variable.starts_with(prefix); }
           ) ||
           std::find(kNames.begin(), kNames.end(), variable) != kNames.end();
}

std::optional<StemKind> stem_kind(const Function& function, const LaunchPlan& plan) {
    for (const auto& [name, value] : function.environment) {
        if (counts_at_exec_only(name)) {
            return std::nullopt;
        }
    }
    if (function.runtime.starts_with("provided")) {
        return empty_kind();
    }
    StemKind kind;
    kind.argv = plan.argv;
    kind.variables = exec_variables(function);
    return kind;
}

}  // namespace lambent::runtime
