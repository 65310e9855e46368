#pragma once

#include "base/clock.h"
#include "sandbox/cell.h"
#include "sandbox/launcher_link.h"

#include <map>
#include <memory>
#include <optional>

namespace lambent::sandbox {

// The daemon's handle of a real cell: its open control files and sockets, and its number for the
// launcher. Event loop's thread only.
class NamespaceCell final : public Cell {
  public:
    // Takes what the launcher answered to `spec`; an Error when descriptors are missing.
    static Result<std::unique_ptr<Cell>> make(
        std::shared_ptr<LauncherLink> link,
        const CellSpec& spec,
        SteadyTime requested,
        LaunchAnswer answer
    );
    ~NamespaceCell() override;

    const LaunchTimings& timings() const override { return timings_; }
    UniqueFd take_listener(std::uint16_t port) override;
    UniqueFd take_output() override { return std::move(output_); }
    UniqueFd take_channel() override { return std::move(channel_); }
    void begin_equip(Equipment what) override;
    Task<Result<void>> equipped() override;
    const EquipTimings& equip_timings() const override { return equip_timings_; }
    Result<void> set_cpu(CpuLimit limit) override { return controls_.set_cpu(limit); }
    Result<void> freeze() override;
    Result<void> thaw() override;
    Result<std::uint64_t> memory_peak_bytes() const override;
    Result<std::chrono::microseconds> cpu_time() const override;
    void kill() override;
    Task<ExitReport> exited() override;

  private:
    NamespaceCell(std::shared_ptr<LauncherLink> link, LaunchAnswer& answer);

    std::shared_ptr<LauncherLink> link_;  // with the sandbox and all other cells
    std::uint64_t id_;
    std::shared_ptr<ExitNews> exit_;
    LaunchTimings timings_;
    EquipTimings equip_timings_;
    bool may_be_equipped_ = false;
    bool frozen_ = false;
    std::optional<Error> equip_refused_;
    LauncherLink::Claim claim_;
    UniqueFd output_;
    UniqueFd channel_;
    CellControls controls_;
    std::map<std::uint16_t, UniqueFd> listeners_;
};

}  // namespace lambent::sandbox
