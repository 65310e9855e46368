#include "sandbox/protocol/messages.h"

#include <algorithm>
#include <array>
#include <set>

namespace lambent::sandbox {
namespace {

constexpr std::size_t kWordsMax = 1'024;
constexpr std::size_t kWordsBytesMax = 128 * 1024;  // as much as one execve argument may have
constexpr std::size_t kMessageMax = 160 * 1024;     // a channel that is empty takes it at once
constexpr std::size_t kPathMax = 4'000;
constexpr std::size_t kPortsMax = 16;
constexpr std::uint64_t kMemoryMin = 8ULL << 20;
constexpr std::uint64_t kTmpMin = 64ULL << 10;
constexpr std::array<std::string_view, 3> kMountPoints{"/var/task", "/opt", "/var/runtime"};

Error refuse(std::string subject, std::string message) {
    return Error(Code::kInvalidArgument, std::move(subject), std::move(message));
}

bool is_path(std::string_view path) {
    return path.starts_with('/') && path.size() <= kPathMax &&
           path.find('\0') == std::string_view::npos;
}

Result<void> check_words(std::string_view subject, const std::vector<std::string>& words) {
    std::size_t bytes = 0;
    for (const std::string& word : words) {
        bytes += word.size() + 1;
        if (word.find('\0') != std::string::npos) {
            return refuse(std::string(subject), std::string(subject) + " contain a NUL byte");
        }
    }
    if (words.size() > kWordsMax || bytes > kWordsBytesMax) {
        return refuse(std::string(subject), std::string(subject) + " are too many or too long");
    }
    return {};
}

Result<void> check_binds(const std::vector<ReadOnlyBind>& binds) {
    std::set<std::string_view> used;
    for (const ReadOnlyBind& bind : binds) {
        if (!is_path(bind.host_path)) {
            return refuse("bind", "a bind's source is not an absolute path");
        }
        if (std::find(kMountPoints.begin(), kMountPoints.end(), bind.cell_path) ==
            kMountPoints.end()) {
            return refuse("bind", "a cell has no mount point " + bind.cell_path);
        }
        if (!used.insert(bind.cell_path).second) {
            return refuse("bind", "two binds on " + bind.cell_path);
        }
    }
    return {};
}

Result<void> check_ports(const std::vector<std::uint16_t>& ports) {
    const std::set<std::uint16_t> distinct(ports.begin(), ports.end());
    if (ports.size() > kPortsMax || distinct.size() != ports.size() || distinct.contains(0)) {
        return refuse("port", "a cell's ports are at most 16, distinct and not 0");
    }
    return {};
}

Result<void> check_limits(
    std::uint64_t memory_bytes, std::uint64_t tmp_bytes, std::uint32_t processes_max
) {
    if (memory_bytes < kMemoryMin || tmp_bytes < kTmpMin) {
        return refuse("limits", "a cell has at least 8 MiB of memory and 64 KiB of /tmp");
    }
    if (processes_max < 2) {
        return refuse("limits", "a cell has at least 2 processes");
    }
    return {};
}

}  // namespace

Result<void> validate(const CellSpec& spec) {
    if (spec.argv.empty() || !is_path(spec.argv.front())) {
        return refuse("argv", "the program of a cell is an absolute path");
    }
    LAMBENT_TRY(check_words("arguments", spec.argv));
    LAMBENT_TRY(check_words("environment variables", spec.environment));
    if (!is_path(spec.working_directory)) {
        return refuse("working_directory", "the working directory is an absolute path");
    }
    LAMBENT_TRY(check_binds(spec.binds));
    LAMBENT_TRY(check_ports(spec.listen_ports));
    if (spec.open_files_max < 8) {
        return refuse("limits", "a cell has at least 8 open files");
    }
    return check_limits(spec.memory_bytes, spec.tmp_bytes, spec.processes_max);
}

Result<void> validate(const Equipment& what) {
    LAMBENT_TRY(check_binds(what.binds));
    if (what.message.size() > kMessageMax) {
        return refuse("message", "what a stem is told has at most 160 KiB");
    }
    return check_limits(what.memory_bytes, what.tmp_bytes, what.processes_max);
}

}  // namespace lambent::sandbox
