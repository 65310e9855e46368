#include "sandbox/launcher/cell_init.h"

#include "sandbox/launcher/child_report.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace lambent::sandbox {
namespace {

constexpr char kHostName[] = "cell";
constexpr int kStatusFd = 3;

// Files of /proc that tell about the host as a whole and that no runtime reads.
constexpr std::array kMaskedFiles{
    "/proc/kallsyms",
    "/proc/kcore",
    "/proc/key-users",
    "/proc/keys",
    "/proc/modules",
    "/proc/sched_debug",
    "/proc/sysrq-trigger",
    "/proc/timer_list",
};
constexpr std::array kMaskedDirectories{
    "/proc/acpi", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/scsi"};

// First of all: copying and closing the descriptors of hundreds of cells takes longer than anything
// else, and would otherwise be done in the guest's process again.
void close_foreign(const CellPlan& plan) {
    int next = 0;
    for (std::size_t i = 0; i < plan.kept_count; ++i) {
        const int kept = plan.kept[i];
        if (kept > next &&
            ::close_range(static_cast<unsigned>(next), static_cast<unsigned>(kept - 1), 0) != 0) {
            fail_stage(plan.report, Stage::kDescriptors);
        }
        next = kept + 1;
    }
    if (::close_range(static_cast<unsigned>(next), ~0U, 0) != 0) {
        fail_stage(plan.report, Stage::kDescriptors);
    }
}

void enter_cgroup(const CellPlan& plan) {
    for (std::size_t i = 0; i < plan.entries; ++i) {
        if (::write(plan.entry_files[i], "0", 1) != 1) {
            fail_stage(plan.report, Stage::kCgroup);
        }
    }
    // From here on the cell's own group is all that /proc/self/cgroup shows.
    if (::unshare(CLONE_NEWCGROUP) != 0) {
        fail_stage(plan.report, Stage::kCgroup);
    }
}

void enter_network(const CellPlan& plan) {
    if (::setns(plan.network, CLONE_NEWNET) != 0) {
        fail_stage(plan.report, Stage::kNetwork);
    }
    if (::sethostname(kHostName, sizeof(kHostName) - 1) != 0) {
        fail_stage(plan.report, Stage::kHostName);
    }
}

void mount_files(const CellPlan& plan) {
    for (std::size_t i = 0; i < plan.mount_count; ++i) {
        const PlannedMount& one = plan.mounts[i];
        if (::move_mount(one.tree, "", AT_FDCWD, one.at, MOVE_MOUNT_F_EMPTY_PATH) != 0) {
            fail_stage(plan.report, Stage::kBind);
        }
    }
    if (::mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, plan.tmp_options) != 0) {
        fail_stage(plan.report, Stage::kTmp);
    }
}

void mask(const CellPlan& plan, const char* file, const char* source, unsigned long flags) {
    if (::mount(source, file, source == nullptr ? "tmpfs" : nullptr, flags, nullptr) != 0 &&
        errno != ENOENT) {
        fail_stage(plan.report, Stage::kProc);
    }
}

// The guest sees /proc read-only; the descriptor of a second, writable mount of it is what the main
// process writes its user namespace's maps through.
int mount_proc(const CellPlan& plan) {
    constexpr unsigned long kFlags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (::mount("proc", "/proc", "proc", kFlags, nullptr) != 0) {
        fail_stage(plan.report, Stage::kProc);
    }
    const int writable = ::open_tree(AT_FDCWD, "/proc", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    mount_attr read_only{};
    read_only.attr_set = MOUNT_ATTR_RDONLY;
    if (writable < 0 || ::mount_setattr(AT_FDCWD, "/proc", 0, &read_only, sizeof(read_only)) != 0) {
        fail_stage(plan.report, Stage::kProc);
    }
    for (const char* file : kMaskedFiles) {
        mask(plan, file, "/dev/null", MS_BIND);
    }
    for (const char* directory : kMaskedDirectories) {
        mask(plan, directory, nullptr, MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC);
    }
    return writable;
}

// The first process stays as an own user without rights: the guest cannot signal it, and it can do
// nothing but wait.
void disarm(const CellPlan& plan) {
    const uid_t uid = plan.init_uid;
    if (::syscall(SYS_setgroups, 0, nullptr) != 0 || ::syscall(SYS_setresgid, uid, uid, uid) != 0 ||
        ::syscall(SYS_setresuid, uid, uid, uid) != 0) {
        fail_stage(plan.report, Stage::kInit);
    }
    // After the change of user, which clears it.
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 ||
        ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
        ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        fail_stage(plan.report, Stage::kInit);
    }
    for (int i = 0; i < 3; ++i) {
        if (::dup2(plan.null, i) != i) {
            fail_stage(plan.report, Stage::kInit);
        }
    }
    if (plan.status != kStatusFd && ::dup2(plan.status, kStatusFd) != kStatusFd) {
        fail_stage(plan.report, Stage::kInit);
    }
}

[[noreturn]] void reap(const CellPlan& plan, pid_t main) {
    // Without a filter there must be no init: the report pipe is closed by now, so it just dies,
    // and the cell with it.
    if (::close_range(kStatusFd + 1, ~0U, 0) != 0 ||
        ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &plan.init_filter) != 0) {
        ::_exit(127);
    }
    for (;;) {
        int status = 0;
        const pid_t ended = ::wait4(-1, &status, 0, nullptr);
        if (ended == main) {
            [[maybe_unused]] const ssize_t told = ::write(kStatusFd, &status, sizeof(status));
            ::_exit(0);
        }
        if (ended < 0 && errno != EINTR) {
            ::_exit(127);
        }
    }
}

}  // namespace

void run_init(const CellPlan& plan) {
    ::prctl(PR_SET_NAME, "cell-init", 0, 0, 0);
    ::setpriority(PRIO_PROCESS, 0, 0);  // the launcher's is higher
    close_foreign(plan);
    enter_cgroup(plan);
    enter_network(plan);
    mount_files(plan);
    const int proc = mount_proc(plan);
    // Not fork(): its handlers belong to the launcher's libraries.
    const auto main =
        static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, 0));
    if (main < 0) {
        fail_stage(plan.report, Stage::kFork);
    }
    if (main == 0) {
        run_guest(plan, proc);
    }
    disarm(plan);
    reap(plan, main);
}

}  // namespace lambent::sandbox
