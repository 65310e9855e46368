#pragma once

#include <optional>
#include <string>

namespace lambent::runtime {

struct ProbedInterpreter {
    std::string path;
    std::string version;  // "3.11.2"
};

// The newest python3.N of `directory` that runs, and the node there. Asks the programs themselves,
// so these fork: call them before the daemon has threads.
std::optional<ProbedInterpreter> probe_python(const std::string& directory);
std::optional<ProbedInterpreter> probe_node(const std::string& directory);

}  // namespace lambent::runtime
