#include "app/cli/measure/machine_facts.h"

#include <cstdlib>
#include <sstream>
#include <string>

namespace lambent::cli {
namespace {

std::string trimmed(const std::string& text) {
    const char* const blanks = " \t\n\"";
    const std::size_t begin = text.find_first_not_of(blanks);
    const std::size_t end = text.find_last_not_of(blanks);
    return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

// What stands behind the first `key` and the separator: "model name : X", "PRETTY_NAME="X"".
std::string value_of(const std::string& text, const std::string& key, char separator) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t at = line.find(separator);
        if (line.starts_with(key) && at != std::string::npos) {
            return trimmed(line.substr(at + 1));
        }
    }
    return {};
}

unsigned count_of_lines_with(const std::string& text, const std::string& key) {
    unsigned count = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        count += line.starts_with(key) ? 1 : 0;
    }
    return count;
}

}  // namespace

MachineFacts machine_facts(const Machine& machine) {
    const auto read = [&machine](const char* path) {
        return machine.read(path).value_or("");
    };
    const std::string cpus = read("/proc/cpuinfo");
    MachineFacts facts;
    facts.processor = value_of(cpus, "model name", ':');
    facts.processors = count_of_lines_with(cpus, "processor");
    const std::string memory = value_of(read("/proc/meminfo"), "MemTotal", ':');
    facts.memory_bytes = std::strtoull(memory.c_str(), nullptr, 10) * 1'024;
    facts.kernel = trimmed(read("/proc/sys/kernel/osrelease"));
    facts.system = value_of(read("/etc/os-release"), "PRETTY_NAME", '=');
    facts.load = std::strtod(read("/proc/loadavg").c_str(), nullptr);
    return facts;
}

}  // namespace lambent::cli
