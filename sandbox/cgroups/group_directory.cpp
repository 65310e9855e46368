#include "sandbox/cgroups/group_directory.h"

#include <libcgroup.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>

namespace lambent::sandbox {
namespace {

namespace fs = std::filesystem;

struct FreeGroup {
    void operator()(cgroup* group) const { cgroup_free(&group); }
};
using GroupHandle = std::unique_ptr<cgroup, FreeGroup>;

Error library_error(const std::string& what, int code) {
    const bool system = code == ECGOTHER;
    const int number = cgroup_get_last_errno();
    const char* reason = system ? nullptr : cgroup_strerror(code);
    return system ? errno_error(what, number)
                  : Error(Code::kInternal, "cgroup", what + ": " + reason);
}

// Depth first: a group can be removed only when it has no children.
void remove_directories(const fs::path& path) {
    for (const std::string& child : child_groups(path.string())) {
        remove_directories(path / child);
    }
    ::rmdir(path.c_str());
}

}  // namespace

Result<GroupLibrary> GroupLibrary::load() {
    if (const int code = cgroup_init(); code != 0) {
        return library_error("libcgroup finds no control groups", code);
    }
    return GroupLibrary();
}

Result<std::string> GroupLibrary::mount_point(const std::string& controller) const {
    char* point = nullptr;
    if (const int code = cgroup_get_subsys_mount_point(controller.c_str(), &point); code != 0) {
        return library_error("the " + controller + " controller is not mounted", code);
    }
    std::string path(point);
    std::free(point);
    return path;
}

Result<void> GroupLibrary::make(const std::string& name, const Controllers& controllers) const {
    const GroupHandle group(cgroup_new_cgroup(name.c_str()));
    if (!group) {
        return Error(Code::kInternal, "cgroup", "libcgroup has no memory for a group");
    }
    for (const auto& [controller, values] : controllers) {
        cgroup_controller* part = cgroup_add_controller(group.get(), controller.c_str());
        if (part == nullptr) {
            return Error(Code::kInternal, "cgroup", "libcgroup refuses controller " + controller);
        }
        for (const auto& [file, text] : values) {
            if (const int code = cgroup_add_value_string(part, file.c_str(), text.c_str());
                code != 0) {
                return library_error("libcgroup refuses " + file, code);
            }
        }
    }
    if (const int code = cgroup_create_cgroup(group.get(), 1); code != 0) {
        return library_error("cannot make control group " + name, code);
    }
    return {};
}

Result<void> GroupLibrary::remove(
    const std::string& name, const std::vector<std::string>& controllers
) const {
    const GroupHandle group(cgroup_new_cgroup(name.c_str()));
    std::vector<std::string> places;
    for (const std::string& controller : controllers) {
        if (group == nullptr || cgroup_add_controller(group.get(), controller.c_str()) == nullptr) {
            return Error(Code::kInternal, "cgroup", "libcgroup refuses controller " + controller);
        }
        LAMBENT_TRY(const std::string point, mount_point(controller));
        places.push_back(point + "/" + name);
    }
    cgroup_delete_cgroup_ext(group.get(), CGFLAG_DELETE_IGNORE_MIGRATION | CGFLAG_DELETE_RECURSIVE);
    // Version 2.0 reports failure on v2 although the group is gone, and stops at the first
    // controller that fails on v1: what counts is whether the directories are gone.
    for (const std::string& place : places) {
        remove_directories(place);
        if (fs::exists(place)) {
            return Error(Code::kInternal, "cgroup", "control group " + place + " does not go away");
        }
    }
    return {};
}

Result<UniqueFd> open_directory(const std::string& path) {
    UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (!directory) {
        return errno_error("cannot open " + path, errno);
    }
    return directory;
}

std::vector<std::string> child_groups(const std::string& path) {
    std::vector<std::string> names;
    std::error_code missing;
    for (const fs::directory_entry& entry : fs::directory_iterator(path, missing)) {
        if (std::error_code gone; entry.is_directory(gone)) {
            names.push_back(entry.path().filename().string());
        }
    }
    return names;
}

}  // namespace lambent::sandbox
