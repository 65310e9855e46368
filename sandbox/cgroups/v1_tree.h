#pragma once

#include "sandbox/cgroups/cgroup_tree.h"
#include "sandbox/cgroups/group_directory.h"

#include <map>
#include <string>

namespace lambent::sandbox {

// Control groups of the first version: one hierarchy per controller.
class V1Tree final : public CgroupTree {
  public:
    static Result<std::unique_ptr<CgroupTree>> open(GroupLibrary library, std::string parent);

    CgroupDialect dialect() const override { return CgroupDialect::kV1; }
    Result<std::unique_ptr<CellGroup>> make(const std::string& name) override;
    Result<std::size_t> sweep() override;

  private:
    V1Tree(GroupLibrary library, std::string parent)
        : library_(std::move(library)), parent_(std::move(parent)) {}
    std::string path(const std::string& controller, const std::string& name) const;
    Result<void> kill_leftover(const std::string& name) const;

    GroupLibrary library_;
    std::string parent_;
    std::map<std::string, std::string> mounts_;  // controller -> mount point
    bool swap_counted_ = false;                  // memory.memsw.* exist
};

}  // namespace lambent::sandbox
