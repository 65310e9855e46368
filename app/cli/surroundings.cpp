#include "app/cli/surroundings.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace lambent::cli::surroundings {
namespace fs = std::filesystem;

std::optional<std::string> variable(const char* name) {
    // The command is single-threaded where it reads its environment.
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string own_program() {
    std::error_code failure;
    const fs::path program = fs::read_symlink("/proc/self/exe", failure);
    return failure ? std::string() : program.string();
}

std::optional<std::string> find_program(const std::vector<std::string>& candidates) {
    for (const std::string& candidate : candidates) {
        if (candidate.find('/') != std::string::npos) {
            if (::access(candidate.c_str(), X_OK) == 0) {
                return candidate;
            }
            continue;
        }
        std::istringstream folders(variable("PATH").value_or("/usr/bin:/bin"));
        for (std::string folder; std::getline(folders, folder, ':');) {
            const std::string path = (folder.empty() ? "." : folder) + "/" + candidate;
            if (::access(path.c_str(), X_OK) == 0) {
                return path;
            }
        }
    }
    return std::nullopt;
}

}  // namespace lambent::cli::surroundings
