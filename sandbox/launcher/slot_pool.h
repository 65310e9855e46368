#pragma once

#include "base/result.h"
#include "sandbox/cgroups/cgroup_tree.h"
#include "sandbox/launcher/network_slot.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace lambent::sandbox {

// What a cell needs of the kernel and what is slow to make: a control group, a network namespace,
// and two user ids of the host that no other living cell has.
struct Slot {
    std::uint32_t number = 0;
    std::unique_ptr<CellGroup> group;
    std::optional<NetworkSlot> network;
};

// Makes slots ahead and takes used ones back. A slot leaves by `take` and returns by `give_back`
// once its cell is gone; the number, and so the user ids, are free again only then. Whenever one
// was wanted and none stood ready, more are made ahead from then on.
class SlotPool {
  public:
    // `prefix` sets the groups' names apart from another life's.
    SlotPool(CgroupTree& tree, std::string prefix, std::uint32_t ready)
        : tree_(tree), prefix_(std::move(prefix)), ready_wanted_(ready) {}

    Result<Slot> take();
    void give_back(Slot slot);

    // One piece of work that makes the next `take` quick; false when there is none.
    Result<bool> work_ahead();
    Result<void> make_one_ready();
    void clear();

  private:
    using Group = std::unique_ptr<CellGroup>;

    Result<Slot> make();
    Result<Group> any_group();
    Result<std::uint32_t> free_number();
    void clean_one();

    CgroupTree& tree_;
    std::string prefix_;
    std::uint32_t ready_wanted_;
    std::vector<Slot> ready_;
    std::vector<Group> clean_groups_;
    std::vector<Group> used_groups_;
    std::set<std::uint32_t> numbers_;  // of ready and taken slots
    std::uint64_t groups_made_ = 0;
};

}  // namespace lambent::sandbox
