#include "tests/support/disk_calls.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <mutex>

namespace lambent::tests {
namespace {

struct Watch {
    std::mutex mutex;
    bool on = false;
    std::vector<std::string> seen;
    std::string failing;
    int error_number = 0;
};

Watch& watch() {
    static Watch only;
    return only;
}

std::string name_of(int fd) {
    std::error_code failed;
    const auto path = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), failed);
    return path.filename().string();
}

// The errno that this call must fail with, or 0.
int observe(const std::string& call, const std::string& name) {
    Watch& now = watch();
    const std::lock_guard lock(now.mutex);
    if (!now.on) {
        return 0;
    }
    now.seen.push_back(call + " " + name);
    return now.failing == call ? now.error_number : 0;
}

int finish(int fault, long outcome) {
    if (fault != 0) {
        errno = fault;
        return -1;
    }
    return static_cast<int>(outcome);
}

}  // namespace

DiskCalls::DiskCalls() {
    const std::lock_guard lock(watch().mutex);
    watch().on = true;
    watch().seen.clear();
    watch().failing.clear();
}

DiskCalls::~DiskCalls() {
    const std::lock_guard lock(watch().mutex);
    watch().on = false;
}

std::vector<std::string> DiskCalls::seen() const {
    const std::lock_guard lock(watch().mutex);
    return watch().seen;
}

void DiskCalls::fail(std::string call, int error_number) {
    const std::lock_guard lock(watch().mutex);
    watch().failing = std::move(call);
    watch().error_number = error_number;
}

}  // namespace lambent::tests

using lambent::tests::finish;
using lambent::tests::name_of;
using lambent::tests::observe;

extern "C" int fsync(int fd) {
    const int fault = observe("fsync", name_of(fd));
    return finish(fault, fault != 0 ? -1 : ::syscall(SYS_fsync, fd));
}

extern "C" int fdatasync(int fd) {
    const int fault = observe("fdatasync", "file");
    return finish(fault, fault != 0 ? -1 : ::syscall(SYS_fdatasync, fd));
}

extern "C" int syncfs(int fd) noexcept {
    const int fault = observe("syncfs", "disk");
    return finish(fault, fault != 0 ? -1 : ::syscall(SYS_syncfs, fd));
}

extern "C" int rename(const char* from, const char* to) noexcept {
    const int fault = observe("rename", std::filesystem::path(to).filename().string());
    return finish(
        fault, fault != 0 ? -1 : ::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0)
    );
}
