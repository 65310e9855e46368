#pragma once

#include "base/result.h"
#include "runtime/functions/function.h"

#include <optional>
#include <string>
#include <vector>

namespace lambent::runtime {

// How a function of one managed runtime is started inside its cell.
struct LaunchPlan {
    std::vector<std::string> argv;
    std::string
        executed_version;  // the installed interpreter's version, "3.11.2"; empty for provided
    // One line for the log when the installed version is not the one the function asked for.
    std::string notice;
};

// The languages of this machine. Looks for Debian's own interpreters in fixed places, never on the
// PATH (which may hold a version manager's shim). Immutable after discover().
class RuntimeCatalog {
  public:
    // `support_directory`: where the bootstraps of sdk/python and sdk/node lie (bound read-only at
    // /var/runtime in each cell).
    static RuntimeCatalog discover(std::string support_directory);

    // Whether CreateFunction accepts the name ("python3.*", "nodejs*", "provided.al2",
    // "provided.al2023").
    static bool is_known(const std::string& runtime);
    // kUnavailable with what to install when the interpreter is not on this machine.
    Result<LaunchPlan> plan(const Function& function) const;
    const std::string& support_directory() const { return support_directory_; }

    struct Interpreter {
        std::string path;     // "/usr/bin/python3.11"
        std::string version;  // "3.11.2"
    };
    const std::optional<Interpreter>& python() const { return python_; }
    const std::optional<Interpreter>& node() const { return node_; }

  private:
    std::string support_directory_;
    std::optional<Interpreter> python_;
    std::optional<Interpreter> node_;
};

}  // namespace lambent::runtime
