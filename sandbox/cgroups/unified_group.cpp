#include "sandbox/cgroups/unified_group.h"

#include "sandbox/cgroups/control_file.h"
#include "sandbox/cgroups/group_directory.h"
#include "sandbox/cgroups/members.h"

#include <unistd.h>

#include <filesystem>

namespace lambent::sandbox {

Result<UnifiedGroup> UnifiedGroup::make(const std::string& path) {
    std::error_code failure;
    std::filesystem::create_directories(path, failure);
    if (failure) {
        return errno_error("cannot make control group " + path, failure.value());
    }
    LAMBENT_TRY(UniqueFd directory, open_directory(path));
    // Absent in kernels before 5.2; this file is what the group is for.
    LAMBENT_TRY(write_control_at(directory.get(), "cgroup.freeze", "0"));
    return UnifiedGroup(path, std::move(directory));
}

UnifiedGroup::~UnifiedGroup() {
    if (directory_) {
        ::rmdir(path_.c_str());
    }
}

void UnifiedGroup::sweep(const std::string& parent) {
    for (const std::string& name : child_groups(parent)) {
        const std::string path = parent + "/" + name;
        if (const auto directory = open_directory(path); directory.has_value()) {
            static_cast<void>(write_control_at(directory->get(), "cgroup.kill", "1"));
            static_cast<void>(kill_until_empty(directory->get()));
        }
        ::rmdir(path.c_str());
    }
    ::rmdir(parent.c_str());
}

}  // namespace lambent::sandbox
