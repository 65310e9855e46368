#include "sandbox/launcher/root_template.h"

#include "sandbox/launcher/root_files.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace lambent::sandbox {
namespace {

constexpr unsigned long kRootFlags = MS_NOSUID | MS_NODEV;

Result<UniqueFd> open_namespace(int proc) {
    UniqueFd space(::openat(proc, "self/ns/mnt", O_RDONLY | O_CLOEXEC));
    if (!space) {
        return errno_error("cannot open the mount namespace", errno);
    }
    return space;
}

// Leaves the host's tree behind: `root` becomes the only thing that this namespace contains.
Result<void> move_into(const std::string& root) {
    if (::unshare(CLONE_NEWNS) != 0) {
        return errno_error("cannot make the cells' mount namespace", errno);
    }
    if (::chdir(root.c_str()) != 0 || ::syscall(SYS_pivot_root, ".", ".") != 0) {
        return errno_error("pivot_root", errno);
    }
    if (::umount2(".", MNT_DETACH) != 0 || ::chdir("/") != 0) {
        return errno_error("cannot detach the host's root", errno);
    }
    if (::mount(nullptr, "/", nullptr, MS_REMOUNT | MS_RDONLY | kRootFlags, nullptr) != 0) {
        return errno_error("cannot make the cells' root read-only", errno);
    }
    return {};
}

}  // namespace

Result<RootTemplate> RootTemplate::build(const std::string& mount_point) {
    const UniqueFd proc(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
    LAMBENT_TRY(UniqueFd home, open_namespace(proc.get()));
    if (::mount("tmpfs", mount_point.c_str(), "tmpfs", kRootFlags, "size=4m,mode=755") != 0) {
        return errno_error("cannot mount a tmpfs on " + mount_point, errno);
    }
    LAMBENT_TRY(fill_root(mount_point));
    const auto moved = move_into(mount_point);
    auto cells = open_namespace(proc.get());
    if (::setns(home.get(), CLONE_NEWNS) != 0) {
        return errno_error("cannot return to the launcher's mount namespace", errno);
    }
    ::umount2(mount_point.c_str(), MNT_DETACH);
    LAMBENT_TRY(moved);
    LAMBENT_TRY(UniqueFd space, std::move(cells));
    return RootTemplate(std::move(home), std::move(space));
}

Result<void> RootTemplate::enter() const {
    if (::setns(cells_.get(), CLONE_NEWNS) != 0) {
        return errno_error("cannot enter the cells' mount namespace", errno);
    }
    return {};
}

void RootTemplate::leave() const {
    LAMBENT_ASSERT(::setns(home_.get(), CLONE_NEWNS) == 0);
}

Result<RootTemplate::Visit> RootTemplate::visit(const UniqueFd& process) const {
    if (::setns(process.get(), CLONE_NEWNS) != 0) {
        return errno_error("cannot enter a cell's mount namespace", errno);
    }
    return Visit(this);
}

}  // namespace lambent::sandbox
