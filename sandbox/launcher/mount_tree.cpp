#include "sandbox/launcher/mount_tree.h"

#include <fcntl.h>
#include <sys/mount.h>

#include <cerrno>

namespace lambent::sandbox {

Result<UniqueFd> detached_copy(const std::string& host_path, SubMounts sub_mounts) {
    const unsigned recursive = sub_mounts == SubMounts::kInclude ? AT_RECURSIVE : 0;
    UniqueFd tree(
        ::open_tree(AT_FDCWD, host_path.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | recursive)
    );
    if (!tree) {
        return errno_error("cannot bind " + host_path, errno);
    }
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    attributes.propagation = MS_PRIVATE;
    if (::mount_setattr(
            tree.get(), "", AT_EMPTY_PATH | recursive, &attributes, sizeof(attributes)
        ) != 0) {
        return errno_error("cannot make read-only " + host_path, errno);
    }
    return tree;
}

Result<void> attach_tree(const UniqueFd& tree, const std::string& at) {
    if (::move_mount(tree.get(), "", AT_FDCWD, at.c_str(), MOVE_MOUNT_F_EMPTY_PATH) != 0) {
        return errno_error("cannot mount on " + at, errno);
    }
    return {};
}

}  // namespace lambent::sandbox
