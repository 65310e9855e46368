#pragma once

#include "sandbox/cgroups/cgroup_tree.h"
#include "sandbox/cgroups/group_directory.h"

#include <map>
#include <string>
#include <vector>

namespace lambent::sandbox {

// Control groups of the first version: one hierarchy per controller. Where a unified hierarchy
// without controllers is mounted beside them, its freezer is used instead of theirs.
class V1Tree final : public CgroupTree {
  public:
    static Result<std::unique_ptr<CgroupTree>> open(
        GroupLibrary library, const std::string& unified, std::string parent
    );

    CgroupDialect dialect() const override {
        return unified_parent_.empty() ? CgroupDialect::kV1 : CgroupDialect::kHybrid;
    }
    Result<std::unique_ptr<CellGroup>> make(const std::string& name) override;
    Result<std::size_t> sweep() override;

  private:
    V1Tree(GroupLibrary library, std::string parent)
        : library_(std::move(library)), parent_(std::move(parent)) {}
    std::string path(const std::string& controller, const std::string& name) const;
    Result<void> kill_leftover(const std::string& name) const;
    void try_unified(const std::string& unified);

    GroupLibrary library_;
    std::string parent_;
    std::string unified_parent_;  // a directory; empty when v1's own freezer is used
    std::vector<std::string> controllers_;
    std::map<std::string, std::string> mounts_;  // controller -> mount point
};

}  // namespace lambent::sandbox
