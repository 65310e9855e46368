#pragma once

#include "sandbox/cgroups/cgroup_tree.h"
#include "sandbox/cgroups/group_directory.h"

#include <string>

namespace lambent::sandbox {

// Control groups of the second version: one unified hierarchy.
class V2Tree final : public CgroupTree {
  public:
    static Result<std::unique_ptr<CgroupTree>> open(
        GroupLibrary library, std::string mount, std::string parent
    );

    CgroupDialect dialect() const override { return CgroupDialect::kV2; }
    Result<std::unique_ptr<CellGroup>> make(const std::string& name) override;
    Result<std::size_t> sweep() override;

  private:
    V2Tree(GroupLibrary library, std::string mount, std::string parent)
        : library_(std::move(library)), mount_(std::move(mount)), parent_(std::move(parent)) {}
    Result<void> make_parent();

    GroupLibrary library_;
    std::string mount_;
    std::string parent_;
    bool parent_made_ = false;
};

}  // namespace lambent::sandbox
