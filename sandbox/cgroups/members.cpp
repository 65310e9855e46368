#include "sandbox/cgroups/members.h"

#include "base/unique_fd.h"
#include "sandbox/cgroups/control_file.h"

#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <set>
#include <sstream>
#include <vector>

namespace lambent::sandbox {
namespace {

Result<std::set<int>> members(int directory) {
    LAMBENT_TRY(const std::string text, read_control_at(directory, "cgroup.procs"));
    std::set<int> pids;
    std::istringstream in(text);
    for (int pid = 0; in >> pid;) {
        if (pid > 0) {  // 0: a process of another pid namespace
            pids.insert(pid);
        }
    }
    return pids;
}

constexpr int kKillRounds = 5'000;

struct Member {
    int pid;
    UniqueFd handle;
};

}  // namespace

// A pid may be reused between the reading and the signal: a handle that was opened before the
// second reading, for a pid that stands in both, is the member's own.
Result<std::size_t> kill_group_members(int directory) {
    LAMBENT_TRY(const std::set<int> before, members(directory));
    std::vector<Member> handles;
    for (const int pid : before) {
        UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
        if (handle) {
            handles.push_back({pid, std::move(handle)});
        }
    }
    LAMBENT_TRY(const std::set<int> after, members(directory));
    for (const Member& member : handles) {
        if (after.contains(member.pid)) {
            ::syscall(SYS_pidfd_send_signal, member.handle.get(), SIGKILL, nullptr, 0);
        }
    }
    return after.size();
}

bool kill_until_empty(int directory) {
    for (int round = 0; round < kKillRounds; ++round) {
        const auto left = kill_group_members(directory);
        if (left.has_value() && *left == 0) {
            return true;
        }
        ::sched_yield();
    }
    return false;
}

}  // namespace lambent::sandbox
