#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "sandbox/cell.h"
#include "sandbox/exit_report.h"
#include "sandbox/launcher/cell_plan.h"
#include "sandbox/launcher/root_template.h"
#include "sandbox/launcher/slot_pool.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace lambent::sandbox {

// One cell as the launcher holds it, from clone to the reading of its control group. Owns the slot.
class CellProcess {
  public:
    // What building needs besides the spec.
    struct Ground {
        const RootTemplate& root;
        Filters& filters;
        uid_t first_uid = 0;  // of all slots
    };

    // Clones the cell. On failure `slot` is untouched and still the caller's.
    static Result<std::unique_ptr<CellProcess>> start(
        std::uint64_t id, const CellSpec& spec, Slot& slot, const Ground& ground
    );

    std::uint64_t id() const { return id_; }
    int exit_descriptor() const { return process_.get(); }
    int report_descriptor() const { return report_.get(); }
    CellGroup& group() { return *slot_.group; }

    // Reads what the cell's processes reported so far; true once they are through: the program
    // runs, or `failure` says what did not.
    bool read_reports();
    void close_reports() { report_.reset(); }
    const std::optional<StageReport>& failure() const { return failure_; }
    std::int64_t claimed_ns() const { return claimed_ns_; }
    std::int64_t walled_ns() const { return walled_ns_; }
    std::int64_t executed_ns() const { return executed_ns_; }
    bool launched() const { return executed_ns_ != 0; }
    // Output, controls, channel and listeners in the order of the Launched message; once.
    Result<std::vector<UniqueFd>> take_descriptors();

    struct EquipTimes {
        std::int64_t mounted_ns = 0;
        std::int64_t limited_ns = 0;
    };
    bool may_be_equipped() const { return may_be_equipped_; }
    // Makes a stem a cell for one function, and lets it run. Refused when it is none, or not one
    // any more.
    Result<EquipTimes> equip(const Equipment& what, const RootTemplate& root);

    enum class Reason { kAsked, kOutOfMemory };
    void kill(Reason reason);

    // After the exit descriptor became ready: reaps, makes sure that nothing is left, and says how
    // it ended. The slot is then clean.
    ExitReport finish();
    Slot take_slot() { return std::move(slot_); }

  private:
    CellProcess(std::uint64_t id, Slot slot) : id_(id), slot_(std::move(slot)) {}
    ExitReport verdict();
    Result<void> check_free(const std::vector<ReadOnlyBind>& binds) const;
    Result<void> mount_equipment(const Equipment& what, const RootTemplate& root) const;
    Result<void> tell(const std::string& message) const;

    std::uint64_t id_;
    Slot slot_;
    UniqueFd process_;  // pidfd of the cell's init
    UniqueFd report_;
    UniqueFd status_;
    UniqueFd output_;
    NetworkSlot::Sockets sockets_;
    UniqueFd teller_;  // a stem's: another descriptor of the daemon's end of its channel
    bool may_be_equipped_ = false;
    std::vector<std::string> used_mount_points_;
    std::uint64_t tmp_bytes_ = 0;
    std::optional<StageReport> failure_;
    std::int64_t claimed_ns_ = 0;
    std::int64_t walled_ns_ = 0;
    std::int64_t executed_ns_ = 0;
    std::optional<Reason> killed_;
};

}  // namespace lambent::sandbox
