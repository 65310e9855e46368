#include "runtime/languages/interpreter_probe.h"

#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/env.hpp>
#include <boost/process/io.hpp>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

namespace lambent::runtime {
namespace {

// What "<program> --version" prints in its first line ("Python 3.11.2", "v20.20.2"), from the first
// digit on; nothing when it cannot be run.
std::optional<std::string> ask_version(const std::string& program) {
    namespace process = boost::process;
    try {
        process::ipstream output;
        process::child child(
            program,
            "--version",
            process::std_in<process::null, process::std_out> output,
            process::std_err > process::null,
            process::environment()
        );
        std::string line;
        std::getline(output, line);
        child.wait();
        const std::size_t digits = line.find_first_of("0123456789");
        if (child.exit_code() != 0 || digits == std::string::npos) {
            return std::nullopt;
        }
        return line.substr(digits);
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

// 11 for "python3.11"; nothing for other names ("python3", "python3.11-config").
std::optional<int> python_minor(std::string_view name) {
    constexpr std::string_view kStem = "python3.";
    if (!name.starts_with(kStem)) {
        return std::nullopt;
    }
    const std::string_view minor = name.substr(kStem.size());
    if (minor.empty() || minor.size() > 3 ||
        minor.find_first_not_of("0123456789") != std::string_view::npos) {
        return std::nullopt;
    }
    return std::stoi(std::string(minor));
}

}  // namespace

std::optional<ProbedInterpreter> probe_python(const std::string& directory) {
    std::vector<int> minors;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(directory, ignored)) {
        if (const auto minor = python_minor(entry.path().filename().string())) {
            minors.push_back(*minor);
        }
    }
    std::sort(minors.rbegin(), minors.rend());
    for (const int minor : minors) {
        const std::string path = directory + "/python3." + std::to_string(minor);
        if (auto version = ask_version(path)) {
            return ProbedInterpreter{path, std::move(*version)};
        }
    }
    return std::nullopt;
}

std::optional<ProbedInterpreter> probe_node(const std::string& directory) {
    const std::string path = directory + "/node";
    auto version = ask_version(path);
    if (!version) {
        return std::nullopt;
    }
    return ProbedInterpreter{path, std::move(*version)};
}

}  // namespace lambent::runtime
