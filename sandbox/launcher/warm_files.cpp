#include "sandbox/launcher/warm_files.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace lambent::sandbox {
namespace {

constexpr std::array kPrograms{"/usr/bin/python3", "/usr/bin/node"};
constexpr int kLowestPriority = 19;

// As in a cell: no allocation, no locks.
[[noreturn]] void read_all() {
    static char part[1 << 16];
    ::setpriority(PRIO_PROCESS, 0, kLowestPriority);
    for (const char* program : kPrograms) {
        const int file = ::open(program, O_RDONLY | O_CLOEXEC);
        while (file >= 0 && ::read(file, part, sizeof(part)) > 0) {
        }
        ::close(file);
    }
    ::_exit(0);
}

}  // namespace

Result<UniqueFd> warm_runtime_files() {
    int process = -1;
    clone_args arguments{};
    arguments.flags = CLONE_PIDFD;
    arguments.pidfd = reinterpret_cast<std::uintptr_t>(&process);
    arguments.exit_signal = SIGCHLD;
    const long child = ::syscall(SYS_clone3, &arguments, sizeof(arguments));
    if (child == 0) {
        read_all();
    }
    if (child < 0) {
        return errno_error("cannot read the runtimes ahead", errno);
    }
    return UniqueFd(process);
}

}  // namespace lambent::sandbox
