#include "sandbox/launcher/cell_init.h"
#include "sandbox/launcher/child_report.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

namespace lambent::sandbox {
namespace {

constexpr int kReportFd = kChannelDescriptor + 1;
constexpr int kCapabilitiesMax = 64;
constexpr char kOomScore[] = "500";  // the kernel takes a cell before the daemon

void write_proc(const CellPlan& plan, int proc, const char* name, const char* text, Stage stage) {
    const int file = ::openat(proc, name, O_WRONLY | O_CLOEXEC);
    const auto size = static_cast<ssize_t>(std::strlen(text));
    if (file < 0 || ::write(file, text, static_cast<std::size_t>(size)) != size) {
        fail_stage(plan.report, stage);
    }
    ::close(file);
}

// No controlling terminal, no signal dispositions of the launcher.
void own_session(const CellPlan& plan) {
    if (::setsid() < 0) {
        fail_stage(plan.report, Stage::kSession);
    }
    struct sigaction usual {};
    usual.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number) {
        ::sigaction(number, &usual, nullptr);  // fails for KILL and STOP, which have no other
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void limit(int report, __rlimit_resource_t resource, rlim_t value) {
    rlimit current{};
    if (::getrlimit(resource, &current) != 0) {
        fail_stage(report, Stage::kRlimit);
    }
    const rlim_t allowed = value < current.rlim_max ? value : current.rlim_max;
    const rlimit wanted{allowed, allowed};
    if (::setrlimit(resource, &wanted) != 0) {
        fail_stage(report, Stage::kRlimit);
    }
}

// A host user that no other cell has: what the kernel counts per user is counted per cell.
void change_user(const CellPlan& plan) {
    const uid_t uid = plan.uid;
    const gid_t gid = plan.gid;
    if (::syscall(SYS_setgroups, 0, nullptr) != 0 || ::syscall(SYS_setresgid, gid, gid, gid) != 0 ||
        ::syscall(SYS_setresuid, uid, uid, uid) != 0) {
        fail_stage(plan.report, Stage::kIdentity);
    }
}

// Last of the namespaces, so that all others belong to the host's user namespace and the rights
// that this one seems to give mean nothing to them. The change of user made the process's files in
// /proc root's; being dumpable again gives them back.
void enter_user_namespace(const CellPlan& plan, int proc) {
    if (::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0 || ::unshare(CLONE_NEWUSER) != 0) {
        fail_stage(plan.report, Stage::kUserNamespace);
    }
    write_proc(plan, proc, "self/setgroups", "deny", Stage::kUserNamespace);
    write_proc(plan, proc, "self/gid_map", plan.gid_map, Stage::kUserNamespace);
    write_proc(plan, proc, "self/uid_map", plan.uid_map, Stage::kUserNamespace);
}

void drop_capabilities(const CellPlan& plan) {
    for (int one = 0; one < kCapabilitiesMax; ++one) {
        if (::prctl(PR_CAPBSET_DROP, one, 0, 0, 0) != 0) {
            if (errno == EINVAL && one > 0) {
                break;  // the kernel knows no more
            }
            fail_stage(plan.report, Stage::kCapabilities);
        }
    }
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[2] = {};
    if (::syscall(SYS_capset, &header, none) != 0) {
        fail_stage(plan.report, Stage::kCapabilities);
    }
}

// stdin, stdout, stderr, the channel, and the report pipe until exec closes it. All of them stand
// higher than where they go: the launcher itself holds the low numbers.
void arrange_descriptors(const CellPlan& plan) {
    if (::dup2(plan.null, 0) != 0 || ::dup2(plan.output, 1) != 1 || ::dup2(plan.output, 2) != 2) {
        fail_stage(plan.report, Stage::kDescriptors);
    }
    if (plan.channel < 0) {
        ::close(kChannelDescriptor);
    } else if (::dup2(plan.channel, kChannelDescriptor) != kChannelDescriptor) {
        fail_stage(plan.report, Stage::kDescriptors);
    }
    if (plan.report != kReportFd && ::dup3(plan.report, kReportFd, O_CLOEXEC) != kReportFd) {
        fail_stage(plan.report, Stage::kDescriptors);
    }
    if (::close_range(kReportFd + 1, ~0U, 0) != 0) {
        fail_stage(kReportFd, Stage::kDescriptors);
    }
}

// Reading the directory back: one that was reached through a stray descriptor lies outside the root
// and has no path.
void enter_directory(const CellPlan& plan) {
    char path[4096];
    if (::chdir(plan.working_directory) != 0 || ::syscall(SYS_getcwd, path, sizeof(path)) <= 0) {
        fail_stage(kReportFd, Stage::kWorkingDirectory);
    }
    if (path[0] != '/') {
        errno = EXDEV;
        fail_stage(kReportFd, Stage::kWorkingDirectory);
    }
}

// A guest that is given an event does not cut in on the daemon that gives it: the daemon hands out
// all it has in hand, then the guests run one after another. More than half of the switches between
// processes that calls take are spared. A kernel that refuses is no obstacle.
void wait_for_turn() {
    const sched_param none{};
    ::sched_setscheduler(0, SCHED_BATCH, &none);
}

}  // namespace

void run_guest(const CellPlan& plan, int proc) {
    own_session(plan);
    wait_for_turn();
    write_proc(plan, proc, "self/oom_score_adj", kOomScore, Stage::kSession);
    limit(plan.report, RLIMIT_CORE, 0);
    limit(plan.report, RLIMIT_NICE, 0);
    limit(plan.report, RLIMIT_RTPRIO, 0);
    change_user(plan);
    enter_user_namespace(plan, proc);
    drop_capabilities(plan);
    arrange_descriptors(plan);
    // Not before: as long as the launcher's descriptors are here, a new one stands above them.
    limit(kReportFd, RLIMIT_NOFILE, plan.open_files_max);
    enter_directory(plan);
    ::umask(022);
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        fail_stage(kReportFd, Stage::kFilter);
    }
    if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &plan.guest_filter) != 0) {
        fail_stage(kReportFd, Stage::kFilter);
    }
    report_stage(kReportFd, Stage::kWalled, 0);
    ::execve(plan.argv[0], plan.argv, plan.environment);
    fail_stage(kReportFd, Stage::kExec);
}

}  // namespace lambent::sandbox
