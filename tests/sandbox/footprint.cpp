#include "tests/sandbox/footprint.h"

#include "base/unique_fd.h"
#include "sandbox/launcher/host_state.h"

#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>

namespace lambent::tests {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<int> all_processes() {
    std::vector<int> pids;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename().string();
        if (std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; })) {
            pids.push_back(std::stoi(name));
        }
    }
    return pids;
}

std::string status_of(int pid, const std::string& key) {
    const std::string status = text_of("/proc/" + std::to_string(pid) + "/status");
    const std::size_t at = status.find("\n" + key + ":\t");
    return at == std::string::npos ? "" : status.substr(at + key.size() + 3);
}

// The real user id: the owner of a process's directory is root for some.
uid_t user_of(int pid) {
    const std::string user = status_of(pid, "Uid");
    return user.empty() ? 0 : static_cast<uid_t>(std::stoul(user));
}

// A dead orphan is for the machine's own init to reap, which takes the time it takes.
bool is_dead_orphan(int pid) {
    const std::string parent = status_of(pid, "PPid");
    return status_of(pid, "State").starts_with("Z") && !parent.empty() &&
           text_of("/proc/" + std::to_string(std::stoi(parent)) + "/cmdline")
                   .find("lambent-launcher") == std::string::npos;
}

std::size_t count_groups(const std::string& instance) {
    std::size_t count = 0;
    const fs::path root = "/sys/fs/cgroup";
    std::vector<fs::path> parents{root / ("lambent-" + instance)};
    for (const auto& controller : fs::directory_iterator(root)) {
        parents.push_back(controller.path() / ("lambent-" + instance));
    }
    for (const fs::path& parent : parents) {
        std::error_code none;
        if (fs::is_directory(parent, none)) {
            count += 1;
            // Slots come and go while they are counted.
            fs::recursive_directory_iterator at(parent, none);
            while (!none && at != fs::recursive_directory_iterator()) {
                std::error_code gone;
                count += at->is_directory(gone) ? 1 : 0;
                at.increment(none);
            }
        }
    }
    return count;
}

}  // namespace

int launcher_of(const std::string& instance) {
    for (const int pid : all_processes()) {
        const std::string words = text_of("/proc/" + std::to_string(pid) + "/cmdline");
        if (words.find("lambent-launcher") != std::string::npos &&
            words.find(instance) != std::string::npos && user_of(pid) == 0) {
            return pid;
        }
    }
    return 0;
}

Footprint footprint_of(const std::string& instance, const std::string& state_directory) {
    Footprint found;
    const uid_t first = sandbox::first_host_uid(instance);
    for (const int pid : all_processes()) {
        const uid_t user = user_of(pid);
        const bool ours = user >= first && user < first + sandbox::kHostUidsPerDaemon;
        found.processes += ours && !is_dead_orphan(pid) ? 1 : 0;
    }
    found.launchers = launcher_of(instance) == 0 ? 0 : 1;
    found.groups = count_groups(instance);
    std::ifstream mounts("/proc/self/mountinfo");
    for (std::string line; std::getline(mounts, line);) {
        found.mounts += line.find(state_directory) != std::string::npos ? 1 : 0;
    }
    for (const auto& entry : fs::recursive_directory_iterator(state_directory)) {
        const std::string name = entry.path().filename().string();
        found.files += name == "launcher.lock" || name == "root" ? 0 : 1;
    }
    return found;
}

std::size_t open_descriptors(int pid) {
    const fs::path all = "/proc/" + std::to_string(pid) + "/fd";
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(all), fs::directory_iterator())
    );
}

void await_launcher_end(const std::string& instance) {
    while (const int pid = launcher_of(instance)) {
        const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
        pollfd ended{process.get(), POLLIN, 0};
        ::poll(&ended, process ? 1 : 0, process ? -1 : 0);
    }
}

}  // namespace lambent::tests
