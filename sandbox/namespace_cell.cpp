#include "sandbox/namespace_cell.h"

#include <utility>

namespace lambent::sandbox {
namespace {

SteadyTime steady_from(std::int64_t ns) {
    return SteadyTime(std::chrono::nanoseconds(ns));
}

// Descriptors travel as: output, controls, channel, listeners.
std::array<UniqueFd, CellControls::kDescriptors> take_controls(std::vector<UniqueFd>& from) {
    std::array<UniqueFd, CellControls::kDescriptors> files;
    for (std::size_t i = 0; i < files.size(); ++i) {
        files[i] = std::move(from[1 + i]);
    }
    return files;
}

}  // namespace

NamespaceCell::NamespaceCell(std::shared_ptr<LauncherLink> link, LaunchAnswer& answer)
    : link_(std::move(link)),
      id_(answer.launched->id),
      exit_(std::move(answer.exit)),
      output_(std::move(answer.descriptors[0])),
      controls_(link_->dialect(), take_controls(answer.descriptors)) {
    timings_.claimed = steady_from(answer.launched->claimed_ns);
    timings_.walled = steady_from(answer.launched->walled_ns);
    timings_.executed = steady_from(answer.launched->executed_ns);
}

Result<std::unique_ptr<Cell>> NamespaceCell::make(
    std::shared_ptr<LauncherLink> link,
    const CellSpec& spec,
    SteadyTime requested,
    LaunchAnswer answer
) {
    constexpr std::size_t kChannel = 1 + CellControls::kDescriptors;
    const std::size_t first_listener = kChannel + (spec.has_channel ? 1 : 0);
    if (answer.descriptors.size() != first_listener + spec.listen_ports.size()) {
        link->kill(answer.launched->id);
        return Error(Code::kInternal, "launcher", "the launcher sent too few descriptors");
    }
    std::unique_ptr<NamespaceCell> cell(new NamespaceCell(std::move(link), answer));
    cell->timings_.requested = requested;
    cell->may_be_equipped_ = spec.is_stem;
    if (spec.has_channel) {
        cell->channel_ = std::move(answer.descriptors[kChannel]);
    }
    for (std::size_t i = 0; i < spec.listen_ports.size(); ++i) {
        cell->listeners_[spec.listen_ports[i]] = std::move(answer.descriptors[first_listener + i]);
    }
    return std::unique_ptr<Cell>(std::move(cell));
}

NamespaceCell::~NamespaceCell() {
    kill();
}

UniqueFd NamespaceCell::take_listener(std::uint16_t port) {
    const auto found = listeners_.find(port);
    return found == listeners_.end() ? UniqueFd() : std::move(found->second);
}

// The launcher mounts while the guest's threads wake up, each on its own processor.
void NamespaceCell::begin_equip(Equipment what) {
    equip_timings_.requested = std::chrono::steady_clock::now();
    equip_refused_.reset();
    if (const auto valid = validate(what); valid.has_error()) {
        equip_refused_ = valid.error();
    } else if (!std::exchange(may_be_equipped_, false)) {
        equip_refused_ =
            Error(Code::kConflict, "equip", "only a stem can be equipped, and only once");
    } else {
        claim_ = link_->equip(id_, std::move(what));
        if (const auto thawed = frozen_ ? thaw() : Result<void>(); thawed.has_error()) {
            kill();
        }
    }
}

Task<Result<void>> NamespaceCell::equipped() {
    if (equip_refused_) {
        co_return *equip_refused_;
    }
    const Equipped answer = co_await LauncherLink::answer(std::move(claim_));
    if (!answer.problem.empty()) {
        co_return Error(Code::kInternal, "equip", answer.problem);
    }
    equip_timings_.mounted = steady_from(answer.mounted_ns);
    equip_timings_.limited = steady_from(answer.limited_ns);
    co_return Result<void>();
}

Result<void> NamespaceCell::freeze() {
    LAMBENT_TRY(controls_.freeze());
    frozen_ = true;
    return {};
}

Result<void> NamespaceCell::thaw() {
    LAMBENT_TRY(controls_.thaw());
    frozen_ = false;
    return {};
}

// Once the cell has ended its files may belong to another: what the report says stays true.
Result<std::uint64_t> NamespaceCell::memory_peak_bytes() const {
    if (exit_->known()) {
        return exit_->known()->memory_peak_bytes;
    }
    return controls_.memory_peak_bytes();
}

Result<std::chrono::microseconds> NamespaceCell::cpu_time() const {
    if (exit_->known()) {
        return exit_->known()->cpu_time;
    }
    return controls_.cpu_time();
}

void NamespaceCell::kill() {
    if (!exit_->known()) {
        link_->kill(id_);
    }
}

Task<ExitReport> NamespaceCell::exited() {
    return ExitNews::wait(exit_);
}

}  // namespace lambent::sandbox
